"""Which pieces of interface hold the current up: ranked by the power they dissipate.

The share of the power that falls in a piece is the exact sensitivity, P = d ln R_eff / d ln R. By Thomson's principle
R_eff is the least of functions linear in R, hence concave in it, so its tangent bounds it from above: without the
piece's resistance R_eff is at most (1 - P) R_eff, and sigma_eff rises by at least P / (1 - P). The current finds better
ways once the piece is gone; how much better only another solve can say (`knockout_gain` does it by phase).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from ssbi_core.graph.axis import AXIS_NAMES, array_axis
from ssbi_core.graph.interface_graph import contact_column
from ssbi_core.materials import Phase
from ssbi_core.transport.bottleneck.equipotential_cut import Drops, best_level, current_at
from ssbi_core.transport.bottleneck.segment_currents import drops_of, segment_current, segment_power
from ssbi_core.transport.bottleneck.segments import Segments, find_segments, middles, phase_key, sizes
from ssbi_core.transport.conduction import Conduction
from ssbi_core.transport.conductivity_field import ConductionField

if TYPE_CHECKING:
    import pandas as pd

_NM_PER_CM = 1e7
_NEGLIGIBLE = 1e-6  # of the power; a piece that holds less is not listed
_POINT = 0.5  # pixels; no piece is shorter
_NONE = 5e-3  # of the current; a segment that carries less at the cut's level is left out of it


@dataclass(frozen=True)
class Bottleneck:
    """A piece of interface between two regions, and what it costs.

    Attributes
    ----------
    rank : 1 for the piece that dissipates most.
    phase : key of the interface's or layer's phase.
    first_region, second_region : the regions on both sides, numbered as the nodes of the graph of a fully labelled
        image; equal for a line that ends inside a grain, -1 where there is none.
    first_phase, second_phase : their phase keys; empty where there is none.
    position_nm : of its middle, in the order of the array's axes, from the centre of the first pixel.
    size : nm of length in 2D, nm2 of area in 3D, along the middle of a line or layer.
    current_share : of the total current, how much crosses it.
    power_share : of the dissipated power; minus the relative change of sigma_eff per relative change of its resistance.
    gain_at_least : lower bound of the relative rise of sigma_eff without its resistance, P / (1 - P).
    crowding : current density across it, over the mean one of the picture.
    """

    rank: int
    phase: str
    first_region: int
    second_region: int
    first_phase: str
    second_phase: str
    position_nm: tuple[float, ...]
    size: float
    current_share: float
    power_share: float
    gain_at_least: float
    crowding: float


@dataclass(frozen=True)
class InterfaceCut:
    """Interfaces that (nearly) all current has to pass, side by side.

    Attributes
    ----------
    ranks : of its pieces, in the order of their power.
    potential : V of the equipotential it lies on, 1 on the first face and 0 on the last.
    current_share : of the total current, how much passes through these pieces; the rest passes them by.
    power_share, gain_at_least : as in `Bottleneck`, for all pieces together.
    """

    ranks: tuple[int, ...]
    potential: float
    current_share: float
    power_share: float
    gain_at_least: float


@dataclass(frozen=True, eq=False)
class Bottlenecks:
    """The pieces of interface of a structure that hold at least a millionth of its resistance, the costliest first.

    Attributes
    ----------
    segments : ranked pieces.
    cut : the set of pieces that holds the current up.
    image : (grid) int32, rank of the piece at each pixel, 0 where there is none.
    """

    segments: tuple[Bottleneck, ...]
    cut: InterfaceCut
    image: np.ndarray

    def table(self) -> pd.DataFrame:
        """One row per piece with units in the column names; `.to_csv` writes it."""
        import pandas as pd

        ndim = self.image.ndim
        table = pd.DataFrame([asdict(segment) for segment in self.segments])
        position = np.array(table.pop("position_nm").tolist()).reshape(-1, ndim)
        for axis in range(ndim):
            name = f"{AXIS_NAMES[axis].removesuffix('s')}_nm"
            table.insert(6 + axis, name, position[:, array_axis(axis, ndim)])
        return table.rename(columns={"size": contact_column(ndim).removeprefix("contact_")})


def find_bottlenecks(
    labels: np.ndarray,
    field: ConductionField,
    conduction: Conduction,
    resistance: Mapping[Phase, float],
    axis: int,
) -> Bottlenecks | None:
    """Rank the interfaces of a solved structure.

    Parameters
    ----------
    labels : (grid) phase codes, no 0.
    field, conduction : the structure and its solution.
    resistance : ohm cm2 by phase, as `field` was built with.
    axis : array axis of transport.

    Returns
    -------
    Bottlenecks
        None where nothing conducts, or no piece of interface holds anything up.
    """
    if conduction.corner_potential is None or not conduction.percolates:
        return None
    segments = find_segments(labels, field)
    power = segment_power(segments, conduction)
    if power.max(initial=0.0) < _NEGLIGIBLE:
        return None
    current = segment_current(segments, field, conduction, axis)
    order = np.argsort(-power, kind="stable")
    order = order[power[order] >= _NEGLIGIBLE]
    size, position = sizes(segments, field, resistance), middles(segments, field)
    crowding = current * (labels.size / labels.shape[axis]) / np.maximum(size, _POINT)
    edge = field.voxel_size * _NM_PER_CM
    ranked = tuple(
        Bottleneck(
            rank,
            *_names(segments, s),
            position_nm=tuple(float(x) for x in position[s] * edge),
            size=float(size[s] * edge ** (labels.ndim - 1)),
            current_share=float(current[s]),
            power_share=float(power[s]),
            gain_at_least=_gain(float(power[s])),
            crowding=float(crowding[s]),
        )
        for rank, s in enumerate(order, 1)
    )
    rank = np.zeros(len(segments) + 1, dtype=np.int32)  # the last one: pixels of no segment
    rank[order] = np.arange(1, order.size + 1)
    cut = _cut(drops_of(segments, field, conduction, axis), power, rank)
    return Bottlenecks(ranked, cut, _image(segments, field, rank))


def _names(segments: Segments, segment: int) -> tuple[str, int, int, str, str]:
    """Phase of a segment, the regions on both sides, and theirs."""
    first, second = (int(region) for region in segments.regions[segment])
    sides = [phase_key(int(segments.region_phase[region])) if region >= 0 else "" for region in (first, second)]
    return phase_key(int(segments.phase[segment])), first, second, sides[0], sides[1]


def _cut(drops: Drops, power: np.ndarray, rank: np.ndarray) -> InterfaceCut:
    level = best_level(drops)
    share = current_at(drops, level, power.size)
    members = np.flatnonzero((share >= _NONE) & (rank[:-1] > 0))
    together = float(power[members].sum())
    ranks = tuple(sorted(int(r) for r in rank[members]))
    return InterfaceCut(ranks, level, float(min(share[members].sum(), 1.0)), together, _gain(together))


def _gain(power: float) -> float:
    return power / (1 - power) if power < 1 else float("inf")


def _image(segments: Segments, field: ConductionField, rank: np.ndarray) -> np.ndarray:
    image, faces = rank[segments.of_pixel.ravel()], field.surfaces
    of_face = rank[segments.of_face]
    costliest_last = np.argsort(-of_face, kind="stable")  # where lines meet, the last one written stays
    shown = costliest_last[of_face[costliest_last] > 0]
    for side in (faces.first, faces.second):
        image[side[shown]] = of_face[shown]
    return image.reshape(field.body.shape)
