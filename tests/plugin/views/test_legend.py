from __future__ import annotations

import numpy as np
import pytest

from napari_ssbi.views.coloring import Coloring
from napari_ssbi.views.legend import ColorLegend

PHASES = {"llzo": "#4C78A8", "nmc": "#54A24B", "reaction_layer": "#F2B134", "terminal_first": "#FF7F50"}


@pytest.fixture
def legend(app):
    made = ColorLegend()
    made.resize(340, 60)
    made.show()
    yield made
    made.close()


def pixels(legend, app):
    app.processEvents()
    image = legend.grab().toImage()
    return {image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(image.height())}


def test_phases_are_swatches_in_their_colours(legend, app):
    legend.show_coloring(Coloring(np.zeros((1, 4))), PHASES)
    assert set(PHASES.values()) <= pixels(legend, app)


def test_swatches_wrap_to_the_width(legend, app):
    legend.show_coloring(Coloring(np.zeros((1, 4))), PHASES)
    wide = legend.height()
    legend.setFixedWidth(120)
    app.processEvents()
    assert legend.height() > wide


def test_a_measure_is_a_bar_from_dark_to_light(legend, app):
    legend.show_coloring(Coloring(np.zeros((1, 4)), (0.0, 1.0)), PHASES)
    app.processEvents()
    image = legend.grab().toImage()
    left, right = image.pixelColor(1, 3), image.pixelColor(image.width() - 2, 3)
    assert left.lightness() < right.lightness()
    assert not set(PHASES.values()) & pixels(legend, app)
