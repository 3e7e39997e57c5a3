"""How much longer a staircase of pixel faces is than the line or surface it draws.

Faces normal to axis k, N_k of them with signs by which side they look to, add up to the vector (N_0, N_1, ...); for
a plane its length is the true area, while the faces themselves number N = sum |N_k|. Giving each face the resistance
R N / |sum| makes the whole pass the current that the true area would. The sums run over the neighbouring faces of the
same pair of grains, weighted by their distance, so a crossing does not blur the lines that meet in it.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.spatial import KDTree

_RADIUS = {2: 7.0, 3: 3.6}  # pixels


def staircase_factor(centre: np.ndarray, axis: np.ndarray, sign: np.ndarray, pair: np.ndarray) -> np.ndarray:
    """Ratio of drawn to true area, (faces,), at least 1.

    Parameters
    ----------
    centre : (faces, d) positions of the faces in pixels.
    axis : (faces,) array axis each is normal to.
    sign : (faces,) +1 or -1, constant along one side of a line.
    pair : (faces,) which two regions the face separates; only faces of the same pair are compared.
    """
    count, ndim = centre.shape
    if count == 0:
        return np.ones(0)
    near = KDTree(centre).query_pairs(_RADIUS[ndim], output_type="ndarray")
    near = near[pair[near[:, 0]] == pair[near[:, 1]]]
    distance = centre[near[:, 0]] - centre[near[:, 1]]
    weight = 1 - np.sum(distance**2, axis=1) / _RADIUS[ndim] ** 2  # a sharp window would beat with the steps
    link = sparse.coo_matrix((weight, (near[:, 0], near[:, 1])), shape=(count, count)).tocsr()
    link = link + link.T + sparse.identity(count, format="csr")
    normal = np.zeros((count, ndim))
    normal[np.arange(count), axis] = 1
    unsigned = link @ normal
    signed = link @ (normal * sign[:, None])
    # Around a grain of a few pixels the signed sum vanishes; half the unsigned one is a floor.
    area = np.maximum(np.linalg.norm(signed, axis=1), np.linalg.norm(unsigned, axis=1) / 2)
    return np.maximum(unsigned.sum(axis=1) / area, 1.0)
