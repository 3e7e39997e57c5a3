"""Images that were analysed in this session, as sealed portraits: what the next one can be compared with.

Only images that were analysed alike are compared: with other materials or at another temperature the same structure
has other numbers.
"""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np


class SessionImages:
    """Portraits by image, the newest of each."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[object, np.ndarray]] = {}

    def keep(self, image: Hashable, how: object, portrait: np.ndarray) -> None:
        """Remember an image.

        Parameters
        ----------
        image : what tells it from others; one that was kept before is replaced.
        how : it was analysed.
        portrait : sealed.
        """
        self._kept[image] = (how, portrait)

    def others(self, image: Hashable, how: object) -> tuple[np.ndarray, ...]:
        """Portraits of all other images that were analysed in this way."""
        return tuple(kept for known, (own, kept) in self._kept.items() if known != image and own == how)
