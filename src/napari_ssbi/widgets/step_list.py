"""The steps with what has become of each: a mark, a word and the result in a few words."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import QPointF, QRectF, QSize, Qt, Signal
from qtpy.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from qtpy.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem

from napari_ssbi.analysis import Status

_ROW = 26
_SIZE = 16
# Shapes differ as well as colours: done is a filled disc with a tick, out of date a half disc, failed a cross.
_COLORS = {
    Status.MISSING: "#8A8F98",
    Status.RUNNING: "#56B4E9",
    Status.DONE: "#009E73",
    Status.STALE: "#E69F00",
    Status.FAILED: "#D55E00",
}


class StepList(QListWidget):
    """A row per step; choosing one shows its panel."""

    chosen = Signal(int)

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__()
        self._titles = list(titles)
        self._icons = {status: _icon(status) for status in Status}
        self.setIconSize(QSize(_SIZE, _SIZE))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setUniformItemSizes(True)
        self.setAccessibleName("Steps of the analysis")
        for number, title in enumerate(titles):
            item = QListWidgetItem(f"{number + 1}  {title}")
            item.setSizeHint(QSize(0, _ROW))
            self.addItem(item)
            self.show_status(number, Status.MISSING, "")
        self.setFixedHeight(_ROW * len(titles) + 2 * self.frameWidth() + 4)
        self.currentRowChanged.connect(self.chosen)
        self.setCurrentRow(0)

    def show_status(self, row: int, status: Status, summary: str) -> None:
        """Say what has become of a step."""
        item = self.item(row)
        assert item is not None
        words = f"{summary}  ({status.value})" if summary and status is Status.STALE else summary or status.value
        item.setIcon(self._icons[status])
        item.setText(f"{row + 1}  {self._titles[row]}   {words}")
        item.setToolTip(f"{self._titles[row]}: {status.value}. Alt+{row + 1} shows it.")


def _icon(status: Status) -> QIcon:
    picture = QPixmap(4 * _SIZE, 4 * _SIZE)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(4, 4)
    color, disc = QColor(_COLORS[status]), QRectF(2, 2, 12, 12)
    painter.setPen(QPen(color, 1.6))
    painter.drawEllipse(disc)
    if status in (Status.DONE, Status.FAILED):
        painter.setBrush(color)
        painter.drawEllipse(disc)
        painter.setPen(QPen(QColor("white"), 1.8))
        strokes = (
            [(5, 8.2, 7.2, 10.6), (7.2, 10.6, 11, 5.6)] if status is Status.DONE else [(6, 6, 10, 10), (6, 10, 10, 6)]
        )
        for x1, y1, x2, y2 in strokes:
            painter.drawLine(QPointF(x1, y1), QPointF(x2, y2))
    elif status is Status.STALE:
        painter.setBrush(color)
        painter.drawPie(disc, 90 * 16, 180 * 16)
    elif status is Status.RUNNING:
        painter.setBrush(color)
        painter.drawEllipse(QRectF(5.5, 5.5, 5, 5))
    painter.end()
    return QIcon(picture)
