"""What a newcomer needs to know, shown until it is closed once."""

from __future__ import annotations

from napari.components import ViewerModel
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from napari_ssbi.settings import load_settings, save_settings
from napari_ssbi.widgets.messages import tell_error
from ssbi_core.errors import SsbiError

_TEXT = (
    "<b>New here?</b> Open an image (File > Open), or a sample. Then press <i>Run to here</i> in the Transport step: "
    "steps that it needs run first. Nothing blocks the window, and Cancel stops at once. Alt+1 to 6 switch steps, "
    "Ctrl+Enter runs the one shown."
)
_SAMPLE = "broken_layer"


class FirstHint(QFrame):
    """A hint with a sample to begin with; closing it is remembered."""

    def __init__(self, viewer: ViewerModel) -> None:
        super().__init__()
        self._viewer = viewer
        self.setFrameShape(QFrame.Shape.StyledPanel)
        text = QLabel(_TEXT)
        text.setWordWrap(True)
        sample, close = QPushButton("Open a sample"), QPushButton("Got it")
        sample.clicked.connect(lambda: self._open())
        close.clicked.connect(lambda: self._close())
        buttons = QHBoxLayout()
        buttons.addWidget(sample)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addLayout(buttons)
        self.setVisible(not load_settings().settings.hint_seen)

    def _open(self) -> None:
        try:
            self._viewer.open_sample("napari-ssbi", _SAMPLE)
        except SsbiError as error:
            tell_error(error)

    def _close(self) -> None:
        self.hide()
        try:
            save_settings(load_settings().settings.model_copy(update={"hint_seen": True}))
        except SsbiError as error:
            tell_error(error)
