from dataclasses import replace

import numpy as np
import pytest

from ssbi_core.report.figures.canvas import inline_svg, style
from ssbi_core.report.figures.prediction import SOURCES, prediction_figure
from ssbi_core.transport import Bounded


def figure_of(result, **changes):
    with style():
        return prediction_figure(replace(result, **changes))


def bars(axes):
    return [patch for patch in axes.patches if hasattr(patch, "get_width") and hasattr(patch, "get_x")]


def test_every_interval_has_its_bar(predicted_result):
    drawn = bars(figure_of(predicted_result).axes[0])
    ends = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in drawn]
    np.testing.assert_allclose(ends, [predicted_result.prediction.interval(level) for level in (0.5, 0.8, 0.9)])


def test_finite_elements_are_shown_where_they_ran(predicted_result, predicted_only, blocked_result):
    names = {text.get_text() for text in figure_of(predicted_result).axes[0].texts}
    assert "Finite elements" in names
    assert {"50\u202f%", "80\u202f%", "90\u202f%"} < names
    for other in (predicted_only, replace(blocked_result, prediction=predicted_result.prediction)):
        assert "Finite elements" not in {text.get_text() for text in figure_of(other).axes[0].texts}


@pytest.mark.parametrize("material", [0.0, 0.05, 0.7, 3.0])
@pytest.mark.parametrize("ratio", [0.01, 0.98, 1.0, 40.0])
def test_nothing_overlaps_or_leaves_the_figure(predicted_result, prediction_of, material, ratio):
    prediction = prediction_of(4.5e-6, material)
    sigma = Bounded(4.5e-6 * ratio, 4.4e-6 * ratio, 4.6e-6 * ratio)
    transport = replace(predicted_result.transport, effective_conductivity=sigma)
    figure = figure_of(predicted_result, prediction=prediction, transport=transport)
    figure.canvas.draw()
    axes = figure.axes[0]
    labels = [label for label in axes.get_xticklabels() if label.get_text()]
    texts = [*axes.texts, *labels, axes.xaxis.label, *figure.texts, *figure.axes[1].texts]
    boxes = [text.get_window_extent() for text in texts]
    for box in boxes:
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.width + 1
        assert box.y0 >= 0
        assert box.y1 <= figure.bbox.height
    for index, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[index + 1 :])


def test_a_bound_of_nothing_is_not_drawn(predicted_result):
    sigma = Bounded(1e-6, 0.0, 1.1e-6)
    transport = replace(predicted_result.transport, effective_conductivity=sigma)
    axes = figure_of(predicted_result, transport=transport).axes[0]
    assert axes.get_xlim()[0] > 1e-9


def test_the_split_has_a_segment_per_source(predicted_result):
    variance = dict.fromkeys(SOURCES, 1.0)
    prediction = replace(predicted_result.prediction, variance=variance)
    bar = figure_of(predicted_result, prediction=prediction).axes[1]
    assert [patch.get_width() for patch in bar.patches] == pytest.approx([0.25] * 4)
    assert {text.get_text().split("\n")[0] for text in bar.texts} == {name for name, _ in SOURCES.values()}


def test_the_page_gets_it_without_ids(predicted_result):
    with style():
        svg = inline_svg(prediction_figure(predicted_result), "Posterior")
    assert " id=" not in svg
    assert "url(" not in svg
    assert "<use" not in svg


def test_nothing_without_a_prediction(result):
    assert figure_of(result) is None
