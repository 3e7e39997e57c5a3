"""Known geometries, and what users of other tortuosity codes have had to file as bugs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.transport import tortuosity, tortuosity_by_axis


def _random(shape: tuple[int, ...], seed: int = 0, fraction: float = 0.75) -> np.ndarray:
    return np.random.default_rng(seed).random(shape) < fraction


@pytest.mark.parametrize("shape", [(30, 40), (33, 65), (350, 320), (12, 13, 14)])
def test_open_domain_is_exactly_one_along_every_axis(shape):
    for got in tortuosity_by_axis(np.ones(shape, bool)):
        assert got.factor == pytest.approx((1, 1, 1), abs=1e-12)
        assert got.volume_fraction == got.connected_fraction == 1


def test_straight_channels_are_exactly_one_along_and_infinite_across():
    channels = np.zeros((40, 42), bool)
    channels[:, ::2] = True
    along, across = tortuosity_by_axis(channels)
    assert along.factor == pytest.approx((1, 1, 1), abs=1e-12)
    assert along.volume_fraction == 0.5
    assert math.isinf(across.factor.estimate)
    assert not across.percolates
    assert across.relative_conductivity == (0, 0, 0)


def test_detour_costs_the_square_of_its_length():
    steps = np.zeros((200, 100), bool)
    for leg in range(10):
        row, column = 10 + 20 * leg, 98 * (leg % 2)
        steps[max(row - 20, 0) : row + 2, column : column + 2] = True
        steps[row : row + 2] = True
    steps[190:, 0:2] = True
    got = tortuosity(steps, axis=0)
    length = 200 + 10 * 98
    assert got.factor.estimate == pytest.approx((length / 200) ** 2, rel=0.03)  # corners are cut
    assert got.factor.lower <= got.factor.estimate <= got.factor.upper


def test_dead_ends_and_floating_regions_change_nothing_but_the_volume():
    channel = np.zeros((40, 40), bool)
    channel[:, 10:15] = True
    with_others = channel.copy()
    with_others[20:30, 25:35] = True  # touches nothing
    with_others[:8, 37:] = True  # hangs on the first face
    plain, got = tortuosity(channel, axis=0), tortuosity(with_others, axis=0)
    assert got.relative_conductivity == pytest.approx(plain.relative_conductivity, rel=1e-12)
    assert got.connected_fraction == pytest.approx(channel.sum() / with_others.sum())
    assert got.factor.estimate == pytest.approx(with_others.sum() / channel.sum(), rel=1e-12)


def test_dead_end_of_a_channel_adds_no_path():
    channel = np.zeros((40, 40), bool)
    channel[:, 10:15] = True
    stub = channel.copy()
    stub[18:22, 15:35] = True
    plain, got = tortuosity(channel, axis=0), tortuosity(stub, axis=0)
    gain = got.relative_conductivity.estimate / plain.relative_conductivity.estimate - 1
    assert 0 <= gain < 0.1  # the current bulges a little into the mouth
    assert got.connected_fraction == 1


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int8, np.int64, np.uint8, bool])
@pytest.mark.parametrize("order", ["C", "F"])
def test_number_type_and_memory_order_change_nothing(dtype, order):
    mask = _random((32, 40))
    want = tortuosity(mask, axis=1)
    got = tortuosity(np.array(mask, dtype=dtype, order=order), axis=1)
    assert replace(got, phase=want.phase) == want


def test_strided_view_is_read_as_it_looks():
    mask = _random((40, 64))
    assert tortuosity(mask[::-1, ::2], axis=0) == tortuosity(mask[::-1, ::2].copy(), axis=0)


def test_transposed_volume_gives_the_other_axis():
    mask = _random((12, 12, 12), fraction=0.8)
    rows, columns, slices = tortuosity_by_axis(mask)
    turned = tortuosity_by_axis(mask.transpose(1, 2, 0))  # slices <- rows <- columns
    assert turned[2].factor == pytest.approx(rows.factor, rel=1e-9)
    assert turned[0].factor == pytest.approx(columns.factor, rel=1e-9)
    assert turned[1].factor == pytest.approx(slices.factor, rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_bounds_hold_against_a_finer_grid(seed):
    mask = _random((16, 16), seed, 0.8)
    coarse, fine = (tortuosity(np.kron(mask, np.ones((n, n), bool)), axis=0) for n in (1, 4))
    assert coarse.factor.lower <= fine.factor.upper
    assert fine.factor.lower <= coarse.factor.upper
    assert fine.factor.upper / fine.factor.lower <= coarse.factor.upper / coarse.factor.lower
    assert coarse.factor.upper >= 1


def test_drawn_width_of_a_grain_boundary_does_not_count():
    labels = np.full((40, 40), Phase.LLZO, np.uint8)
    labels[19:21] = Phase.GRAIN_BOUNDARY
    assert tortuosity(PhaseMap(labels, 1.0)).factor == pytest.approx((1, 1, 1), abs=1e-12)
    assert tortuosity(labels, phase="grain_boundary", axis=1).volume_fraction == pytest.approx(0.05)


def test_several_phases_conduct_together():
    labels = np.full((20, 20), Phase.LLZO, np.uint8)
    labels[10:] = Phase.NMC
    assert not tortuosity(labels, axis=0).percolates
    both = tortuosity(labels, phase=["nmc", "llzo"], axis=0)
    assert both.factor.estimate == pytest.approx(1, abs=1e-12)
    assert both.phase == ("llzo", "nmc")


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((5, 5), bool),
        np.full((5, 5), 0.5),
        np.full((5, 5), np.nan),
        np.full((5, 5), 77),
        np.ones(5, bool),
        np.full((5, 5), Phase.NMC, np.uint8),
        np.array([["llzo"]]),
        np.zeros((0, 4)),
    ],
)
def test_what_holds_no_conductor_is_refused_with_a_mend(wrong):
    with pytest.raises(InputError) as caught:
        tortuosity(wrong)
    assert caught.value.to_do
