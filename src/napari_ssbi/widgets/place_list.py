"""Anomalous places, ranked, with the reason of each; choosing one takes the camera there."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtWidgets import (
    QAbstractItemView,
    QGraphicsOpacityEffect,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from napari_ssbi.anomaly_layers import stands_out
from napari_ssbi.compute.anomalies import FoundPlace
from napari_ssbi.widgets.messages import sentence

_PADDING = 5
_FAINT = 0.55  # still read


class PlaceList(QListWidget):
    """A row per place; those that are common enough to be chance are dimmed."""

    chosen = Signal(object)
    """Number of the place that was chosen; None for none."""

    def __init__(self) -> None:
        super().__init__()
        self.places: tuple[FoundPlace, ...] = ()
        self.setAccessibleName("Anomalous places")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setToolTip("Click: the camera goes there")
        self.currentRowChanged.connect(self._tell)
        # A click on the row that is chosen already brings the camera back.
        self.itemClicked.connect(lambda _=None: self._tell(self.currentRow()))

    def show_places(self, places: Sequence[FoundPlace], rate: float) -> None:
        """Show these, none of them chosen."""
        self.blockSignals(True)
        self.clear()
        self.places = tuple(places)
        for place in self.places:
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{place.number}: {sentence(place.reason)}")
            self.addItem(item)
            self.setItemWidget(item, _Row(place))
        self.blockSignals(False)
        self._fit()
        self.show_rate(rate)
        self.setVisible(bool(self.places))

    def show_rate(self, rate: float) -> None:
        """Dim the places that more than this share of normal images has."""
        for row, place in enumerate(self.places):
            widget = self.itemWidget(self.item(row))
            if isinstance(widget, _Row):
                widget.dim(not stands_out(place, rate))

    @override
    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit()

    def _fit(self) -> None:
        """Rows as high as their words need at this width, and the list as high as its rows: the dock scrolls."""
        width, total = self.width() - 2 * self.frameWidth(), 2 * self.frameWidth() + 2
        for row in range(self.count()):
            item = self.item(row)
            widget = self.itemWidget(item)
            if item is not None and widget is not None:
                height = widget.heightForWidth(width)
                item.setSizeHint(QSize(width, height))
                total += height
        self.setFixedHeight(total)
        self.doItemsLayout()  # type: ignore[attr-defined]

    def _tell(self, row: int) -> None:
        self.chosen.emit(self.places[row].number if 0 <= row < len(self.places) else None)


class _Row(QWidget):
    """Number and reason of one place; clicks go through to the list."""

    def __init__(self, place: FoundPlace) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.words = QLabel(f"{place.number}   {sentence(place.reason)}")
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        column = QVBoxLayout(self)
        column.setContentsMargins(_PADDING, _PADDING, _PADDING, _PADDING)
        column.addWidget(self.words)
        self._faint = QGraphicsOpacityEffect(self.words)
        self.words.setGraphicsEffect(self._faint)

    def dim(self, dimmed: bool) -> None:
        """Fainter, or as other text."""
        self._faint.setOpacity(_FAINT if dimmed else 1.0)
