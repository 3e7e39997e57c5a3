from __future__ import annotations

import numpy as np
import pytest

from napari_ssbi.widgets.posterior_plot import SOLVER, Curve, PosteriorPlot, Solved


def curve(mean=1e-5, sd=0.3):
    at = np.linspace(-3.5, 3.5, 81)
    reach = {0.5: 0.67, 0.8: 1.28, 0.9: 1.64}
    ends = {level: (mean * np.exp(-sd * k), mean * np.exp(sd * k)) for level, k in reach.items()}
    return Curve(mean * np.exp(sd * at), np.exp(-(at**2) / 2), mean, ends)


@pytest.fixture
def plot(application):
    plot = PosteriorPlot()
    plot.resize(320, 200)
    return plot


def colored(plot, color):
    """Columns of the picture that have a colour."""
    image = plot.grab().toImage()
    found = [x for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y).name() == color]
    return np.unique(found)


def test_the_axis_holds_the_curve_and_what_the_solver_found(plot):
    plot.show_curve(curve(), Solved(1e-4, 0.9e-4, 1.1e-4))
    low, high = plot._ends
    assert low < curve().at[0]
    assert high > 1.1e-4
    assert plot._x(low) < plot._x(1e-5) < plot._x(1e-4) < plot.width()


def test_equal_factors_are_equal_lengths(plot):
    plot.show_curve(curve())
    steps = np.diff([plot._x(value) for value in (5e-6, 1e-5, 2e-5)])
    assert steps[0] == pytest.approx(steps[1])


def test_the_solver_is_marked_where_its_value_is(plot):
    solved = Solved(1.4e-5, 1.3e-5, 1.5e-5)
    plot.show_curve(curve(), solved)
    marked = colored(plot, SOLVER.lower())
    assert marked.min() == pytest.approx(plot._x(solved.lower), abs=2)
    assert marked.max() == pytest.approx(plot._x(solved.upper), abs=2)


def test_without_a_solution_there_is_no_mark_and_no_row_for_it(plot):
    plot.show_curve(curve(), Solved(1.4e-5, 1.3e-5, 1.5e-5))
    height = plot.height()
    plot.show_curve(curve())
    assert plot.height() < height
    assert not colored(plot, SOLVER.lower()).size


def test_a_solution_without_a_lower_bound_is_drawn(plot):
    plot.show_curve(curve(), Solved(1e-5, 0.0, 1.1e-5))
    assert colored(plot, SOLVER.lower()).size


def test_the_numbers_are_read_out(plot):
    plot.show_curve(curve(), Solved(1.4e-5, 1.3e-5, 1.5e-5))
    words = plot.accessibleDescription()
    assert "1e-05 S/cm" in words
    assert "90 % between 6.11e-06 and 1.64e-05" in words
    assert "solver found 1.4e-05" in words


def test_nothing_predicted_is_hidden(plot):
    plot.show_curve(None)
    assert plot.isHidden()
    plot.grab()
