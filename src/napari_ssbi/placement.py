"""Where a layer lies in the world, carried over to everything derived from it.

What is computed lies on the grid of the image it came from, or, where the pixels were not square, on a finer grid over
the same field. Either way pixel edges fall where those of the image do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pint
from napari.layers import Layer

_AXES = ("z", "y", "x")
_NM = "nm"


@dataclass(frozen=True)
class Placement:
    """Of a 2D or 3D grid in the world.

    Attributes
    ----------
    linear : (d, d) world units per pixel, columns by data axis.
    offset : (d,) world position of the centre of the first pixel.
    units, axis_labels : (d,) as napari names them.
    """

    linear: tuple[tuple[float, ...], ...]
    offset: tuple[float, ...]
    units: tuple[str, ...]
    axis_labels: tuple[str, ...]

    @classmethod
    def square(cls, ndim: int, pixel_size_nm: float | None, offset: tuple[float, ...] | None = None) -> Placement:
        """Of square pixels of a size in nm, in pixels where that is None, at the origin or an offset."""
        linear = np.eye(ndim) * (pixel_size_nm or 1.0)
        units = (_NM if pixel_size_nm else "pixel",) * ndim
        return cls(_rows(linear), offset or (0.0,) * ndim, units, _AXES[-ndim:])

    @classmethod
    def of(cls, layer: Layer) -> Placement:
        """Of a layer, with whatever scale, shift, rotation, shear and affine it has."""
        origin = np.asarray(layer.data_to_world(np.zeros(layer.ndim)), float)
        steps = [np.asarray(layer.data_to_world(step), float) - origin for step in np.eye(layer.ndim)]
        units = tuple(str(unit) for unit in layer.units)
        return cls(_rows(np.stack(steps, axis=1)), tuple(map(float, origin)), units, tuple(layer.axis_labels))

    @property
    def sizes(self) -> tuple[float, ...]:
        """Edges of a pixel, in world units."""
        return tuple(float(size) for size in np.linalg.norm(np.array(self.linear), axis=0))

    @property
    def sizes_nm(self) -> tuple[float, ...] | None:
        """Edges of a pixel in nm; None where the world is counted in pixels."""
        try:
            factors = [pint.get_application_registry()(unit).to(_NM).magnitude for unit in self.units]
        except (pint.DimensionalityError, pint.UndefinedUnitError, AttributeError):
            return None
        return tuple(size * factor for size, factor in zip(self.sizes, factors, strict=True))

    def on_grid(self, old: tuple[int, ...], new: tuple[int, ...]) -> Placement:
        """Of another grid over the same field, `old` and `new` being the shapes."""
        ratio = np.array(old) / np.array(new)
        linear = np.array(self.linear) * ratio
        offset = np.array(self.offset) + np.array(self.linear) @ ((ratio - 1) / 2)
        return Placement(_rows(linear), tuple(map(float, offset)), self.units, self.axis_labels)

    def with_pixel_size(self, pixel_size_nm: float) -> Placement:
        """Of the same grid where each pixel is a square of this size in nm, its first pixel where it was."""
        directions = np.array(self.linear) / np.array(self.sizes)
        return Placement(_rows(directions * pixel_size_nm), self.offset, (_NM,) * len(self.units), self.axis_labels)

    def layer_settings(self) -> dict[str, Any]:
        """Keyword arguments that put a layer there."""
        linear, sizes = np.array(self.linear), np.array(self.sizes)
        known = {"scale": tuple(map(float, sizes)), "units": self.units, "axis_labels": self.axis_labels}
        if np.allclose(linear, np.diag(sizes), rtol=0, atol=1e-12 * sizes.max()):
            return {**known, "translate": self.offset}
        turned = np.eye(len(sizes) + 1)
        turned[:-1, :-1], turned[:-1, -1] = linear / sizes, self.offset
        return {**known, "translate": (0.0,) * len(sizes), "affine": turned}


def _rows(matrix: np.ndarray) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(map(float, row)) for row in matrix)
