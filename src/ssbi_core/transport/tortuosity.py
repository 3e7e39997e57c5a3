"""Tortuosity factor: how much worse a phase conducts than straight channels of the same volume would.

tau = eps sigma_bulk / sigma_eff with sigma_eff of the phase alone, everything else insulating (Cooper et al.,
SoftwareX 5 (2016) 203, where tau is the square of what others call tortuosity). It depends on the geometry only:
1 for straight channels along the axis, infinite where the phase does not join the two faces.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ssbi_core.errors import InputError
from ssbi_core.graph.axis import array_axis, interface_axis
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import INTERFACES, PHASES, Phase
from ssbi_core.transport.conduct import MeshKind, conduct
from ssbi_core.transport.conductivity_field import SOLIDS
from ssbi_core.transport.sides import nearest_source
from ssbi_core.transport.solution import Bounded


@dataclass(frozen=True)
class Tortuosity:
    """How a phase conducts along one axis, by its geometry alone.

    Attributes
    ----------
    factor : tau >= 1, between bounds of the pixel grid; infinite without percolation.
    volume_fraction : eps, of all pixels of the phase.
    connected_fraction : of the phase's pixels, those in clusters that join the two faces.
    relative_conductivity : sigma_eff over that of the phase itself, between bounds.
    axis : 0 rows, 1 columns, 2 slices.
    percolates : whether the phase joins the two faces.
    phase : keys of the phases that conduct; "mask" for a boolean array.
    """

    factor: Bounded
    volume_fraction: float
    connected_fraction: float
    relative_conductivity: Bounded
    axis: int
    percolates: bool
    phase: tuple[str, ...]


def tortuosity(
    phases_or_mask: PhaseMap | np.ndarray,
    *,
    phase: str | Sequence[str] = "llzo",
    axis: int | None = None,
    mesh: MeshKind = "auto",
) -> Tortuosity:
    """Tortuosity factor of a phase, from an upper and a lower bound of its effective conductivity.

    Parameters
    ----------
    phases_or_mask : a phase map or an array of phase codes, (rows, columns) or (slices, rows, columns), of any number
        type and memory order; or a boolean array that is True where it conducts. Grain boundaries, contacts and
        dislocations are surfaces of no thickness: the pixels they are drawn with count as the solid beside them,
        unless `phase` names them.
    phase : key of the phase that conducts, or several; not used for a boolean array.
    axis : 0 rows, 1 columns, 2 slices; None takes the axis across the interface, or rows where there is none.
    mesh : as in `conduct`.

    Raises
    ------
    InputError
        If the array holds no phase codes, or nothing of the phase.
    SolverError
        If a solve is not accurate.
    """
    mask, names, codes = _mask(phases_or_mask, phase)
    along = _axis(codes, axis)
    through = array_axis(along, mask.ndim)
    connected = _joining(mask, through)
    eps = float(mask.mean())
    solved = conduct(connected.astype(float), 1.0, through, mesh=mesh)
    sigma = solved.effective_conductivity
    return Tortuosity(
        factor=_factor(eps, sigma),
        volume_fraction=eps,
        connected_fraction=float(connected.sum() / mask.sum()),
        relative_conductivity=sigma,
        axis=along,
        percolates=solved.percolates,
        phase=names,
    )


def tortuosity_by_axis(
    phases_or_mask: PhaseMap | np.ndarray, *, phase: str | Sequence[str] = "llzo", mesh: MeshKind = "auto"
) -> tuple[Tortuosity, ...]:
    """Tortuosity factors along the rows, the columns and, in 3D, the slices (see `tortuosity`)."""
    labels = phases_or_mask.labels if isinstance(phases_or_mask, PhaseMap) else phases_or_mask
    return tuple(tortuosity(phases_or_mask, phase=phase, axis=axis, mesh=mesh) for axis in range(np.ndim(labels)))


def _factor(eps: float, sigma: Bounded) -> Bounded:
    return Bounded(*(eps / s if s > 0 else math.inf for s in (sigma.estimate, sigma.upper, sigma.lower)))


def _mask(given: PhaseMap | np.ndarray, phase: str | Sequence[str]) -> tuple[np.ndarray, tuple[str, ...], np.ndarray]:
    """Where it conducts, the names of what conducts, and codes to look for an interface in."""
    array = np.ascontiguousarray(given.labels if isinstance(given, PhaseMap) else given)
    array_axis(0, array.ndim)
    if array.dtype.kind == "b":
        return _not_empty(array, ("mask",)), ("mask",), array.astype(np.uint8)
    codes = _codes(array)
    chosen = {Phase.parse(name) for name in ([phase] if isinstance(phase, str) else phase)}
    names = tuple(p.key for p in PHASES if p in chosen)
    line = np.isin(codes, [p for p in INTERFACES if p not in chosen])
    takers = np.isin(codes, SOLIDS)
    owner = codes.ravel()[nearest_source(line, takers)] if line.any() and takers.any() else codes
    return _not_empty(np.isin(owner, list(chosen)), names), names, codes


def _codes(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind in "uif" and array.size and np.isin(array, list(Phase)).all():
        return array.astype(np.uint8)
    known = ", ".join(f"{p.value} {p.key}" for p in Phase)
    raise InputError(
        f"an array of shape {array.shape} and type {array.dtype}",
        f"phase codes ({known}), or a boolean mask of what conducts",
        "threshold the image or map its values to these codes",
    )


def _not_empty(mask: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    if not mask.any():
        raise InputError(
            f"no pixel of {', '.join(names) or 'any phase'}", "at least one", "choose a phase that is in the picture"
        )
    return mask


def _axis(codes: np.ndarray, axis: int | None) -> int:
    if axis is not None:
        array_axis(axis, codes.ndim)
        return int(axis)
    both = all((codes == solid).any() for solid in SOLIDS)
    return interface_axis(codes) if both else 0


def _joining(mask: np.ndarray, axis: int) -> np.ndarray:
    """The clusters that join the two faces; the others carry nothing."""
    clusters = np.asarray(ndimage.label(mask)[0])  # type: ignore[index]
    first, last = np.unique(clusters.take(0, axis)), np.unique(clusters.take(-1, axis))
    both = np.intersect1d(first, last)
    return np.isin(clusters, both[both > 0])
