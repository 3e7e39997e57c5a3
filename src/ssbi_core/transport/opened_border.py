"""The border along which LLZO meets NMC once what lay between them is taken away.

Nothing draws that border, yet charge is transferred across it as across any other contact. Left without resistance it
would short the interface: a pore of a few pixels between the two would seem to cost more than the whole contact does.
"""

from __future__ import annotations

import numpy as np

from ssbi_core.materials import Phase
from ssbi_core.transport.sides import CutFaces
from ssbi_core.transport.staircase import staircase_factor


def opened_faces(body: np.ndarray, filled: np.ndarray, known: CutFaces) -> tuple[CutFaces, np.ndarray]:
    """Faces between LLZO and NMC at filled pixels, and the length of each one's line over that of its staircase.

    Parameters
    ----------
    body : (grid) phase that owns each pixel, the filled ones included.
    filled : (grid) bool, pixels whose own phase was taken away.
    known : faces there are already, which are left out.
    """
    index, own = np.arange(body.size).reshape(body.shape), filled.ravel()
    found = []
    for axis in range(body.ndim):
        along = np.moveaxis(index, axis, 0)
        before, behind = along[:-1].ravel(), along[1:].ravel()
        faces = CutFaces(before, behind, np.full(before.size, axis))
        new = joins_both(body, faces) & (own[before] | own[behind])
        new &= ~np.isin(before * body.size + behind, known.first * body.size + known.second)
        found.append(CutFaces(*(column[new] for column in faces)))
    opened = CutFaces(*(np.concatenate(columns) for columns in zip(*found, strict=True)))
    side = np.where(body.ravel()[opened.first] == Phase.LLZO, 1.0, -1.0)
    return opened, staircase_factor(centres(opened, body.shape), opened.axis, side, np.zeros(len(side), int))


def joins_both(body: np.ndarray, faces: CutFaces) -> np.ndarray:
    """(faces,) bool, which lie between LLZO and NMC; `body` is the (grid) phase that owns each pixel."""
    one, other = body.ravel()[faces.first], body.ravel()[faces.second]
    return (np.minimum(one, other) == Phase.LLZO) & (np.maximum(one, other) == Phase.NMC)


def centres(faces: CutFaces, shape: tuple[int, ...]) -> np.ndarray:
    """(faces, dimensions) middle of each face, in pixels."""
    centre = np.stack(np.unravel_index(faces.first, shape), axis=1).astype(float)
    centre[np.arange(len(centre)), faces.axis] += 0.5
    return centre
