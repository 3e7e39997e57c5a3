from __future__ import annotations

import numpy as np
import pytest
from qtpy.QtGui import QColor

from napari_ssbi.widgets.split_bar import Part, SplitBar


def pixels(widget):
    image = widget.grab().toImage()
    return [[image.pixelColor(x, y).name() for x in range(image.width())] for y in range(image.height())]


@pytest.fixture
def bar(application):
    bar = SplitBar()
    bar.resize(300, 80)
    return bar


def test_the_bar_is_cut_as_the_shares_say(bar):
    bar.show_parts([Part("one", "#009e73", 0.25, "25 %"), Part("other", "#e69f00", 0.75, "75 %")])
    row = np.array(pixels(bar)[8])
    assert (row == "#009e73").mean() == pytest.approx(0.25, abs=0.02)
    assert (row == "#e69f00").mean() == pytest.approx(0.75, abs=0.02)


def test_every_part_has_its_row_and_its_words(bar):
    bar.show_parts([Part(f"part {n}", "#009e73", 0.25, f"{n} %") for n in range(4)])
    four = bar.height()
    bar.show_parts([Part("part", "#009e73", 1.0, "100 %")])
    assert four > bar.height()
    assert bar.accessibleDescription() == "part: 100 %"
    assert QColor("#009e73").name() in {color for row in pixels(bar)[20:] for color in row}


def test_no_number_is_cut_off_however_narrow_the_dock(bar):
    words = "0.16 %  (alone ± 4.456 %)"
    bar.show_parts([Part("a name", "#009e73", 1.0, words)])
    width = bar.fontMetrics().horizontalAdvance(words)
    seen = {}
    for room in (width + 30, 600):
        bar.resize(room, 80)
        seen[room] = np.array(pixels(bar))[26:, -width:]
    np.testing.assert_array_equal(*seen.values())


def test_nothing_to_split_is_hidden(bar):
    bar.show_parts([])
    assert bar.isHidden()
