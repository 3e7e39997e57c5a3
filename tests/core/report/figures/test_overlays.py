import math

import numpy as np
import pytest
from matplotlib.figure import Figure

from ssbi_core.report.figures.canvas import style
from ssbi_core.report.figures.overlays import draw_scale_bar, draw_transport_axis, scale_bar_length


@pytest.mark.parametrize(
    ("width_nm", "bar"), [(1024, 200), (1000, 200), (10_000 / 3, 1000), (2048, 500), (8, 2), (0.4, 0.1), (1e6, 200_000)]
)
def test_scale_bars_have_round_lengths(width_nm, bar):
    assert scale_bar_length(width_nm) == pytest.approx(bar, rel=1e-12)


def test_scale_bars_are_one_two_or_five_and_neither_tiny_nor_too_long():
    for width in np.geomspace(0.5, 1e7, 500):
        bar = scale_bar_length(width)
        assert 0.3 / 2.5 <= bar / width <= 0.3 * (1 + 1e-8)
        assert round(bar / 10 ** math.floor(math.log10(bar) + 1e-9), 9) in (1, 2, 5)


def test_the_drawn_bar_is_as_long_as_its_label_says():
    with style():
        figure = Figure(figsize=(5, 5))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, 1000), ylim=(1000, 0))
        draw_scale_bar(axes, 1000)
    (bar,) = [patch for patch in axes.patches if patch.get_facecolor() == (1, 1, 1, 1)]
    assert bar.get_width() == pytest.approx(0.2)
    assert [text.get_text() for text in axes.texts] == ["200\u202fnm"]


@pytest.mark.parametrize(("axis", "marks"), [(0, 1), (1, 1), (2, 1), (None, 0)])
def test_the_transport_axis_is_marked_where_it_is_known(axis, marks):
    with style():
        axes = Figure(figsize=(5, 5)).add_axes((0, 0, 1, 1))
        draw_transport_axis(axes, axis)
    labels = [text.get_text() for text in axes.texts if text.get_text()]
    assert labels.count("Li⁺") == marks
    assert ("⊗" in labels) == (axis == 2)
