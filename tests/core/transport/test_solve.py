from __future__ import annotations

import importlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ssbi_core.errors import CalibrationError, InputError, SsbiError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.transport import TransportConfig, solve_conduction


def test_series_of_two_phases_and_their_contact_is_exact():
    labels = np.ones((20, 6), np.uint8)
    labels[9:11], labels[11:] = 4, 3
    got = solve_conduction(
        PhaseMap(labels, 50.0), conductivity={"llzo": 1e-3, "nmc": 1e-5}, resistance={"contact": 7.0}, axis=0
    )
    half = 10 * 50e-7
    resistance = half / 1e-3 + half / 1e-5 + 7.0
    assert got.area_specific_resistance == pytest.approx(resistance, rel=1e-12)
    assert got.resistance_share == pytest.approx(
        {"llzo": half / 1e-3 / resistance, "nmc": half / 1e-5 / resistance, "contact": 7 / resistance}, rel=1e-9
    )
    assert got.knockout_gain["contact"] == pytest.approx(resistance / (resistance - 7) - 1, rel=1e-3)


def test_layer_by_resistance_counts_its_whole_thickness():
    labels = np.ones((20, 6), np.uint8)
    labels[8:12], labels[12:] = 5, 3
    got = solve_conduction(
        PhaseMap(labels, 2.0), conductivity={"llzo": 1e-3, "nmc": 1e-3}, resistance={"reaction_layer": 50.0}, axis=0
    )
    assert got.area_specific_resistance == pytest.approx(16 * 2e-7 / 1e-3 + 50, rel=1e-12)


def test_line_given_by_conductivity_keeps_its_drawn_width():
    labels = np.ones((10, 4), np.uint8)
    labels[5] = 2
    got = solve_conduction(PhaseMap(labels, 1.0), conductivity={"llzo": 1.0, "grain_boundary": 0.1}, axis=0)
    assert got.effective_conductivity.estimate == pytest.approx(10 / (9 + 10), rel=1e-12)


def test_whole_record_of_an_interface_is_consistent(interface):
    got = solve_conduction(PhaseMap(interface, 1.0))
    assert got.axis == 0
    assert got.effective_conductivity.lower <= got.effective_conductivity.estimate <= got.effective_conductivity.upper
    assert sum(got.resistance_share.values()) == pytest.approx(1, abs=1e-12)
    assert set(got.knockout_gain) == {"grain_boundary", "contact", "reaction_layer", "pore", "dislocation"}
    assert min(got.knockout_gain.values()) > -1e-6
    assert got.flux_imbalance < 1e-8
    assert got.potential.shape == got.current_density.shape == got.sensitivity.shape == (24, 20)
    assert got.settings["system"] == "llzo_nmc"


def test_bounds_stay_tight_where_a_contact_ends_at_a_blocking_layer(interface):
    bounds = solve_conduction(PhaseMap(interface, 1.0), knockout=False).effective_conductivity
    assert bounds.upper / bounds.lower - 1 < 0.05


def test_higher_temperature_conducts_better(interface):
    cold, warm = (solve_conduction(PhaseMap(interface, 1.0), temperature=t, knockout=False) for t in (298.15, 353.15))
    assert warm.effective_conductivity.estimate > 2 * cold.effective_conductivity.estimate


def test_pores_across_the_field_give_zero_and_the_reason():
    labels = np.ones((12, 12), np.uint8)
    labels[6] = 6
    got = solve_conduction(PhaseMap(labels, 1.0), axis=0)
    assert got.effective_conductivity == (0, 0, 0)
    assert math.isinf(got.area_specific_resistance)
    assert not got.percolates
    assert "pore" in got.reason
    assert math.isinf(got.knockout_gain["pore"])


def test_picture_without_interface_falls_back_to_rows_and_says_so():
    got = solve_conduction(PhaseMap(np.ones((5, 5), np.uint8), 1.0))
    assert got.axis == 0
    assert "axis 0" in got.settings["notes"][0]


def test_axes_of_a_stack_are_rows_columns_slices():
    labels = np.ones((4, 5, 6), np.uint8)
    labels[2:] = 3
    ratio = {"llzo": 1.0, "nmc": 0.5}
    by_axis = [
        solve_conduction(PhaseMap(labels, 1.0), axis=a, conductivity=ratio).effective_conductivity.estimate
        for a in (0, 1, 2)
    ]
    assert by_axis == pytest.approx([0.75, 0.75, 2 / 3], rel=1e-12)


def test_few_unlabelled_pixels_take_their_neighbours_phase_and_many_are_refused():
    labels = np.ones((20, 20), np.uint8)
    labels[3, 3] = 0
    got = solve_conduction(PhaseMap(labels, 1.0), axis=0, conductivity={"llzo": 2.0})
    assert got.effective_conductivity.estimate == pytest.approx(2.0)
    labels[:10] = 0
    with pytest.raises(InputError, match="unlabelled"):
        solve_conduction(PhaseMap(labels, 1.0), axis=0)


def test_arguments_come_before_the_configuration(interface):
    config = TransportConfig(axis=1, knockout=False)
    got = solve_conduction(PhaseMap(interface, 1.0), axis=0, config=config)
    assert got.axis == 0
    assert got.knockout_gain == {}


@pytest.mark.parametrize(
    "arguments",
    [
        {"axis": 2},
        {"axis": 5},
        {"temperature": -3.0},
        {"temperature": float("nan")},
        {"conductivity": {"llzo": -1.0}},
        {"conductivity": {"llzo": float("inf")}},
        {"conductivity": {"ice": 1.0}},
        {"resistance": {"llzo": 1.0}},
        {"resistance": {"contact": -1.0}},
        {"resistance": {"coating": 0.0}},
        {"conductivity": {"contact": 1.0}, "resistance": {"contact": 1.0}},
        {"system": "unobtainium"},
    ],
)
def test_bad_arguments_are_refused_with_a_mend(arguments, interface):
    with pytest.raises(SsbiError) as caught:
        solve_conduction(PhaseMap(interface, 1.0), **arguments)
    assert caught.value.to_do


@pytest.mark.parametrize("size", [0.0, -1.0, float("nan"), None])
def test_bad_pixel_size_is_a_calibration_error(size, interface):
    with pytest.raises(CalibrationError):
        solve_conduction(PhaseMap(interface, size))


@pytest.mark.parametrize(
    "labels", [np.full((4, 4), 9, np.uint8), np.ones(4, np.uint8), np.ones((4, 4)), np.zeros((0, 4), np.uint8)]
)
def test_bad_labels_are_refused(labels):
    with pytest.raises(InputError):
        solve_conduction(PhaseMap(labels, 1.0), axis=0)


@pytest.mark.parametrize("code", [2, 4, 7, 5, 6])
def test_picture_of_a_single_odd_phase_is_no_error(code):
    got = solve_conduction(PhaseMap(np.full((6, 6), code, np.uint8), 1.0), axis=0)
    assert got.percolates == (code != 6)


def test_bounds_stay_in_order_where_one_pixel_of_coating_bridges_a_contact():
    rows = ["1111", "1111", "1111", "8441", "3344", "3333", "3333", "3333"]
    labels = np.array([[int(code) for code in row] for row in rows], np.uint8)
    bounds = solve_conduction(PhaseMap(labels, 0.5), axis=0, knockout=False).effective_conductivity
    assert 0 < bounds.lower <= bounds.estimate <= bounds.upper


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.uint8, (8, 6), elements=st.sampled_from([1, 1, 1, 2, 3, 3, 4, 5, 6, 8])), st.sampled_from([0, 1]))
def test_bounds_stay_in_order_in_any_mosaic(labels, axis):
    bounds = solve_conduction(PhaseMap(labels, 0.5), axis=axis, knockout=False).effective_conductivity
    assert 0 <= bounds.lower <= bounds.estimate <= bounds.upper


def test_two_threads_find_what_one_finds(monkeypatch, interface):
    pytest.importorskip("pypardiso")
    concurrency = importlib.import_module("ssbi_core.transport.concurrency")
    phases, found = PhaseMap(interface, 1.0), []
    for worthwhile in (1, 10**9):
        monkeypatch.setattr(concurrency, "_WORTHWHILE", worthwhile)
        found.append(solve_conduction(phases))
    two, one = found
    np.testing.assert_allclose(two.effective_conductivity, one.effective_conductivity, rtol=1e-9)
    np.testing.assert_allclose(two.potential, one.potential, atol=1e-9)
    assert two.knockout_gain == pytest.approx(one.knockout_gain, rel=1e-7, abs=1e-9)
    assert list(two.knockout_gain) == list(one.knockout_gain)
