"""Pixels without a label take the phase of the nearest labelled one, if they are few."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ssbi_core.errors import InputError
from ssbi_core.materials import PHASES, Phase


def fill_unlabelled(labels: np.ndarray, max_fraction: float) -> tuple[np.ndarray, float]:
    """Return labels without code 0, and the fraction that was filled.

    Raises
    ------
    InputError
        If a code is no phase, or more than `max_fraction` of the pixels are unlabelled.
    """
    codes = np.unique(labels)
    unknown = [int(c) for c in codes if c not in {*PHASES, Phase.UNLABELLED}]
    if unknown:
        known = ", ".join(f"{p.value} {p.key}" for p in PHASES)
        raise InputError(
            f"label codes {', '.join(map(str, unknown))}", f"0 unlabelled, {known}", "map the labels to these codes"
        )
    empty = labels == Phase.UNLABELLED
    fraction = float(empty.mean())
    if fraction > max_fraction:
        raise InputError(
            f"{100 * fraction:.1f} % of the pixels are unlabelled (code 0)",
            f"at most {100 * max_fraction:g} %",
            "label the rest (pores are code 6), or crop the image",
        )
    if not empty.any():
        return labels, 0.0
    nearest = ndimage.distance_transform_edt(empty, return_distances=False, return_indices=True)
    return labels[tuple(np.asarray(nearest))], fraction
