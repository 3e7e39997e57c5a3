"""The user's own image as another process would make it: layer thinned, contact restored, pores closed, grains grown.

What an edit can show is a change of size of what is there. It cannot invent pores or finer grains that the image does
not have, so changes for the worse are left out but for a layer or a coating that grows.
"""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
from scipy.ndimage import distance_transform_edt
from skimage.measure import label

from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.simulate.contact import ELECTROLYTE, mark_contact, unmark_contact
from ssbi_core.simulate.process import MicrostructureStatistics

_LEAST = 0.02  # change of a statistic that is worth an edit
_BODY = 64  # pixels; smaller islands of electrode are not coated


def edited(
    phases: PhaseMap, before: MicrostructureStatistics, after: MicrostructureStatistics, *, seed: int = 0
) -> PhaseMap:
    """Labels changed by the ratios of two microstructures.

    Parameters
    ----------
    phases : 2D labels with an interface.
    before, after : what the image is, and what it is to become.
    seed : of the grains that outgrow their neighbours.
    """
    labels = unmark_contact(phases.labels)
    labels = coarsen_grains(labels, _ratio(before.grain_size_nm, after.grain_size_nm), seed)
    labels = close_pores(
        labels, _ratio(before.porosity, after.porosity), _ratio(before.contact_loss, after.contact_loss)
    )
    labels = resize_layer(labels, _ratio(before.layer_thickness_nm, after.layer_thickness_nm))
    added = (after.coating_thickness_nm - before.coating_thickness_nm) / float(phases.pixel_size_nm)
    labels = add_coating(labels, added)
    return replace(phases, labels=mark_contact(labels), probabilities=None, uncertainty=None)


def resize_layer(labels: np.ndarray, ratio: float) -> np.ndarray:
    """The reaction layer with its local thickness multiplied; it stays on the electrode, the electrolyte gives way."""
    layer = labels == Phase.REACTION_LAYER
    if abs(ratio - 1) < _LEAST or not layer.any():
        return labels
    result = labels.copy()
    electrode = np.isin(labels, (Phase.NMC, Phase.COATING))
    electrolyte = np.isin(labels, ELECTROLYTE)
    if not (electrode.any() and electrolyte.any()):
        return labels
    from_electrode, from_electrolyte = _distance(~electrode), _distance(~electrolyte)
    if ratio < 1:
        gone = layer & (from_electrode > ratio * (from_electrode + from_electrolyte - 1) + 0.5)
        result[gone] = Phase.LLZO
        return result
    thickness = np.where(layer, from_electrode + from_electrolyte - 1, 0.0)
    grown = electrolyte & (_distance(~layer) <= (ratio - 1) * thickness[_nearest(layer)])
    result[grown] = Phase.REACTION_LAYER
    return result


def close_pores(labels: np.ndarray, ratio: float, open_ratio: float) -> np.ndarray:
    """Pores shrunk to a share of their area, those along the interface to another; each becomes what surrounds it."""
    pores = np.asarray(label(labels == Phase.PORE, connectivity=2))
    number = int(pores.max())
    if not number or min(ratio, open_ratio) > 1 - _LEAST:
        return labels
    depth = _distance(pores > 0)
    touching = _touching(pores, labels, ELECTROLYTE) & _touching(
        pores, labels, (Phase.NMC, Phase.REACTION_LAYER, Phase.COATING)
    )
    share = np.minimum(np.where(touching, open_ratio, ratio), 1.0)
    closed = np.zeros(labels.shape, bool)
    for at in range(1, number + 1):
        inside = pores == at
        closed |= inside & (depth <= np.quantile(depth[inside], 1 - share[at]))
        if share[at] >= 1:
            closed &= ~inside
    return np.where(closed, labels[_nearest(np.isin(labels, (Phase.LLZO, Phase.NMC)))], labels)


def coarsen_grains(labels: np.ndarray, ratio: float, seed: int) -> np.ndarray:
    """Grains of the electrolyte grown by a factor: some take over the ground of the others."""
    electrolyte = np.isin(labels, ELECTROLYTE)
    grains = np.asarray(label(labels == Phase.LLZO, connectivity=1))
    number = int(grains.max())
    survivors = max(1, round(number / ratio**2))
    if ratio < 1 + _LEAST or survivors >= number:
        return labels
    rank = np.append(0, np.asarray(jax.random.permutation(jax.random.key(seed), number)) + 1)
    kept = np.where(rank[grains] <= survivors, grains, 0)
    owner = np.where(electrolyte, kept[_nearest(kept > 0)], 0)
    result = np.where(electrolyte, int(Phase.LLZO), labels).astype(labels.dtype)
    for axis in (0, 1):
        one, other = (
            np.take(owner, np.arange(*ends), axis) for ends in ((0, -1 + owner.shape[axis]), (1, owner.shape[axis]))
        )
        line = (one != other) & (one > 0) & (other > 0)
        place = np.argwhere(line)
        result[place[:, 0], place[:, 1]] = Phase.GRAIN_BOUNDARY
    return result


def add_coating(labels: np.ndarray, pixels: float) -> np.ndarray:
    """A coating on the electrode, so many pixels thicker; half a pixel and less is not drawn."""
    bodies = np.asarray(label(np.isin(labels, (Phase.NMC, Phase.COATING)), connectivity=1))
    if pixels < 0.5 or not bodies.any():
        return labels
    electrode = (np.bincount(bodies.ravel()) >= _BODY)[bodies] & (bodies > 0)
    reached = (_distance(~electrode) <= round(pixels)) & ~electrode & ~np.isin(labels, (Phase.PORE, Phase.NMC))
    return np.where(reached, int(Phase.COATING), labels).astype(labels.dtype)


def _distance(mask: np.ndarray) -> np.ndarray:
    """Pixels from each true pixel to the nearest false one."""
    return np.asarray(distance_transform_edt(mask))


def _nearest(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of the true pixel nearest to each pixel."""
    rows, columns = np.asarray(distance_transform_edt(~mask, return_distances=False, return_indices=True))
    return rows, columns


def _ratio(before: float, after: float) -> float:
    return after / before if before > 0 else 1.0


def _touching(regions: np.ndarray, labels: np.ndarray, phases: tuple[Phase, ...]) -> np.ndarray:
    """(n + 1,) whether each region has one of some phases beside it."""
    found = np.zeros(int(regions.max()) + 1, bool)
    wanted = np.isin(labels, phases)
    for axis in (0, 1):
        for step in (1, -1):
            beside = np.roll(wanted, step, axis)
            found[np.unique(regions[beside])] = True
    found[0] = False
    return found
