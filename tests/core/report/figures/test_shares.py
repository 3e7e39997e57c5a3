from dataclasses import replace
from itertools import pairwise

import pytest

from ssbi_core.materials import load_system
from ssbi_core.report.figures.canvas import style
from ssbi_core.report.figures.shares import shares_figure
from ssbi_core.report.figures.stacked_bar import contrasting


def figure_of(result, shares):
    with style():
        return shares_figure(replace(result, transport=replace(result.transport, resistance_share=shares)))


def test_the_segments_fill_the_bar(result):
    with style():
        axes = shares_figure(result).axes[0]
    assert sum(patch.get_width() for patch in axes.patches) == pytest.approx(1, abs=1e-3)


def test_labels_under_the_bar_do_not_overlap(result):
    shares = {"contact": 0.88, "nmc": 0.03, "llzo": 0.03, "reaction_layer": 0.02, "pore": 0.02, "coating": 0.02}
    figure = figure_of(result, shares)
    under = [text for text in figure.axes[0].texts if text.get_position()[1] < 0]
    assert len(under) == 5
    boxes = sorted((text.get_window_extent() for text in under), key=lambda box: box.x0)
    assert all(left.x1 <= right.x0 for left, right in pairwise(boxes))
    assert boxes[0].x0 >= 0
    assert boxes[-1].x1 <= figure.bbox.width


def test_labels_in_the_bar_stay_inside_their_segments(result):
    figure = figure_of(result, {"contact": 0.5, "reaction_layer": 0.3, "llzo": 0.2})
    axes = figure.axes[0]
    for patch, text in zip(axes.patches, axes.texts, strict=True):
        assert patch.get_window_extent().x0 <= text.get_window_extent().x0
        assert text.get_window_extent().x1 <= patch.get_window_extent().x1


def test_shares_too_small_to_see_are_drawn_as_one(result):
    figure = figure_of(result, {"contact": 0.99, "nmc": 0.004, "llzo": 0.004, "pore": 0.002})
    assert [text.get_text().split()[0] for text in figure.axes[0].texts] == ["LLZO", "Other"]


def test_text_on_every_phase_colour_is_readable():
    system = load_system()
    for phase in system.phases.values():
        assert contrasting(phase.color) in ("#000000", "#ffffff")
    assert contrasting("#1B2A41") == "#ffffff"
    assert contrasting("#F2B134") == "#000000"


def test_no_bar_without_shares(blocked_result):
    assert shares_figure(blocked_result) is None
