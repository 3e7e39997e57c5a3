"""PNG and other picture files through Pillow. They carry no calibration worth trusting."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from ssbi_core.io.calibration import PRINT_PIXEL_NM
from ssbi_core.io.checks import check_size
from ssbi_core.io.signals import Signal

_NM_PER_INCH = 2.54e7


@contextlib.contextmanager
def open_plain(path: Path) -> Iterator[list[Signal]]:
    """Yield the picture as a signal; palettes become colours."""
    with Pillow.open(path) as picture:
        check_size((picture.height, picture.width), path.name)
        size = _pixel_size(picture.info.get("dpi"))
        pixels = np.asarray(picture.convert("RGBA") if picture.mode in ("P", "PA") else picture)
        yield [Signal("", pixels, "YXS"[: pixels.ndim], size, metadata={"format": str(picture.format)})]


def _pixel_size(dpi: tuple[float, float] | None) -> tuple[float, float] | None:
    if not dpi or min(dpi) <= 0:
        return None
    size = _NM_PER_INCH / float(dpi[1]), _NM_PER_INCH / float(dpi[0])
    return size if max(size) < PRINT_PIXEL_NM else None
