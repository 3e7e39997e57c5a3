from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from ssbi_core.optimize.tuning.config import TuningConfig
from ssbi_core.optimize.tuning.outcome import TuningOutcome
from ssbi_core.report.figures.canvas import style
from ssbi_core.report.figures.tuning import history_figure, importance_figure, save_tuning_figures

DEFAULT = {"learning_rate": 0.005, "lattice": "8x64", "penalty": 1e-6}


def outcome(errors=(0.02, 0.5, 0.019, 0.03, 0.018), pruned=(3,), importance=True):
    states = ["pruned" if at in pruned else "complete" for at in range(len(errors))]
    rows = {"number": range(len(errors)), "state": states, "error": errors, "default": [True] + [False] * 4}
    table = pd.DataFrame({name: list(column)[: len(errors)] for name, column in rows.items()})
    repeated = {"default": np.array([0.019, 0.021]), "best": np.array([0.018, 0.017])}
    shares = {"learning_rate": 0.8, "lattice": 0.15, "penalty": 0.05} if importance else {}
    parameters = {"learning_rate": 0.00812, "lattice": "9x70", "penalty": 3.1e-7}
    return TuningOutcome(
        "toy", "error of the toy", table, {}, parameters, DEFAULT, repeated, shares, TuningConfig(), "", {}
    )


def drawn(figure):
    FigureCanvasAgg(figure).draw()  # places labels of axes
    return figure


def test_one_bad_trial_does_not_flatten_the_others():
    with style():
        figure = drawn(history_figure(outcome()))
    low, high = figure.axes[0].get_ylim()
    assert low < 0.018
    assert 0.03 < high < 0.06
    arrows = next(line for line in figure.axes[0].lines if line.get_label() == "beyond the frame")
    assert list(arrows.get_xdata()) == [1]


def test_least_so_far_is_of_trials_run_to_the_end():
    with style():
        figure = history_figure(outcome((0.02, 0.5, 0.019, 0.011, 0.018)))
    least = next(line for line in figure.axes[0].lines if line.get_label() == "least so far")
    assert list(least.get_ydata()) == [0.02, 0.02, 0.019, 0.018, 0.018]


def test_trials_that_failed_are_not_drawn():
    failed = outcome()
    failed.trials.loc[1, "state"] = "fail"
    with style():
        figure = history_figure(failed)
    assert "beyond the frame" not in {line.get_label() for line in figure.axes[0].lines}


@pytest.mark.parametrize("errors", [(0.02, 0.5, 0.019, 0.03, 0.018), (0.02, 0.03, 0.0199), (0.02,), (0.02, np.nan)])
def test_no_text_overlaps_or_leaves_the_figure(errors):
    with style():
        figures = [drawn(history_figure(outcome(errors, pruned=(3,)))), drawn(importance_figure(outcome()))]
    for figure in figures:
        texts = [text for axes in figure.axes for text in axes.texts] + list(figure.texts)
        boxes = [text.get_window_extent() for text in texts]
        assert not any(one.overlaps(other) for at, one in enumerate(boxes) for other in boxes[:at])
        for box in boxes:
            assert 0 <= box.x0 <= box.x1 <= figure.bbox.width
            assert 0 <= box.y0 <= box.y1 <= figure.bbox.height


def test_importance_stands_beside_best_and_default():
    with style():
        figure = drawn(importance_figure(outcome()))
    written = {text.get_text() for text in figure.texts}
    assert {"0.00812", "0.005", "9 × 70", "8 × 64", "3.1 × 10⁻⁷", "10⁻⁶"} <= written
    widths = [bar.get_width() for bar in figure.axes[0].patches]
    assert widths == [0.8, 0.15, 0.05]


def test_too_few_trials_leave_the_importance_out(tmp_path):
    paths = save_tuning_figures(outcome(importance=False), tmp_path)
    assert [path.name for path in paths] == ["history.png"]
    assert [path.name for path in save_tuning_figures(outcome(), tmp_path)] == ["history.png", "importance.png"]
    assert all(path.stat().st_size > 10_000 for path in tmp_path.iterdir())
