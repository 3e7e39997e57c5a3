from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Labels

from napari_ssbi.widgets.measured_row import MeasuredRow
from plugin.widgets.conftest import labels

NM = {"scale": (2, 2), "units": ("nm", "nm")}


@pytest.fixture
def viewer(application):
    return ViewerModel()


@pytest.fixture
def row(viewer):
    row = MeasuredRow(viewer, 298.15)
    row.conductivity.setText("1.2e-5")
    yield row
    row.release()


def test_numbers_are_taken_as_people_type_them(row):
    row.conductivity.setText("1,2e-5 S/cm")
    row.temperature.setText(" 298,15 K ")
    found = row.measured()
    assert (found.phases, found.temperature, found.conductivity) == (None, 298.15, 1.2e-5)


@pytest.mark.parametrize(
    ("cell", "text", "said"),
    [
        ("conductivity", "", "conductivity is missing"),
        ("conductivity", "nan", "'nan' is not a number"),
        ("conductivity", "inf", "'inf' is not a number"),
        ("conductivity", "much", "'much' is not a number"),
        ("conductivity", "-1e-5", "-1e-05 S/cm is not positive"),
        ("conductivity", "0", "0 S/cm is not positive"),
        ("conductivity", "120", "outside 0 to 10 S/cm"),
        ("temperature", "", "temperature is missing"),
        ("temperature", "25", "25 K is outside 100 to 2000 K"),
        ("temperature", "nan", "'nan' is not a number"),
    ],
)
def test_a_wrong_cell_is_marked_with_a_reason_and_kept_as_typed(row, cell, text, said):
    line = getattr(row, cell)
    line.setText("7")
    line.setText(text)
    assert said in row.reason.text()
    assert not row.reason.isHidden()
    assert said in line.toolTip()
    assert said in line.accessibleDescription()
    assert line.styleSheet()
    assert said in row.wrong()[line]
    assert line.text() == text
    line.setText("300" if cell == "temperature" else "1e-5")
    assert row.reason.isHidden()
    assert not line.styleSheet()
    assert not row.wrong()


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (Labels(labels(), name="bare"), "'bare' has no pixel size"),
        (Labels(labels() + 70, name="instances", **NM), "holds labels 7"),
        (Labels(np.stack([labels()] * 2), name="stack"), "stack of 2 planes"),
    ],
)
def test_an_image_that_cannot_be_measured_says_why(row, viewer, layer, said):
    viewer.add_layer(layer)
    row.image.choose(layer)
    assert said in row.reason.text()
    assert said in row.wrong()[row.image]


def test_an_image_that_is_removed_is_not_taken_for_this_one(row, viewer):
    layer = viewer.add_layer(Labels(labels(), **NM))
    row.image.choose(layer)
    viewer.layers.remove(layer)
    assert "no image chosen" in row.reason.text()
    assert row.wrong() == {row.image: "no image chosen"}


def test_what_is_wrong_is_not_said_before_anything_was_typed(viewer):
    row = MeasuredRow(viewer, 298.15)
    assert row.reason.isHidden()
    row.mark_all()
    assert "the conductivity is missing" in row.reason.text()
    row.release()


def test_a_released_row_lets_go_of_the_viewer(row, viewer):
    layer = viewer.add_layer(Labels(labels(), **NM))
    row.image.choose(layer)
    row.release()
    layer.paint((3, 3), 6)
    layer.name = "other"
    viewer.layers.remove(layer)
