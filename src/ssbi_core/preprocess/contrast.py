"""What a HAADF image should look like given the element maps: a sum weighted by scattering power."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ssbi_core.materials.elements import ATOMIC_NUMBER
from ssbi_core.types import Image

Z_EXPONENT = 1.7  # HAADF intensity grows as Z^1.5 to Z^2 with detector angle; 1.7 as in the material systems


def scattering_map(elements: Mapping[str, Image]) -> Image:
    """Sum of the element maps times Z^1.7, (rows, columns); line cross-sections are left aside."""
    maps = [ATOMIC_NUMBER.get(element, 0) ** Z_EXPONENT * counts for element, counts in elements.items()]
    return np.asarray(np.sum(maps, axis=0), dtype=np.float32)


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson correlation of two images, 0 where one is constant."""
    a, b = a - a.mean(dtype=np.float64), b - b.mean(dtype=np.float64)
    norm = np.sqrt(np.sum(a * a) * np.sum(b * b))
    return float(np.sum(a * b) / norm) if norm > 0 else 0.0
