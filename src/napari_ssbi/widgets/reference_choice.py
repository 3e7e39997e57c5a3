"""What an image is compared with: the images of this session, a folder of images, or an earlier population."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from napari_ssbi.compute.normal_images import POPULATION_SUFFIX
from ssbi_core.anomaly.config import FEWEST_IMAGES
from ssbi_core.errors import InputError

_NEEDED = f"a folder of at least {FEWEST_IMAGES} images, or the population.parquet that `ssbi anomalies` wrote"


class ReferenceChoice(QWidget):
    """Session or path."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.session = QRadioButton("Images of this session")
        self.session.setToolTip("Every image that went through this step is remembered until napari is closed")
        self.given = QRadioButton("Images of a folder, or a population.parquet")
        self.given.setToolTip("Interfaces that you trust, analysed as this image is; or what `ssbi anomalies` kept")
        self.count = QLabel()
        self.count.setWordWrap(True)
        self.line = QLineEdit()
        self.line.setPlaceholderText("folder or population.parquet")
        self.line.setAccessibleName("Reference images")
        folder, file = QPushButton("Folder …"), QPushButton("File …")
        folder.clicked.connect(lambda: self._browse(folder=True))
        file.clicked.connect(lambda: self._browse(folder=False))
        row = QHBoxLayout()
        row.addWidget(self.line, 1)
        row.addWidget(folder)
        row.addWidget(file)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.session)
        column.addWidget(self.count)
        column.addWidget(self.given)
        column.addLayout(row)
        self.session.setChecked(True)
        self.session.toggled.connect(lambda _=None: self.edited.emit())
        self.line.textEdited.connect(lambda _=None: self.given.setChecked(True))
        self.line.textChanged.connect(lambda _=None: self.edited.emit())

    def typed(self) -> str | None:
        """What is in the line, to be compared; None for the session."""
        return None if self.session.isChecked() else self.line.text().strip()

    def path(self) -> str | None:
        """Absolute path of a folder or a population; None for the session.

        Raises
        ------
        InputError
            If there is none, or it is neither.
        """
        text = self.typed()
        if text is None:
            return None
        if not text:
            raise InputError("no folder or file to compare with", _NEEDED, "choose one under Compared with")
        path = Path(text).expanduser().absolute()
        if not path.exists():
            raise InputError(f"{text} does not exist", _NEEDED, "correct the path, or choose it")
        if not path.is_dir() and path.suffix.lower() != POPULATION_SUFFIX:
            raise InputError(f"{path.name}, one file", _NEEDED, "choose the folder it lies in")
        return str(path)

    def choose(self, path: str) -> None:
        """Compare with a folder or a file."""
        self.line.setText(path)
        self.given.setChecked(True)

    def show_count(self, number: int) -> None:
        """Say how many images of the session there are to compare with."""
        others = f"{number} other image{'s' * (number != 1)}"
        need = "" if number >= FEWEST_IMAGES else f"; {FEWEST_IMAGES} are needed"
        self.count.setText(f"{others} so far{need}.")

    def _browse(self, folder: bool) -> None:
        at = self.line.text()
        if folder:
            path = QFileDialog.getExistingDirectory(self, "Folder of normal images", at)
        else:
            path = QFileDialog.getOpenFileName(self, "Population", at, f"Population (*{POPULATION_SUFFIX})")[0]
        if path:
            self.choose(path)
