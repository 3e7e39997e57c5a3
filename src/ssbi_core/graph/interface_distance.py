"""Distance to the electrolyte | electrode interface, wherever it is drawn.

The interface may be a contact line, a reaction layer, a gap, or nothing but two colours meeting. In all
cases it is where electrolyte and electrode, grown into whatever lies between them, meet halfway.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

from ssbi_core.graph.axis import ELECTROLYTE
from ssbi_core.graph.borders import face_centres, find_faces
from ssbi_core.graph.spread import FREE, spread
from ssbi_core.materials import Phase


def distance_to_interface(labels: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Distance of points to the interface.

    Parameters
    ----------
    labels : (rows, columns) or (slices, rows, columns) phase codes.
    points : (n, dimensions) in pixels.

    Returns
    -------
    (n,) in pixels; NaN where the image holds no interface.
    """
    sides = np.where(np.isin(labels, ELECTROLYTE), 0, np.where(labels == Phase.NMC, 1, FREE))
    if len(points) == 0 or not ((sides == 0).any() and (sides == 1).any()):
        return np.full(len(points), np.nan)
    filled, _ = spread(sides)
    interface = face_centres(find_faces(filled), labels.shape)
    return KDTree(interface).query(points)[0]
