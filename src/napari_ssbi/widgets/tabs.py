"""Pages of a step under tabs, as high as the one that is shown, so that a dock scrolls no further than it has to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qtpy.QtCore import QSize
from qtpy.QtWidgets import QSizePolicy, QTabWidget, QVBoxLayout, QWidget
from typing_extensions import override

_FRAME = 8  # pixels: around a page


class Tabs(QTabWidget):
    """Title -> widgets, one above the other."""

    def __init__(self, pages: Mapping[str, Sequence[QWidget]]) -> None:
        super().__init__()
        for title, widgets in pages.items():
            page = QWidget()
            column = QVBoxLayout(page)
            column.setContentsMargins(4, 8, 4, 4)
            for widget in widgets:
                column.addWidget(widget)
            column.addStretch(1)
            self.addTab(page, title)
        self.currentChanged.connect(lambda _=None: self._fit())
        self._fit()

    @override
    def heightForWidth(self, width: int) -> int:
        page, bar = self.currentWidget(), self.tabBar()
        layout = None if page is None else page.layout()
        if layout is None or bar is None:
            return super().heightForWidth(width)
        wraps = layout.hasHeightForWidth()
        height = layout.totalHeightForWidth(width - _FRAME) if wraps else layout.totalSizeHint().height()
        return height + bar.sizeHint().height() + _FRAME

    @override
    def sizeHint(self) -> QSize:
        width = super().sizeHint().width()
        return QSize(width, self.heightForWidth(width))

    def _fit(self) -> None:
        """Have no room kept for the pages that are not shown."""
        for index in range(self.count()):
            page = self.widget(index)
            if page is not None:
                shown = index == self.currentIndex()
                policy = QSizePolicy.Policy.Preferred if shown else QSizePolicy.Policy.Ignored
                page.setSizePolicy(QSizePolicy.Policy.Preferred, policy)
        self.updateGeometry()
