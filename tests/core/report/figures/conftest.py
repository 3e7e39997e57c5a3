"""Colours as they are seen with and without a colour-vision deficiency."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from skimage.color import rgb2lab

# Full dichromacy, linear RGB: Machado, Oliveira and Fernandes, IEEE Trans. Vis. Comput. Graph. 15 (2009) 1291, table 1.
_SEEN = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


@pytest.fixture(scope="session")
def seen() -> Callable[[np.ndarray, str], np.ndarray]:
    """A function: (n, 3) sRGB in [0, 1] to (n, 3) CIELAB with a kind of vision."""

    def lab(rgb: np.ndarray, vision: str) -> np.ndarray:
        rgb = np.asarray(rgb, dtype=np.float64)
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        linear = np.clip(linear @ _SEEN[vision].T, 0, 1)
        srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
        return rgb2lab(srgb[None])[0]

    return lab
