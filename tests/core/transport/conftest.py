"""A small picture with every kind of feature, for tests of what is solved on it."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def interface() -> np.ndarray:
    """LLZO over NMC, (24, 20): contact, boundary, dislocation, a layer in part of the contact, a pore in each."""
    labels = np.ones((24, 20), np.uint8)
    labels[11:13], labels[13:] = 4, 3
    labels[:11, 9] = 2
    labels[2:5, 3:6] = 6
    labels[16:19, 10:14] = 6
    labels[11:13, 14:] = 5
    labels[6:9, 15] = 7
    return labels
