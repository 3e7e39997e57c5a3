"""Stretches of interface where a layer is thick, along the interface and measured across it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.ndimage import uniform_filter1d

from ssbi_core.anomaly.places.place import Place, place_at
from ssbi_core.errors import InputError
from ssbi_core.graph.thickness import ThicknessProfile, layer_thickness
from ssbi_core.materials import LAYERS, Phase

_STRETCH = 16  # pixels of interface that a thickness is averaged over
_STRETCHES = 3
_SHARE = 0.6  # of the thickest place: how far a stretch goes on


def layer_profiles(labels: np.ndarray, axis: int, pixel_size_nm: float) -> dict[Phase, ThicknessProfile]:
    """Thickness along the interface of every layer that is in the picture and can be measured."""
    found = {}
    for phase in sorted(LAYERS):
        try:
            found[phase] = layer_thickness(labels, axis, phase, pixel_size_nm=pixel_size_nm)
        except InputError:  # none of it, or no interface in full to measure it along
            continue
    return found


def layer_places(
    labels: np.ndarray, profiles: Mapping[Phase, ThicknessProfile], resistance_share: Mapping[str, float]
) -> list[Place]:
    """The thickest stretches of every layer; `resistance_share` by phase key adds what the layer costs."""
    found = []
    for phase, profile in profiles.items():
        share = resistance_share.get(phase.key)
        cost = "" if share is None else f", the layer {share:.0%} of the resistance"
        found += [_place(labels, profile, *stretch, cost) for stretch in _stretches(profile)]
    return found


def _stretches(profile: ThicknessProfile) -> list[tuple[float, np.ndarray]]:
    """Thickness in nm and steps, (n,) bool, of the thickest separate stretches."""
    smooth = np.zeros(len(profile.thickness_nm))
    for piece in np.unique(profile.piece):
        own = profile.piece == piece
        smooth[own] = uniform_filter1d(profile.thickness_nm[own], _STRETCH, mode="nearest")
    found, left = [], smooth.copy()
    for _ in range(_STRETCHES):
        at = int(left.argmax())
        if left[at] <= 0:
            break
        high = (left >= _SHARE * left[at]) & (profile.piece == profile.piece[at])
        stretch = _run(high, at)
        found.append((float(left[at]), stretch))
        left[stretch] = 0.0
    return found


def _run(high: np.ndarray, at: int) -> np.ndarray:
    """The unbroken run of True around a step."""
    below = np.flatnonzero(~high)
    start = below[below < at].max(initial=-1) + 1
    stop = below[below > at].min(initial=len(high))
    run = np.zeros(len(high), bool)
    run[start:stop] = True
    return run


def _place(labels: np.ndarray, profile: ThicknessProfile, thickness: float, stretch: np.ndarray, cost: str) -> Place:
    reach = int(np.ceil(thickness / profile.pixel_size_nm)) + 2
    near = _box_mask(labels.shape, profile.place[stretch], reach)
    where = near & (labels == profile.phase)
    if not where.any():
        where = near
    ratio = thickness / max(profile.median_nm, profile.pixel_size_nm)
    words = {"thickness": f"{thickness:.3g} nm thick, {ratio:.2g} times its median{cost}"}
    features = {"thickness": float(np.log10(thickness))}
    return place_at("layer", profile.phase.key, where, features, words)


def _box_mask(shape: tuple[int, ...], points: np.ndarray, reach: int) -> np.ndarray:
    low = np.maximum(np.floor(points.min(0)).astype(int) - reach, 0)
    high = np.minimum(np.ceil(points.max(0)).astype(int) + reach + 1, shape)
    mask = np.zeros(shape, bool)
    mask[low[0] : high[0], low[1] : high[1]] = True
    return mask
