"""Any element set of any material system, brought to the same few input channels.

The net must not know elements by name: it sees what an element *does* in the material system.
La is the main cation of LLZO and P that of LATP; both arrive as ``cation_a``. Roles follow from the
compositions in the material file, so a new electrolyte/electrode pair needs no new net. A role
that was not recorded is a channel of zeros and a 0 in the presence mask.

X-ray counts are Poisson distributed: a light smoothing and a square root make their noise nearly
uniform (Bartlett 1936; Anscombe 1948), and the division by a high percentile takes out dose and
detector. Maps that are already quantified pass through the same steps unharmed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.ndimage import gaussian_filter

from ssbi_core.errors import InputError
from ssbi_core.io.micrograph import Micrograph
from ssbi_core.materials import MaterialSystem

ROLES: tuple[str, ...] = ("haadf", "cation_a", "cation_b", "electrode", "coating", "oxygen", "other")
"""Input channels in order: HAADF, the electrolyte's main cation, its further cations, the electrode's
metals, elements found only in coatings, oxygen, and elements found only in reaction layers (with carbon)."""

_EVERYWHERE = frozenset({"Li", "O", "H"})
_SMOOTHING_PX = 1.0
_SCALE_SMOOTHING_PX = 3.0
_SCALE_PERCENTILE = 99.0
_FLOOR = 0.3  # of the strongest role: a map of pure background is not blown up to full contrast
_SUBSAMPLE = 4  # percentiles of a smooth map need every fourth pixel only


def role_elements(system: MaterialSystem) -> dict[str, frozenset[str]]:
    """Elements of every role but ``haadf``, from the compositions of the material system."""
    electrolyte = _cations(system.phases["llzo"].composition)
    electrode = _cations(system.phases["nmc"].composition)
    own = {e: n for e, n in electrolyte.items() if e not in electrode} or electrolyte
    main = max(own, key=lambda e: own[e], default="")
    coatings = [system.phases["coating"], *system.coatings.values()]
    taken = set(own) | set(electrode)
    coating = {e for phase in coatings for e in _cations(phase.composition)} - taken
    layers = {e for phase in system.reaction_layers.values() for e in _cations(phase.composition)}
    return {
        "cation_a": frozenset({main} - {""}),
        "cation_b": frozenset(set(own) - {main}),
        "electrode": frozenset(set(electrode) - set(own)),
        "coating": frozenset(coating),
        "oxygen": frozenset({"O"}),
        "other": frozenset((layers | {"C"}) - taken - coating),
    }


def input_channels(micrograph: Micrograph, system: MaterialSystem) -> tuple[np.ndarray, np.ndarray]:
    """Turn a micrograph into the net's input.

    Returns
    -------
    channels : (rows, columns, len(ROLES)) float32; HAADF within about [-1, 1], maps within about [0, 1].
    presence : (len(ROLES),) float32, 1 where a role was recorded.

    Raises
    ------
    InputError
        If the HAADF image is constant or not finite anywhere.
    """
    channels = np.zeros((*micrograph.shape, len(ROLES)), np.float32)
    presence = np.zeros(len(ROLES), np.float32)
    channels[..., 0] = normalised_haadf(micrograph.haadf)
    presence[0] = 1.0
    maps = {role: _role_counts(micrograph.elements, names) for role, names in role_elements(system).items()}
    for role, stabilised in _normalised_maps(maps).items():
        index = ROLES.index(role)
        channels[..., index] = stabilised
        presence[index] = 1.0
    return channels, presence


def normalised_haadf(haadf: np.ndarray) -> np.ndarray:
    """HAADF image with its 1st and 99th percentile at -1 and 1, clipped to [-2, 2]; NaN becomes the median."""
    image = np.asarray(haadf, np.float32)
    finite = np.isfinite(image)
    low, middle, high = np.percentile(image[finite], (1, 50, 99)) if finite.any() else (0.0, 0.0, 0.0)
    if not high > low:
        raise InputError(
            "a HAADF image without contrast" if finite.any() else "a HAADF image without finite pixels",
            "an image with more than one grey level",
            "check that the right channel was read as HAADF",
        )
    image = np.where(finite, image, np.float32(middle))
    scaled = (image - np.float32(low)) * np.float32(2.0 / (high - low)) - np.float32(1.0)
    return np.clip(scaled, -2.0, 2.0)


def _cations(composition: Mapping[str, float]) -> dict[str, float]:
    return {e: n for e, n in composition.items() if e not in _EVERYWHERE}


def _role_counts(elements: Mapping[str, np.ndarray], names: frozenset[str]) -> np.ndarray | None:
    """Sum of the role's element maps, or None when none of them was recorded."""
    recorded = [np.asarray(elements[e], np.float32) for e in sorted(names) if e in elements]
    recorded = [np.nan_to_num(m, nan=0.0, posinf=0.0, neginf=0.0) for m in recorded]
    recorded = [m for m in recorded if m.max() > max(float(m.min()), 0.0)]
    return np.asarray(np.sum(recorded, axis=0, dtype=np.float32)) if recorded else None


def _normalised_maps(maps: Mapping[str, np.ndarray | None]) -> dict[str, np.ndarray]:
    stabilised = {role: _stabilised(counts) for role, counts in maps.items() if counts is not None}
    scales = {role: _scale(image) for role, image in stabilised.items()}
    floor = _FLOOR * max(scales.values(), default=0.0)
    return {role: image / np.float32(max(scales[role], floor, 1e-12)) for role, image in stabilised.items()}


def _stabilised(counts: np.ndarray) -> np.ndarray:
    # Background-subtracted maps dip below zero; no element is present less than not at all.
    return np.sqrt(np.maximum(gaussian_filter(counts, _SMOOTHING_PX, mode="nearest"), 0.0), dtype=np.float32)


def _scale(stabilised: np.ndarray) -> float:
    smooth = gaussian_filter(stabilised, _SCALE_SMOOTHING_PX, mode="nearest")
    return float(np.percentile(smooth[::_SUBSAMPLE, ::_SUBSAMPLE], _SCALE_PERCENTILE))
