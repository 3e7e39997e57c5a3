"""Is the field of view large enough? The spread of sigma_eff over windows, against their size.

Windows that do not overlap are cut out of the picture and solved. For disorder of finite range the spread of an average
falls as 1 / sqrt(area) (Kanit et al., Int. J. Solids Struct. 40 (2003) 3647; here area^-b with b fitted); a line in
the logarithms extrapolates it to the whole picture: how much sigma_eff would differ in another one of the same size.

Where electrolyte meets cathode a small square would mostly see one of the two, so strips are cut there: of full length
along the transport axis, of different widths, each with its own piece of the interface. A picture without an interface
is cut into squares (cubes). Windows are solved with the potential fixed on their own two faces, so small ones are off
in the mean too: the drift of the mean with size is a second sign of too small a window.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import MaterialSystem, Phase
from ssbi_core.transport.config import TransportConfig
from ssbi_core.transport.solve import solve_conduction
from ssbi_core.transport.spread_law import SpreadLaw, fit_spread
from ssbi_core.transport.structure import Structure

if TYPE_CHECKING:
    import pandas as pd

_FRACTIONS = (1 / 16, 1 / 8, 1 / 4, 1 / 2)  # of the extent across which windows are cut
_SMALLEST = 8  # pixels; less is no microstructure
_FEWEST = 3  # windows that a spread is fitted to
_POOR = 0.3  # a relative uncertainty from which on the picture is not called representative
_NOTHING = 1e-4  # a relative uncertainty below this is called that

Shape = Literal["strips", "squares"]


@dataclass(frozen=True)
class WindowSize:
    """The windows of one size.

    Attributes
    ----------
    size_px : edge of the square, or width of the strip.
    area_px : pixels in a window (voxels in 3D).
    conductivity : S/cm of every window; 0 where none of its paths joins the faces.
    """

    size_px: int
    area_px: int
    conductivity: tuple[float, ...]

    @property
    def mean(self) -> float:
        """S/cm."""
        return float(np.mean(self.conductivity))

    @property
    def spread(self) -> float:
        """Coefficient of variation: sample standard deviation over mean; NaN for fewer than two, or a mean of 0."""
        if len(self.conductivity) < 2 or self.mean == 0:
            return math.nan
        return float(np.std(self.conductivity, ddof=1) / self.mean)


@dataclass(frozen=True)
class RepresentativeVolume:
    """How sigma_eff scatters between windows, and what follows for the whole picture.

    Attributes
    ----------
    sizes : windows by size, smallest first.
    shape : "strips" of full length along the axis, or "squares" (cubes in 3D).
    axis : transport axis.
    whole_S_per_cm : of the whole picture, by the same one-sided solve as the windows.
    whole_area_px : pixels of the whole picture.
    law : power law of the spread, None where there are too few windows to fit one.
    pixel_size_nm : edge of a pixel.
    num_axes : 2 for a picture, 3 for a volume.
    """

    sizes: tuple[WindowSize, ...]
    shape: Shape
    axis: int
    whole_S_per_cm: float
    whole_area_px: int
    law: SpreadLaw | None
    pixel_size_nm: float
    num_axes: int

    @property
    def dimensions(self) -> int:
        """Along how many axes windows were cut: area grows with this power of their size."""
        return self.num_axes - (self.shape == "strips")

    @property
    def relative_uncertainty(self) -> float:
        """One standard deviation of sigma_eff between fields of view of this size, relative; NaN where not known."""
        return math.nan if self.law is None else self.law.at(self.whole_area_px)

    @property
    def verdict(self) -> str:
        """What the numbers say, in a sentence or two."""
        if self.law is None:
            return "The field of view is too small to cut windows from: how representative it is, is not known."
        windows = f"{self.shape} of {self._range()}"
        if not self.law.falls:
            return (
                f"The field of view is not shown to be representative: the spread between {windows} "
                f"(±{_percent(self.relative_uncertainty)} % in the largest, 1 s.d.) does not fall with their size. "
                "Features are as large as the picture: take more pictures."
            )
        found = f"from the spread between {windows}"
        if self.relative_uncertainty <= _NOTHING:
            return f"The field of view is representative to better than ±{_percent(_NOTHING)} % (1 s.d., {found})."
        low, high = map(_percent, self.law.interval(self.whole_area_px))
        good = self.relative_uncertainty < _POOR
        opening = "is representative to" if good else "is not representative: σ_eff is within"
        return (
            f"The field of view {opening} ±{_percent(self.relative_uncertainty)} % (1 s.d., extrapolated "
            f"{found}; {low} to {high} % within the error of the fit)."
        )

    def table(self) -> pd.DataFrame:
        """One row per window size, with units in the column names; `.to_csv` writes it."""
        import pandas as pd

        rows = [
            {
                "size_nm": size.size_px * self.pixel_size_nm,
                "area_px": size.area_px,
                "windows": len(size.conductivity),
                "conducting": int(np.count_nonzero(size.conductivity)),
                "mean_S_per_cm": size.mean,
                "spread": size.spread,
            }
            for size in self.sizes
        ]
        return pd.DataFrame(rows)

    def _range(self) -> str:
        edges = [size.size_px * self.pixel_size_nm for size in self.sizes if len(size.conductivity) >= _FEWEST]
        kind = "width" if self.shape == "strips" else "edge"
        return f"{min(edges):g} to {max(edges):g} nm {kind}"


def representative_volume(
    phases: PhaseMap,
    *,
    system: str | MaterialSystem = "llzo_nmc",
    temperature: float = 298.15,
    axis: int | None = None,
    conductivity: Mapping[str, float] | None = None,
    resistance: Mapping[str, float] | None = None,
    sizes: Sequence[int] | None = None,
    windows_per_size: int = 8,
    seed: int = 0,
) -> RepresentativeVolume:
    """Solve windows of several sizes and extrapolate their spread to the whole picture.

    Parameters
    ----------
    phases, system, temperature, axis, conductivity, resistance : as in `solve_conduction`.
    sizes : edges (widths of strips) in pixels; by default 1/16 to 1/2 of the picture, from 8 pixels on.
    windows_per_size : at most so many, drawn from those that tile the picture without overlap.
    seed : of the draw and of the tiling's offset; the same seed gives the same windows.

    Raises
    ------
    InputError
        If a size does not fit twice into the picture, or too few windows are asked for.
    SsbiError
        As `solve_conduction`.
    """
    structure = Structure.of(phases, system, axis, conductivity, resistance)
    labels = structure.labels
    shape: Shape = "strips" if (labels == Phase.LLZO).any() and (labels == Phase.NMC).any() else "squares"
    if windows_per_size < _FEWEST:
        raise InputError(f"{windows_per_size} windows per size", f"at least {_FEWEST}", "a spread needs several")
    plain = {"axis": structure.axis, "bounds": False, "knockout": False, "bottlenecks": False}
    config = TransportConfig.model_validate(plain)

    def solve(part: np.ndarray) -> float:
        solution = solve_conduction(
            PhaseMap(part, phases.pixel_size_nm),
            system=structure.system,
            temperature=temperature,
            conductivity=conductivity,
            resistance=resistance,
            config=config,
        )
        return solution.effective_conductivity.estimate

    rng = np.random.default_rng(seed)
    cut = [k for k in range(labels.ndim) if shape == "squares" or k != structure.array_axis]
    extent = min(labels.shape[k] for k in cut)
    solved = []
    for size in _sizes(sizes, extent):
        windows = _windows(labels.shape, cut, size, windows_per_size, rng)
        area = math.prod(size if k in cut else n for k, n in enumerate(labels.shape))
        solved.append(WindowSize(size, area, tuple(solve(labels[window]) for window in windows)))
    counts = [(s.area_px, s.spread, len(s.conductivity)) for s in solved if len(s.conductivity) >= _FEWEST]
    return RepresentativeVolume(
        sizes=tuple(solved),
        shape=shape,
        axis=structure.axis,
        whole_S_per_cm=solve(labels),
        whole_area_px=labels.size,
        law=fit_spread(counts),
        pixel_size_nm=float(phases.pixel_size_nm),
        num_axes=labels.ndim,
    )


def _sizes(asked: Sequence[int] | None, extent: int) -> list[int]:
    if asked is None:
        return sorted({int(extent * f) for f in _FRACTIONS if extent * f >= _SMALLEST})
    for size in asked:
        if isinstance(size, bool) or not isinstance(size, (int, np.integer)) or not 1 <= size <= extent // 2:
            raise InputError(
                f"a window of {size!r} pixels", f"a whole number from 1 to {extent // 2}", "choose smaller windows"
            )
    return sorted({int(size) for size in asked})


def _windows(
    shape: tuple[int, ...], cut: list[int], size: int, most: int, rng: np.random.Generator
) -> list[tuple[slice, ...]]:
    """Windows that do not overlap, in random places."""
    starts = [rng.integers(shape[k] % size + 1) + size * np.arange(shape[k] // size) for k in cut]
    tiles = list(itertools.product(*starts))
    chosen = sorted(rng.permutation(len(tiles))[:most])
    return [_window(shape, dict(zip(cut, tiles[tile], strict=True)), size) for tile in chosen]


def _window(shape: tuple[int, ...], start: Mapping[int, int], size: int) -> tuple[slice, ...]:
    return tuple(slice(start[k], start[k] + size) if k in start else slice(0, n) for k, n in enumerate(shape))


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.2g}" if fraction < 0.1 else f"{100 * fraction:.0f}"
