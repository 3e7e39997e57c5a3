import numpy as np
import pytest

from ssbi_core.report.figures.log_ticks import log_ticks

RANGES = [
    (4.3e-6, 4.7e-6),
    (4.49e-6, 4.51e-6),
    (1.1e-4, 1e-3),
    (2e-6, 1.4e-4),
    (1e-10, 3e-5),
    (0.008, 0.02),
    (0.9, 7.0),
]


@pytest.mark.parametrize(("low", "high"), RANGES)
def test_three_to_seven_ticks_inside_the_axis(low, high):
    ticks, labels, _ = log_ticks(low, high)
    assert 3 <= len(ticks) <= 7
    assert len(labels) == len(set(labels)) == len(ticks)
    assert ticks == sorted(ticks)
    assert low * (1 - 1e-6) <= ticks[0]
    assert ticks[-1] <= high * (1 + 1e-6)


@pytest.mark.parametrize(("low", "high"), [RANGES[0], RANGES[2], RANGES[5]])
def test_labels_times_their_power_are_the_ticks(low, high):
    ticks, labels, exponent = log_ticks(low, high)
    np.testing.assert_allclose([float(label) * 10.0**exponent for label in labels], ticks)
    assert all(len(label) <= 6 for label in labels)


def test_many_decades_are_powers_of_ten():
    _, labels, exponent = log_ticks(1e-10, 3e-5)
    assert exponent == 0
    assert all(label.startswith("10") for label in labels)


def test_numbers_near_one_need_no_power():
    assert log_ticks(0.008, 0.02)[2] == 0
