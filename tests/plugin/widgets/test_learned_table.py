from __future__ import annotations

import pytest
from qtpy.QtWidgets import QLabel

from napari_ssbi.widgets.learned_table import LearnedNumber, LearnedTable

CONTACT = LearnedNumber("Contact", 0.5, 0.42, 0.12)
LAYER = LearnedNumber("Layer", 0.5, -0.31, 0.05)
UNTOLD = LearnedNumber("Pore", 0.5, 0.01, 0.49)


@pytest.fixture
def table(application):
    return LearnedTable()


def texts(table):
    return [label.text() for label in table.findChildren(QLabel) if label.isVisibleTo(table)]


def test_what_was_told_most_comes_first_with_before_and_after(table):
    table.show_numbers([CONTACT, UNTOLD, LAYER])
    found = texts(table)
    assert found.index("Layer") < found.index("Contact")
    assert {"± 0.50", "−0.31 ± 0.05", "+0.42 ± 0.12"} <= set(found)  # noqa: RUF001


def test_what_was_not_told_is_named_in_one_sentence(table):
    table.show_numbers([CONTACT, UNTOLD])
    assert "As uncertain as before: Pore." in texts(table)
    assert "Pore" not in texts(table)


def test_a_new_result_leaves_nothing_of_the_old_one(table):
    table.show_numbers([CONTACT, UNTOLD])
    table.show_numbers([LAYER])
    assert "Contact" not in texts(table)
    assert not table.rest.isVisibleTo(table)


def test_nothing_learned_is_hidden(table):
    table.show_numbers([CONTACT])
    assert not table.isHidden()
    table.show_numbers([])
    assert table.isHidden()
