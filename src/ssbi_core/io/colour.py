"""Colour images: grey ones saved as RGB are taken, coloured ones refused."""

from __future__ import annotations

import numpy as np

from ssbi_core.errors import ReadError


def to_grey(pixels: np.ndarray, name: str, notes: list[str]) -> np.ndarray:
    """Return the grey image in (rows, columns, samples), samples being grey, grey + alpha, RGB or RGBA.

    Raises
    ------
    ReadError
        If red, green and blue differ: colours are a rendering, not a measurement.
    """
    samples = pixels.shape[2]
    colours = pixels[..., :1] if samples <= 2 else pixels[..., :3]
    if any(not np.array_equal(colours[..., 0], colours[..., i]) for i in range(1, colours.shape[2])):
        raise ReadError(
            f"{name} is a colour image",
            "grey values as the detector counted them",
            "export the raw image instead of a screenshot, an overlay or a false-colour picture",
        )
    notes.append(f"{name}: equal red, green and blue read as grey")
    return colours[..., 0]
