"""What every format reader hands over: arrays still on disk, with what the file says about them.

Readers only translate formats. Which array is the HAADF image, which are element maps and
whether a scale can be trusted is decided once, for all formats, in `reading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Y, X, CHANNEL, FRAME, SLICE, ENERGY, COLOUR, UNKNOWN = "Y", "X", "C", "T", "Z", "E", "S", "Q"
_SPARE = "UVWNKJGH"


def distinct(axes: str) -> str:
    """Give repeated axes letters of their own, which mean nothing: only the last Y, X, ... can be the image."""
    spare = iter(_SPARE * 4)
    return "".join(next(spare) if letter in axes[i + 1 :] else letter for i, letter in enumerate(axes))


@dataclass(frozen=True)
class EnergyAxis:
    """Energies of the channels of a spectrum, in keV."""

    offset_keV: float
    scale_keV: float
    size: int

    def channel(self, energy_keV: float) -> int:
        """Index of the channel that holds `energy_keV`, clipped to the axis."""
        index = round((energy_keV - self.offset_keV) / self.scale_keV)
        return min(max(index, 0), self.size)


@dataclass(frozen=True, eq=False)
class Signal:
    """One array of a file.

    Attributes
    ----------
    name : as the file calls it, empty where it does not.
    data : array read on indexing (memmap, zarr, dask or NumPy).
    axes : one letter per dimension: Y X rows and columns, C channels, T frames of the same field,
        Z slices, E energy, S colour samples, Q unknown.
    pixel_size_nm : rows, columns; None where the file gives none.
    channel_names : names along C; empty strings where the file gives none.
    energy : energies along E.
    technique : "image", "EDS" or "EELS".
    metadata : acquisition facts, JSON-able.
    """

    name: str
    data: Any
    axes: str
    pixel_size_nm: tuple[float, float] | None = None
    channel_names: tuple[str, ...] = ()
    energy: EnergyAxis | None = None
    technique: str = "image"
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def image_shape(self) -> tuple[int, int]:
        """Rows and columns, 0 where the array has no such axis."""
        sizes = dict(zip(self.axes, self.data.shape, strict=True))
        return int(sizes.get(Y, 0)), int(sizes.get(X, 0))
