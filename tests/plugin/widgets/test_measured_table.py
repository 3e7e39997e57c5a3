from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Labels

from napari_ssbi.widgets.measured_table import MeasuredTable
from plugin.widgets.conftest import labels
from ssbi_core.errors import InputError

NM = {"scale": (2, 2), "units": ("nm", "nm")}


@pytest.fixture
def viewer(application):
    return ViewerModel()


@pytest.fixture
def table(viewer):
    table = MeasuredTable(viewer, lambda: 310.0)
    yield table
    table.release()


def fill(table, conductivity="1.2e-5", temperature="298.15"):
    row = table.add()
    row.temperature.setText(temperature)
    row.conductivity.setText(conductivity)
    return row


def test_no_row_is_no_measurement(table):
    assert table.measured() == []
    assert table.typed() == ()


def test_a_new_row_is_of_this_image_at_the_temperature_of_the_data(table):
    row = table.add()
    assert row.image.is_own
    assert row.temperature.text() == "310"
    assert row.reason.isHidden(), "nobody has typed anything wrong yet"


def test_another_image_comes_with_its_phases_and_its_pixel_size(table, viewer):
    layer = viewer.add_layer(Labels(labels(), name="specimen 7", **NM))
    fill(table).image.choose(layer)
    (found,) = table.measured()
    assert found.name == "specimen 7"
    assert found.phases.pixel_size_nm == 2
    np.testing.assert_array_equal(found.phases.labels, labels())


def test_an_empty_row_is_marked_when_it_is_to_be_used(table):
    row = table.add()
    with pytest.raises(InputError, match="measurement 1: the conductivity is missing"):
        table.measured()
    assert "missing" in row.reason.text()


def test_what_the_user_changes_is_told_apart(table, viewer):
    layer = viewer.add_layer(Labels(labels(), **NM))
    heard = []
    table.edited.connect(lambda: heard.append(1))
    row = fill(table)
    seen = [table.typed()]
    for change in (
        lambda: row.conductivity.setText("1.3e-5"),
        lambda: row.temperature.setText("299"),
        lambda: row.image.choose(layer),
        lambda: layer.paint((3, 3), 6),
        lambda: setattr(layer, "scale", (3, 3)),
        lambda: fill(table),
    ):
        before = len(heard)
        change()
        assert len(heard) > before
        assert table.typed() not in seen
        seen.append(table.typed())
    row.conductivity.setText("1.30e-5")
    assert table.typed() == seen[-1], "the same number, typed otherwise"


def test_a_wrong_cell_among_many_is_named_by_its_row_and_nothing_is_lost(table):
    fill(table)
    fill(table, "-1")
    with pytest.raises(InputError, match="measurement 2: conductivity -1 S/cm is not positive"):
        table.measured()
    assert [row.conductivity.text() for row in table.rows] == ["1.2e-5", "-1"]
    table.rows[1].conductivity.setText("2e-5")
    assert [found.conductivity for found in table.measured()] == [1.2e-5, 2e-5]


def test_a_row_is_removed_and_the_others_stay(table):
    rows = [fill(table, f"{n}e-5") for n in (1, 2, 3)]
    rows[1].remove.click()
    assert [found.conductivity for found in table.measured()] == [1e-5, 3e-5]
    assert rows[2].conductivity.accessibleName() == "Measurement 2: conductivity in S/cm"
    for row in (rows[0], rows[2]):
        row.remove.click()
    assert table.measured() == []


def test_cells_follow_each_other_and_the_button_comes_last(table):
    rows = [fill(table), fill(table)]
    rows[0].remove.click()
    rows.append(fill(table))
    order = [*rows[1].cells, *rows[2].cells, table.add_button]
    for before, after in pairwise(order):
        following = before.nextInFocusChain()
        while following is not after:
            assert following not in order, "another cell comes between"
            following = following.nextInFocusChain()
