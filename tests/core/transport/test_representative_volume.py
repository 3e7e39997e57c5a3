from __future__ import annotations

import math

import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.transport import representative_volume

TWO = {"llzo": 1.0, "nmc": 0.2}


def _columns(count: int, seed: int = 0) -> np.ndarray:
    """Independent columns of either phase: sigma along them is exactly the mean."""
    column = np.where(np.random.default_rng(seed).random(count) < 0.5, 1, 3).astype(np.uint8)
    return np.repeat(column[None], 16, axis=0)


def _blocks(count: int, seed: int = 0) -> np.ndarray:
    solid = np.random.default_rng(seed).random((count, count)) < 0.8
    return np.where(np.kron(solid, np.ones((3, 3), bool)), 1, 6).astype(np.uint8)


def test_independent_columns_spread_as_one_over_root_of_width():
    got = representative_volume(
        PhaseMap(_columns(512), 1.0), axis=0, conductivity=TWO, sizes=[8, 16, 32], windows_per_size=64
    )
    assert got.shape == "strips"
    assert got.law.exponent == pytest.approx(0.5, abs=0.12)
    single = 0.4 / 0.6  # sd over mean of one column
    assert [size.spread for size in got.sizes] == pytest.approx(
        [single / math.sqrt(size.size_px) for size in got.sizes], rel=0.4
    )
    assert got.relative_uncertainty == pytest.approx(single / math.sqrt(512), rel=0.5)
    assert got.whole_S_per_cm == pytest.approx(np.where(_columns(512)[0] == 1, 1.0, 0.2).mean(), rel=1e-9)


def test_extrapolation_agrees_with_other_fields_of_view():
    """The claim itself: the spread between whole pictures is what one picture's windows say it is."""
    others = [np.where(_columns(256, seed)[0] == 1, 1.0, 0.2).mean() for seed in range(200)]
    said = [
        representative_volume(
            PhaseMap(_columns(256, seed), 1.0), axis=0, conductivity=TWO, sizes=[8, 16, 32], windows_per_size=32
        ).relative_uncertainty
        for seed in range(3)
    ]
    assert np.median(said) == pytest.approx(np.std(others) / np.mean(others), rel=0.5)


def test_independent_blocks_spread_as_one_over_root_of_area():
    got = representative_volume(
        PhaseMap(_blocks(32), 1.0), axis=0, conductivity={"llzo": 1.0}, sizes=[12, 24], windows_per_size=30
    )
    assert got.shape == "squares"
    assert got.law.exponent == pytest.approx(0.5, abs=0.2)
    assert "representative to ±" in got.verdict
    assert "squares" in got.verdict


def test_periodic_structure_has_no_spread():
    labels = np.ones((48, 48), np.uint8)
    labels[2::12, 3::12] = labels[3::12, 3::12] = 6
    got = representative_volume(PhaseMap(labels, 1.0), axis=0, sizes=[12, 24])
    assert max(size.spread for size in got.sizes) < 1e-9
    assert got.relative_uncertainty < 1e-5
    assert "better than" in got.verdict


def test_single_path_is_as_uncertain_as_its_number():
    labels = np.ones((12, 96), np.uint8)
    labels[6:] = 3
    labels[5:7, :90] = 6  # all current through the last columns
    got = representative_volume(PhaseMap(labels, 1.0), conductivity=TWO, windows_per_size=12)
    assert got.relative_uncertainty == pytest.approx(1, rel=0.2)  # one event: 1 / sqrt(1)
    assert "not representative" in got.verdict


def test_structure_as_large_as_the_picture_is_not_extrapolated():
    labels = np.ones((12, 96), np.uint8)
    labels[:, 48:] = 3
    got = representative_volume(PhaseMap(labels, 1.0), axis=0, conductivity=TWO)
    assert not got.law.falls
    assert got.relative_uncertainty == pytest.approx(got.sizes[-2].spread, rel=0.3)
    assert "not shown" in got.verdict


def test_same_seed_same_windows_and_windows_do_not_overlap():
    labels = PhaseMap(_columns(64), 1.0)
    first, second = (
        representative_volume(labels, axis=0, conductivity=TWO, sizes=[8, 16], windows_per_size=4, seed=3)
        for _ in range(2)
    )
    assert first.sizes == second.sizes
    assert [len(size.conductivity) for size in first.sizes] == [4, 4]


def test_strips_keep_the_whole_axis_and_squares_do_not():
    labels = np.ones((16, 64), np.uint8)
    labels[8:] = 3
    strips = representative_volume(PhaseMap(labels, 2.0), sizes=[8, 16])
    assert strips.axis == 0
    assert [size.area_px for size in strips.sizes] == [16 * 8, 16 * 16]
    squares = representative_volume(PhaseMap(np.ones((32, 64), np.uint8), 2.0), axis=1, sizes=[8])
    assert [size.area_px for size in squares.sizes] == [64]


def test_volume_is_cut_into_columns_along_the_axis():
    labels = np.ones((16, 8, 16), np.uint8)
    labels[:, 4:] = 3  # rows are the second axis of the array
    got = representative_volume(PhaseMap(labels, 1.0), sizes=[4], windows_per_size=3)
    assert got.axis == 0
    assert got.sizes[0].area_px == 4 * 8 * 4


def test_picture_too_small_for_windows_says_so():
    got = representative_volume(PhaseMap(np.ones((10, 10), np.uint8), 1.0), axis=0)
    assert got.law is None
    assert math.isnan(got.relative_uncertainty)
    assert "not known" in got.verdict


def test_table_has_units_and_a_row_per_size():
    got = representative_volume(PhaseMap(_columns(64), 2.0), axis=0, conductivity=TWO, sizes=[8, 16])
    table = got.table()
    assert list(table["size_nm"]) == [16, 32]
    assert {"area_px", "windows", "conducting", "mean_S_per_cm", "spread"} <= set(table)


@pytest.mark.parametrize(
    "arguments", [{"sizes": [40]}, {"sizes": [0]}, {"sizes": [4.5]}, {"windows_per_size": 1}, {"temperature": -1.0}]
)
def test_bad_arguments_are_refused_with_a_mend(arguments):
    with pytest.raises(InputError) as caught:
        representative_volume(PhaseMap(_columns(64), 1.0), axis=0, **arguments)
    assert caught.value.to_do
