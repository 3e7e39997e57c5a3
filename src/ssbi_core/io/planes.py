"""Signals taken apart into named two-dimensional planes: one per channel and slice, loaded on demand."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ssbi_core.io.signals import CHANNEL, COLOUR, ENERGY, FRAME, SLICE, Signal, X, Y


@dataclass(frozen=True, eq=False)
class Plane:
    """One image of a file.

    Attributes
    ----------
    name : unique within the file.
    named : whether the file itself gives that name.
    kind : "image", "frames", "slice", "colour", "spectrum image", "spectrum" or "stack of stacks".
    signal : where its pixels are.
    index : position along the channel or slice axis of the signal.
    """

    name: str
    named: bool
    kind: str
    signal: Signal
    index: Mapping[str, int] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        return self.signal.image_shape

    @property
    def frames(self) -> int:
        """Number of frames of the same field."""
        return self._sizes().get(FRAME, 1)

    def _sizes(self) -> dict[str, int]:
        return dict(zip(self.signal.axes, self.signal.data.shape, strict=True))

    def load(self, frame: int = 0) -> np.ndarray:
        """Read the pixels, (rows, columns), of one frame; of a colour image (rows, columns, samples)."""
        fixed = {FRAME: frame, **self.index}
        selection = tuple(slice(None) if axis in (Y, X, COLOUR) else fixed.get(axis, 0) for axis in self.signal.axes)
        left = "".join(axis for axis in self.signal.axes if axis in (Y, X, COLOUR))
        pixels = np.asarray(self.signal.data[selection])
        return pixels.transpose([left.index(axis) for axis in (Y, X, COLOUR) if axis in left])


def planes_of(signals: Sequence[Signal]) -> list[Plane]:
    """Every plane of a file, names made unique."""
    planes = [plane for signal in signals for plane in _split(signal)]
    seen: dict[str, int] = {}
    unique = []
    for plane in planes:
        seen[plane.name] = seen.get(plane.name, 0) + 1
        again = seen[plane.name]
        unique.append(replace(plane, name=f"{plane.name} ({again})") if again > 1 else plane)
    return unique


def _split(signal: Signal) -> Iterator[Plane]:
    sizes = dict(zip(signal.axes, signal.data.shape, strict=True))
    extra = [axis for axis, n in sizes.items() if n > 1 and axis not in (Y, X, FRAME, COLOUR, ENERGY)]
    if Y not in sizes or X not in sizes or sizes.get(ENERGY, 1) > 1:
        kind = "spectrum image" if min(signal.image_shape) > 1 else "spectrum"
        yield Plane(signal.name or kind, bool(signal.name), kind, signal)
    elif not extra and (CHANNEL not in sizes or len(signal.channel_names) != 1):
        yield Plane(signal.name or "image", bool(signal.name), _kind(sizes), signal)
    elif len(extra) <= 1:
        yield from _along(extra[0] if extra else CHANNEL, signal, sizes)
    else:
        yield Plane(signal.name or "stack", bool(signal.name), "stack of stacks", signal)


def _along(axis: str, signal: Signal, sizes: dict[str, int]) -> Iterator[Plane]:
    for i in range(sizes[axis]):
        if axis == SLICE:
            yield Plane(f"slice {i + 1}", False, "slice", signal, {axis: i})
        else:
            name = signal.channel_names[i].strip() if i < len(signal.channel_names) else ""
            yield Plane(name or f"channel {i + 1}", bool(name), _kind(sizes), signal, {axis: i})


def _kind(sizes: dict[str, int]) -> str:
    if sizes.get(COLOUR, 1) > 1:
        return "colour"
    return "frames" if sizes.get(FRAME, 1) > 1 else "image"


def declared_bytes(signal: Signal) -> int:
    """Size in memory the file promises, before anything is loaded."""
    return math.prod(int(n) for n in signal.data.shape) * np.dtype(signal.data.dtype).itemsize
