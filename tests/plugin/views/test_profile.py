from __future__ import annotations

import time

import numpy as np
import pytest

from napari_ssbi.views.profile import ProfilePlot, profile_words
from ssbi_core.graph import layer_thickness
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase


def measured(app, plot):
    """Wait for the thread that measures."""
    end = time.monotonic() + 30
    while plot.words.text() in ("", "Measuring…") and time.monotonic() < end:
        app.processEvents()
        time.sleep(0.005)
    return plot.words.text()


def test_it_measures_when_first_looked_at(app, phases):
    plot = ProfilePlot(phases, 0)
    assert plot.profile is None
    plot.show()
    assert measured(app, plot) == profile_words(layer_thickness(phases, 0))
    assert plot.profile.median_nm == pytest.approx(3.0)
    plot.close()


def test_the_words_hold_the_numbers(phases):
    words = profile_words(layer_thickness(phases, 0))
    assert "Median <b>3.00 nm</b>" in words
    assert "uncovered 0" in words


def test_a_position_is_a_place_in_the_image(app, phases):
    plot, places = ProfilePlot(phases, 0), []
    plot.place_chosen.connect(lambda row, column: places.append((row, column)))
    plot.choose(5.0)
    assert places == []  # nothing measured yet
    plot.show()
    measured(app, plot)
    plot.choose(20.0)
    ((row, column),) = places
    assert row == pytest.approx(32.5, abs=0.6)
    assert column == pytest.approx(40, abs=1.5)
    assert plot.mark.isVisible()
    plot.close()


def test_pieces_of_interface_are_not_joined_by_a_line(app):
    labels = np.full((60, 80), Phase.LLZO, np.uint8)
    labels[40:] = Phase.NMC
    labels[8:24, 20:50] = Phase.NMC
    labels[36:40] = Phase.REACTION_LAYER
    plot = ProfilePlot(PhaseMap(labels, 1.0), 0)
    plot.show()
    measured(app, plot)
    assert set(plot.profile.piece) == {0, 1}
    assert np.isnan(plot.curve.getData()[1]).sum() == 1
    plot.close()


@pytest.mark.parametrize("shape", [(60, 80), (4, 60, 80)])
def test_without_a_layer_it_says_so(app, shape):
    plot = ProfilePlot(PhaseMap(np.full(shape, Phase.LLZO, np.uint8), 1.0), 0)
    plot.show()
    assert plot.words.text().startswith("No reaction layer" if len(shape) == 2 else "For single images")
    plot.close()


def test_a_layer_without_an_interface_is_said_and_not_raised(app):
    labels = np.full((60, 80), Phase.LLZO, np.uint8)
    labels[40:] = Phase.COATING
    plot = ProfilePlot(PhaseMap(labels, 1.0), 0)
    plot.show()
    assert measured(app, plot).startswith("No profile: ")
    plot.close()


def test_an_answer_that_is_no_longer_wanted_is_dropped(app, phases):
    plot = ProfilePlot(phases, 0)
    plot.measure()
    plot.release()
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        app.processEvents()
    assert plot.profile is None
