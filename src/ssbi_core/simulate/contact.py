"""Where electrolyte touches electrode: the one rule that draws the contact line, for truth and prediction alike.

The rule: an NMC pixel with an LLZO, grain-boundary or dislocation pixel among its 8 neighbours (26 in 3D)
becomes `Phase.CONTACT`. The line therefore lies on the NMC side, is one pixel wide, and is tight: afterwards
no electrolyte pixel touches an NMC pixel, not even across a corner, so no current can go round it.
"""

from __future__ import annotations

from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.materials import Phase

_Labels = TypeVar("_Labels", np.ndarray, jax.Array)
ELECTROLYTE = (Phase.LLZO, Phase.GRAIN_BOUNDARY, Phase.DISLOCATION)


def mark_contact(labels: _Labels) -> _Labels:
    """Return the labels with the contact line drawn anew.

    Parameters
    ----------
    labels : (rows, columns) or (slices, rows, columns) codes, NumPy or JAX. Contact pixels already there count as
        NMC, so the function is idempotent.
    """
    xp = _namespace(labels)
    bare = unmark_contact(labels)
    electrolyte = xp.zeros(labels.shape, bool)
    for phase in ELECTROLYTE:
        electrolyte = electrolyte | (bare == int(phase))
    touching = _dilated(electrolyte) & (bare == int(Phase.NMC))
    return xp.where(touching, int(Phase.CONTACT), bare).astype(labels.dtype)


def unmark_contact(labels: _Labels) -> _Labels:
    """Return the labels with contact pixels given back to NMC."""
    xp = _namespace(labels)
    return xp.where(labels == int(Phase.CONTACT), int(Phase.NMC), labels).astype(labels.dtype)


def _namespace(labels: np.ndarray | jax.Array) -> Any:
    """The array library that the labels belong to."""
    return jnp if isinstance(labels, jax.Array) else np


def _dilated(mask: Any) -> Any:
    """Dilation by the full 3^n neighbourhood, one axis after the other."""
    xp = _namespace(mask)
    for axis in range(mask.ndim):
        padded = xp.pad(mask, [(1, 1) if a == axis else (0, 0) for a in range(mask.ndim)])
        size = mask.shape[axis]
        parts = [
            padded[tuple(slice(k, k + size) if a == axis else slice(None) for a in range(mask.ndim))] for k in range(3)
        ]
        mask = parts[0] | parts[1] | parts[2]
    return mask
