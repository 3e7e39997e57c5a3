"""What of a field of view a picture shows: a 2D image as it is, a volume by its middle slice.

Pictures are at most `MAX_PX` on a side, so large images are averaged over square blocks first;
labels are averaged as colours, which keeps one-pixel lines visible.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssbi_core.materials import PHASES, MaterialSystem
from ssbi_core.report.records import ImageResult

MAX_PX = 1440  # twice a panel of the report
UNLABELLED_COLOR = "#9AA0A6"


@dataclass(frozen=True)
class Section:
    """The part of the field of view that is drawn.

    Attributes
    ----------
    shape : rows, columns in pixels.
    pixel_size_nm : edge of a pixel.
    slice_index : the slice shown of a volume, None for an image.
    transport_axis : 0 down, 1 to the right, 2 into the picture, None where unknown.
    """

    shape: tuple[int, int]
    pixel_size_nm: float
    slice_index: int | None
    transport_axis: int | None

    @classmethod
    def of(cls, result: ImageResult) -> Section:
        """Return the section that pictures of this result show."""
        *slices, rows, columns = result.phases.labels.shape
        middle = slices[0] // 2 if slices else None
        return cls((rows, columns), float(result.phases.pixel_size_nm), middle, result.axis)

    @property
    def size_nm(self) -> tuple[float, float]:
        """Height and width."""
        return self.shape[0] * self.pixel_size_nm, self.shape[1] * self.pixel_size_nm

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom, top in nm, as `imshow` wants them with row 0 on top."""
        height, width = self.size_nm
        return 0.0, width, height, 0.0

    @property
    def words(self) -> str:
        """A caption's words on which slice is shown; empty for an image."""
        return "" if self.slice_index is None else f" Slice {self.slice_index}, the middle one, is shown."

    def cut(self, field: np.ndarray) -> np.ndarray:
        """Return the (rows, columns) part of a field that is shown."""
        return field if self.slice_index is None or field.ndim == 2 else field[self.slice_index]

    @property
    def block(self) -> int:
        """Edge in pixels of the blocks that are averaged."""
        return max(1, -(-max(self.shape) // MAX_PX))

    def block_mean(self, image: np.ndarray) -> np.ndarray:
        """Return the means over the blocks of a (rows, columns) image; odd pixels at the far edges join the last."""
        block = self.block
        if block == 1:
            return np.asarray(image, dtype=np.float32)
        starts = [np.arange(0, max(size - size % block, 1), block) for size in image.shape]
        sums = np.add.reduceat(np.add.reduceat(image, starts[0], axis=0, dtype=np.float64), starts[1], axis=1)
        widths = [np.diff([*start, size]) for start, size in zip(starts, image.shape, strict=True)]
        return (sums / np.outer(*widths)).astype(np.float32)


def phase_picture(result: ImageResult, section: Section) -> np.ndarray:
    """Return the phases in the system's colours, (rows, columns, 3) float in [0, 1]."""
    labels = section.cut(np.asarray(result.phases.labels))
    colors = phase_colors(result.system)
    present = [code for code in np.unique(labels) if code in colors]
    picture = sum(section.block_mean(labels == code)[..., None] * _rgb(colors[code]) for code in present)
    return np.clip(np.asarray(picture), 0, 1)


def micrograph_picture(result: ImageResult, section: Section) -> np.ndarray | None:
    """Return the micrograph as grey values in [0, 1] between its 0.5 and 99.5 percentiles, None without one."""
    if result.micrograph is None or result.micrograph.shape != section.shape:
        return None
    image = np.nan_to_num(np.asarray(result.micrograph.haadf, dtype=np.float32), posinf=0.0, neginf=0.0)
    image = section.block_mean(image)
    low, high = np.percentile(image, [0.5, 99.5])
    return np.clip((image - low) / (high - low), 0, 1) if high > low else np.full_like(image, 0.5)


def phase_colors(system: MaterialSystem) -> dict[int, str]:
    """Return the colour of every phase code, unlabelled included, as #rrggbb."""
    return {0: UNLABELLED_COLOR} | {int(phase): system.color_of(phase) for phase in PHASES}


def _rgb(color: str) -> np.ndarray:
    return np.array([int(color[start : start + 2], 16) for start in (1, 3, 5)], dtype=np.float32) / 255
