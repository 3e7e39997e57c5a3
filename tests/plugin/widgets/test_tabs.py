from __future__ import annotations

import pytest
from qtpy.QtWidgets import QLabel, QWidget

from napari_ssbi.widgets.tabs import Tabs


def tall(height):
    widget = QWidget()
    widget.setFixedHeight(height)
    return widget


@pytest.mark.parametrize("wraps", [False, True])
def test_tabs_are_as_high_as_the_page_that_is_shown(application, wraps):
    text = QLabel("word " * 40)
    text.setWordWrap(wraps)
    tabs = Tabs({"Small": [tall(30), text], "Large": [tall(900)]})
    tabs.resize(300, 300)
    small = tabs.heightForWidth(300), tabs.minimumSizeHint().height(), tabs.sizeHint().height()
    tabs.setCurrentIndex(1)
    large = tabs.heightForWidth(300), tabs.minimumSizeHint().height(), tabs.sizeHint().height()
    assert max(small) < 500
    assert min(large) > 900
    tabs.setCurrentIndex(0)
    assert (tabs.heightForWidth(300), tabs.minimumSizeHint().height(), tabs.sizeHint().height()) == small
