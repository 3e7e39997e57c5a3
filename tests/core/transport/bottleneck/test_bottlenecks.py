from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.graph import build_graph
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.transport import Bottlenecks, TransportConfig, solve_conduction


def _found(labels: np.ndarray, pixel: float = 1.0, **arguments) -> Bottlenecks:
    found = solve_conduction(PhaseMap(labels, pixel), knockout=False, **arguments).bottlenecks
    assert found is not None
    return found


def _grains() -> np.ndarray:
    """Four LLZO grains on NMC with a contact that a layer replaces in part, and pores."""
    labels = np.ones((48, 60), np.uint8)
    labels[32:34], labels[34:] = 4, 3
    labels[:32, 28:30] = 2
    labels[15:17] = 2
    labels[30:34, 40:] = 5
    labels[20:24, 8:12] = labels[40:44, 20:30] = 6
    return labels


def _tilted(rows: int = 60, columns: int = 60) -> np.ndarray:
    """Two grains with a boundary at 30 degrees to the rows."""
    y, x = np.mgrid[:rows, :columns]
    offset = (y - rows / 2) - np.tan(np.pi / 6) * (x - columns / 2)
    return np.where(np.abs(offset) < 1, 2, 1).astype(np.uint8)


def test_series_contact_is_the_only_bottleneck_and_the_cut():
    labels = np.ones((20, 6), np.uint8)
    labels[9:11], labels[11:] = 4, 3
    found = _found(labels, 50.0, conductivity={"llzo": 1e-3, "nmc": 1e-5}, resistance={"contact": 7.0}, axis=0)
    (only,) = found.segments
    total = 10 * 50e-7 * (1 / 1e-3 + 1 / 1e-5) + 7
    assert (only.phase, only.first_phase, only.second_phase) == ("contact", "llzo", "nmc")
    assert only.current_share == pytest.approx(1, rel=1e-9)
    assert only.power_share == pytest.approx(7 / total, rel=1e-9)
    assert only.gain_at_least == pytest.approx(total / (total - 7) - 1, rel=1e-9)  # in series the bound is exact
    assert only.size == pytest.approx(6 * 50)
    assert only.crowding == pytest.approx(1, rel=1e-9)
    assert found.cut.ranks == (1,)
    assert found.cut.current_share == pytest.approx(1, rel=1e-9)
    assert 0.5e-7 / 1e-3 / total < 1 - found.cut.potential < 10 * 50e-7 / 1e-3 / total + 7 / total


def test_layer_in_series_carries_all_current_over_its_whole_length():
    labels = np.ones((30, 8), np.uint8)
    labels[13:17], labels[17:] = 5, 3
    (only,) = _found(labels, 2.0, resistance={"reaction_layer": 50.0}).segments
    assert (only.phase, only.first_phase, only.second_phase) == ("reaction_layer", "llzo", "nmc")
    assert only.current_share == pytest.approx(1, rel=1e-9)
    assert only.size == pytest.approx(16)
    assert only.power_share > 0.99


def test_parallel_pieces_share_the_current_by_their_resistance():
    labels = np.ones((20, 40), np.uint8)
    labels[:, 19:21] = 6  # nothing crosses from one half to the other
    labels[10, :19] = 2
    found = _found(labels, 10.0, conductivity={"llzo": 1e-3}, resistance={"grain_boundary": 1.0}, axis=0)
    (only,) = found.segments
    length = 20 * 10e-7
    held, free = 1 / (length / 1e-3 + 1.0), 1 / (length / 1e-3)
    assert only.current_share == pytest.approx(held / (held + free), rel=1e-6)
    assert found.cut.current_share == pytest.approx(only.current_share, rel=1e-6)


def test_shares_are_those_of_the_phases():
    solution = solve_conduction(PhaseMap(_grains(), 2.0), knockout=False)
    found = solution.bottlenecks
    for phase in ("grain_boundary", "contact", "reaction_layer"):
        total = sum(piece.power_share for piece in found.segments if piece.phase == phase)
        assert total == pytest.approx(solution.resistance_share[phase], abs=1e-5)


def test_power_share_is_the_derivative_by_the_resistance():
    def sigma(resistance: float) -> float:
        config = TransportConfig(bounds=False, knockout=False, bottlenecks=False, mesh="pixels", axis=0)
        given = {"grain_boundary": resistance}
        return solve_conduction(PhaseMap(_tilted(), 2.0), resistance=given, config=config).effective_conductivity[0]

    found = _found(_tilted(), 2.0, resistance={"grain_boundary": 0.3}, axis=0)
    step = 1e-4
    slope = np.log(sigma(0.3 * (1 + step)) / sigma(0.3 * (1 - step))) / (2 * step)
    assert sum(piece.power_share for piece in found.segments) == pytest.approx(-slope, rel=1e-5)


def test_gain_without_a_piece_is_at_least_what_is_promised():
    labels = _grains()
    config = TransportConfig(bounds=False, knockout=False, axis=0)
    base = solve_conduction(PhaseMap(labels, 2.0), config=config)
    for piece in base.bottlenecks.segments[:6]:
        if piece.phase == "reaction_layer":
            continue
        part = np.zeros(labels.shape, bool)
        touched = base.bottlenecks.image == piece.rank
        part[touched] = True
        healed = np.where(part & (labels == Phase.parse(piece.phase)), Phase.LLZO, labels).astype(np.uint8)
        if (healed == labels).all():
            continue
        gained = solve_conduction(PhaseMap(healed, 2.0), config=config).effective_conductivity.estimate
        gain = gained / base.effective_conductivity.estimate - 1
        assert gain >= piece.gain_at_least * 0.95  # the line's ends move by a pixel


def test_tilted_boundary_is_as_long_as_the_line_it_draws():
    (only,) = _found(_tilted(), 2.0, axis=0).segments
    assert only.size == pytest.approx(60 * 2 / np.cos(np.pi / 6), rel=0.03)
    assert only.current_share == pytest.approx(1, rel=0.02)


def test_regions_are_the_nodes_of_the_graph():
    phases = PhaseMap(_grains(), 2.0)
    nodes = build_graph(phases, axis=0).nodes
    found = _found(_grains(), 2.0, axis=0)
    for piece in found.segments:
        for region, phase in ((piece.first_region, piece.first_phase), (piece.second_region, piece.second_phase)):
            assert nodes["phase"][region] == phase
    assert {piece.phase for piece in found.segments} == {"grain_boundary", "contact", "reaction_layer"}


def test_dislocation_has_its_grain_on_both_sides():
    labels = np.ones((40, 40), np.uint8)
    labels[20, 10:30] = 7
    (only,) = _found(labels, 1.0, axis=0, resistance={"dislocation": 0.5}).segments
    assert only.first_region == only.second_region == 0
    assert 0 < only.current_share < 0.5


def test_cut_holds_the_contact_and_not_the_grains_in_front_of_it():
    found = _found(_grains(), 2.0, axis=0)
    in_cut = {found.segments[rank - 1].phase for rank in found.cut.ranks}
    assert "contact" in in_cut
    assert "grain_boundary" not in in_cut
    assert found.cut.current_share > 0.9
    together = sum(found.segments[rank - 1].power_share for rank in found.cut.ranks)
    assert found.cut.power_share == pytest.approx(together)
    assert found.cut.gain_at_least == pytest.approx(together / (1 - together))


def test_pieces_in_parallel_are_all_in_the_cut():
    y, x = np.mgrid[:64, :64]
    depth = y - 35 - 3 * np.sin(2 * np.pi * x / 64)
    labels = np.where(depth < 0, 1, 3).astype(np.uint8)
    labels[np.abs(depth) < 1] = 4
    labels[(np.abs(depth) < 2.5) & (x < 50)] = 5  # wavy: its pixels do not lie along the grid
    found = _found(labels, 4.0, axis=0, resistance={"reaction_layer": 60.0})
    assert {found.segments[rank - 1].phase for rank in found.cut.ranks} == {"contact", "reaction_layer"}
    assert found.cut.current_share > 0.95
    assert 0.1 < found.cut.potential < 0.9


def test_mirrored_picture_has_the_same_table():
    one, other = (_found(labels, 2.0, axis=0) for labels in (_grains(), _grains()[:, ::-1].copy()))
    assert [p.phase for p in one.segments[:6]] == [p.phase for p in other.segments[:6]]
    assert [p.power_share for p in one.segments] == pytest.approx([p.power_share for p in other.segments], rel=0.02)


def test_coarse_mesh_finds_the_same_pieces():
    labels = np.kron(_grains(), np.ones((8, 8), np.uint8))
    given = {"axis": 0, "resistance": {"reaction_layer": 30.0}}
    fine = _found(labels, 1.0, config=TransportConfig(mesh="pixels"), **given)
    graded = _found(labels, 1.0, config=TransportConfig(mesh="graded"), **given)
    assert len(fine.segments) == len(graded.segments)
    for one, other in zip(fine.segments[:8], graded.segments[:8], strict=True):
        assert one.phase == other.phase
        assert one.current_share == pytest.approx(other.current_share, rel=0.02, abs=1e-5)
        assert one.power_share == pytest.approx(other.power_share, rel=0.02, abs=1e-5)


def test_volume_is_measured_in_areas():
    labels = np.ones((8, 16, 10), np.uint8)
    labels[:, 7:9], labels[:, 9:] = 4, 3
    (only,) = (found := _found(labels, 2.0)).segments
    assert only.size == pytest.approx(8 * 10 * 4)
    assert only.current_share == pytest.approx(1, rel=1e-9)
    assert {"area_nm2", "slice_nm"} <= set(found.table())


def test_table_is_flat_and_goes_to_csv():
    table = _found(_grains(), 2.0, axis=0).table()
    assert list(table["rank"]) == list(range(1, len(table) + 1))
    assert (table["power_share"].diff().dropna() <= 0).all()
    assert {"row_nm", "column_nm", "length_nm"} <= set(table)
    assert table.to_csv(index=False).count("\n") == len(table) + 1


def test_nothing_is_ranked_where_there_is_no_interface_or_no_current():
    assert solve_conduction(PhaseMap(np.ones((8, 8), np.uint8), 1.0), axis=0).bottlenecks is None
    blocked = _grains()
    blocked[25] = 6
    assert solve_conduction(PhaseMap(blocked, 1.0), axis=0).bottlenecks is None
    config = TransportConfig(bottlenecks=False)
    assert solve_conduction(PhaseMap(_grains(), 1.0), config=config).bottlenecks is None
