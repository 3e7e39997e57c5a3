import math
from dataclasses import replace

from ssbi_core.report.figures.canvas import style
from ssbi_core.report.figures.gains import gains_figure


def figure_of(result, gains):
    with style():
        return gains_figure(replace(result, transport=replace(result.transport, knockout_gain_with_contact=gains)))


def test_bars_are_sorted_and_as_long_as_the_gain(result):
    axes = figure_of(result, {"pore": 0.04, "reaction_layer": 1.4, "contact": -0.02, "nmc": 0.001}).axes[0]
    assert [round(patch.get_width(), 6) for patch in axes.patches] == [1.4, 0.04, -0.02]


def test_labels_lie_within_the_figure(result):
    figure = figure_of(result, {"contact": 3.0, "reaction_layer": math.inf, "grain_boundary": -0.5})
    for text in figure.axes[0].texts:
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.width


def test_an_infinite_gain_is_said_in_words(blocked_result):
    axes = figure_of(blocked_result, {"pore": math.inf}).axes[0]
    assert "conducts only without it" in [text.get_text() for text in axes.texts]


def test_no_chart_where_nothing_matters(result):
    assert figure_of(result, {"pore": 0.001}) is None
    assert figure_of(result, {}) is None
