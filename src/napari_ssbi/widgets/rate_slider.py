"""The false-alarm rate on a logarithmic slider, from one normal image in a thousand to one in two."""

from __future__ import annotations

import math

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

_LEAST, _MOST, _USUAL = 0.001, 0.5, 0.05
_STEPS = 200


class RateSlider(QWidget):
    """Share of normal images that may be flagged."""

    changed = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setAccessibleName("False-alarm rate")
        self.slider.setToolTip("Share of normal images that may be flagged; nothing is computed anew")
        self.words = QLabel()
        self.words.setMinimumWidth(self.words.fontMetrics().horizontalAdvance("0.88 %"))
        label = QLabel("&False-alarm rate")
        label.setBuddy(self.slider)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label)
        row.addWidget(self.slider, 1)
        row.addWidget(self.words)
        self.slider.valueChanged.connect(lambda _=None: self._tell())
        self.set_rate(_USUAL)
        self._tell()

    @property
    def rate(self) -> float:
        """In (0, 1), of two digits, as it is said."""
        share = self.slider.value() / _STEPS
        return float(f"{_LEAST * (_MOST / _LEAST) ** share:.2g}")

    def set_rate(self, rate: float) -> None:
        """Put the slider where this is, about."""
        share = math.log(rate / _LEAST) / math.log(_MOST / _LEAST)
        self.slider.setValue(round(min(max(share, 0.0), 1.0) * _STEPS))

    def _tell(self) -> None:
        self.words.setText(f"{100 * self.rate:.2g} %")
        self.changed.emit(self.rate)
