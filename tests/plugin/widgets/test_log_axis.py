from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_ssbi.widgets.log_axis import log_ticks

APART = 0.15


@given(st.floats(-12, 3), st.floats(-3, 1.3))
def test_ticks_lie_on_the_axis_and_apart_and_at_least_one_is_there(start, log_length):
    low = 10.0**start
    high = low * 10 ** (10**log_length)
    ticks = log_ticks(low, high, APART)
    assert ticks.values
    assert len(ticks.values) == len(ticks.labels) == len(set(ticks.labels))
    assert all(low <= value <= high for value in ticks.values)
    gaps = [math.log(right / left) / math.log(high / low) for left, right in pairwise(ticks.values)]
    assert all(gap >= APART - 1e-9 for gap in gaps)


def read(ticks):
    """The numbers that labels and factor say."""
    superscripts = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    factor = 10.0 ** int(ticks.factor[2:].translate(superscripts)) if ticks.factor else 1.0
    for label in ticks.labels:
        power = label.startswith("10") and len(label) > 2 and not label[2:].isascii()
        yield factor * (10.0 ** int(label[2:].translate(superscripts)) if power else float(label))


@given(st.floats(-12, 3), st.floats(-2.5, 1.1))
def test_labels_say_where_the_ticks_are(start, log_length):
    low = 10.0**start
    ticks = log_ticks(low, low * 10 ** (10**log_length), APART)
    assert list(read(ticks)) == pytest.approx(list(ticks.values), rel=1e-6)


def test_a_narrow_axis_has_equal_steps_and_one_power_for_all():
    assert log_ticks(1.89e-5, 2.12e-5, APART).labels == ("1.90", "1.95", "2.00", "2.05", "2.10")
    assert log_ticks(1.89e-5, 2.12e-5, APART).factor == "10⁻⁵"


def test_a_wide_axis_has_powers_of_ten():
    assert log_ticks(1e-9, 1e-4, APART).labels == ("10⁻⁹", "10⁻⁸", "10⁻⁷", "10⁻⁶", "10⁻⁵", "10⁻⁴")
