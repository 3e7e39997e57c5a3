"""The transport axis: which way current crosses the interface, and which array axis that is.

Current is driven from one face of the image to the opposite one, so the axis across the interface is
the one whose two faces see the most different material. Electrolyte and electrode are each reduced to
their distribution of position along an axis, and the largest gap between the two cumulative
distributions (the Kolmogorov-Smirnov distance) says how well that axis separates them: 1 for a flat
interface normal to it, 0 where both look the same from either face. It needs no fitted line, does not
care about waviness, and still answers for a sandwich or an embedded particle, where centroids coincide.
"""

from __future__ import annotations

import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.materials import Phase

AXIS_NAMES = ("rows", "columns", "slices")
_ARRAY_AXES = {2: (0, 1), 3: (1, 2, 0)}
_DECIDED = 0.6  # of a plane's solid on one side more than on the other
ELECTROLYTE = (Phase.LLZO, Phase.GRAIN_BOUNDARY, Phase.DISLOCATION)
"""Phases that are electrolyte for the question where the interface is."""


def array_axis(axis: int, ndim: int) -> int:
    """Array axis of a transport axis.

    Parameters
    ----------
    axis : 0 along the rows' index, 1 along the columns' index, 2 along the slices' index (3D only).
    ndim : 2 for (rows, columns), 3 for (slices, rows, columns).

    Raises
    ------
    InputError
        If the array is neither 2D nor 3D, or has no such axis.
    """
    if ndim not in _ARRAY_AXES:
        raise InputError(
            f"a label array of {ndim} dimensions", "2 (rows, columns) or 3 (slices, rows, columns)", "pass one image"
        )
    if isinstance(axis, bool) or not isinstance(axis, (int, np.integer)) or not 0 <= axis < ndim:
        known = ", ".join(f"{i} {name}" for i, name in enumerate(AXIS_NAMES[:ndim]))
        raise InputError(f"axis {axis!r} of a {ndim}D image", f"one of {known}", "choose the axis current flows along")
    return _ARRAY_AXES[ndim][axis]


def interface_axis(labels: np.ndarray) -> int:
    """Transport axis across the LLZO | NMC interface.

    Parameters
    ----------
    labels : (rows, columns) or (slices, rows, columns) phase codes.

    Returns
    -------
    int
        0 rows, 1 columns, 2 slices; the lowest of equals, as for a round particle in the middle.

    Raises
    ------
    InputError
        If LLZO and NMC are not both in the picture.
    """
    labels = np.asarray(labels)
    array_axis(0, labels.ndim)
    electrolyte, electrode = np.isin(labels, ELECTROLYTE), labels == Phase.NMC
    _require_both(bool(electrolyte.any()), bool(electrode.any()))
    separation = [_separation(electrolyte, electrode, array_axis(axis, labels.ndim)) for axis in range(labels.ndim)]
    return int(np.argmax(np.round(separation, 9)))  # rounded: summation noise must not decide between equals


def interfaces_along(labels: np.ndarray, axis: int) -> int:
    """How many LLZO | NMC interfaces the current crosses one after the other.

    Parameters
    ----------
    labels : (rows, columns) or (slices, rows, columns) phase codes.
    axis : transport axis.

    Returns
    -------
    int
        Changes between planes that are mostly electrolyte and planes that are mostly electrode; planes of an even
        mixture, as where an interface is wavy, decide nothing. 0 where only one of them is there.
    """
    across = tuple(i for i in range(labels.ndim) if i != array_axis(axis, labels.ndim))
    electrolyte = np.isin(labels, ELECTROLYTE).sum(axis=across, dtype=np.int64)
    electrode = (labels == Phase.NMC).sum(axis=across, dtype=np.int64)
    leaning = (electrode - electrolyte) / np.maximum(electrode + electrolyte, 1)
    sides = np.sign(leaning[np.abs(leaning) > _DECIDED])
    return int(np.count_nonzero(np.diff(sides)))


def _separation(one: np.ndarray, other: np.ndarray, along: int) -> float:
    across = tuple(i for i in range(one.ndim) if i != along)
    cumulative = [np.cumsum(mask.sum(axis=across, dtype=np.int64)) / mask.sum() for mask in (one, other)]
    return float(np.abs(cumulative[0] - cumulative[1]).max())


def _require_both(electrolyte: bool, electrode: bool) -> None:
    if electrolyte and electrode:
        return
    missing = " or ".join(name for name, found in (("llzo", electrolyte), ("nmc", electrode)) if not found)
    raise InputError(
        f"an interface that is not in the picture: no {missing} pixels",
        "both llzo (code 1) and nmc (code 3), to tell which way crosses the interface",
        "give the transport axis (0 rows, 1 columns, 2 slices), or check the labels",
    )
