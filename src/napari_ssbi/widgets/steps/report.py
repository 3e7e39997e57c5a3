"""Step Report: one folder with report, figures and the programs that give the same numbers outside napari."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from qtpy.QtCore import QUrl
from qtpy.QtGui import QDesktopServices
from qtpy.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton
from typing_extensions import override

from napari_ssbi.compute.prediction import PredictionMade
from napari_ssbi.compute.tasks import Analysed
from napari_ssbi.widgets.messages import tell
from napari_ssbi.widgets.step_panel import Request, StepPanel
from napari_ssbi.widgets.steps.data import Chosen
from napari_ssbi.widgets.steps.prediction import fresh_prediction, prediction_made
from ssbi_core.errors import OutputError

_LEFT_OUT = "The prediction is out of date and will be left out. Run to here makes it anew."


class ReportPanel(StepPanel):
    """Writes what was found."""

    KEY, TITLE, NEEDS, RUN = "report", "Report", ("data", "phases", "graph", "transport"), "Write the report"
    ENDS = True
    HELP = "Report, figures for print (SVG, PNG), tables, and the Python script and command that give the same numbers."

    @override
    def build(self) -> None:
        self.folder = QLineEdit()
        self.folder.setPlaceholderText("folder to write")
        self.folder.setToolTip("A new or empty folder")
        self.folder.textChanged.connect(lambda _=None: self.edited.emit())
        browse = QPushButton("Choose …")
        browse.clicked.connect(lambda: self._browse())
        row = QHBoxLayout()
        row.addWidget(self.folder, 1)
        row.addWidget(browse)
        self.overwrite = QCheckBox("Replace files that are there")
        self.left_out = QLabel(_LEFT_OUT)
        self.left_out.setWordWrap(True)
        self.written = QLabel()
        self.written.setWordWrap(True)
        self.open_report = QPushButton("Open the report")
        self.open_report.clicked.connect(lambda: self._open(lambda bundle: bundle.report))
        self.open_folder = QPushButton("Open the folder")
        self.open_folder.clicked.connect(lambda: self._open(lambda bundle: bundle.folder))
        buttons = QHBoxLayout()
        buttons.addWidget(self.open_report)
        buttons.addWidget(self.open_folder)
        self.column.addLayout(row)
        self.column.addWidget(self.overwrite)
        self.column.addWidget(self.left_out)
        self.column.addWidget(self.written)
        self.column.addLayout(buttons)
        self.refresh()

    @override
    def settings(self) -> tuple[str, int | None]:
        """The folder, and the version of the prediction that would go into it."""
        prediction = fresh_prediction(self.analysis)
        return (self._folder(), None if prediction is None else prediction.version)

    @override
    def request(self) -> Request:
        text = self._folder()
        if not text:
            raise OutputError(
                "no folder for the report", "a new or empty folder", "type or choose one in the Report step"
            )
        analysis, chosen = self.analysis, self.analysis.value("data")
        stale = [step for step in self.NEEDS if analysis.is_stale(step)]
        if stale:
            raise OutputError(
                f"{' and '.join(stale)} out of date",
                "results that belong together",
                "press Run to here, then write again",
            )
        arguments = {
            "analysed": self._analysed(chosen),
            "folder": Path(text).expanduser().absolute(),
            "overwrite": self.overwrite.isChecked(),
        }
        return Request("write_report", arguments, self.settings())

    @override
    def accept(self, result: Any, request: Request, made_from: Mapping[str, int]) -> Iterator[None]:
        self.analysis.store(self.KEY, result, request.settings, made_from)
        yield
        tell(f"report written into the folder {result.folder.name}")

    @override
    def summary(self) -> str:
        bundle = self.analysis.value(self.KEY)
        return "" if bundle is None else bundle.folder.name

    @override
    def refresh(self) -> None:
        left_out = self.analysis.result("prediction") is not None and fresh_prediction(self.analysis) is None
        self.left_out.setVisible(left_out)
        bundle = self.analysis.value(self.KEY)
        for button in (self.open_report, self.open_folder):
            button.setEnabled(bundle is not None)
        if bundle is None:
            self.written.setText("")
            return
        files = (bundle.report, bundle.result, bundle.script, bundle.command)
        names = ", ".join(path.name for path in files)
        self.written.setText(f"{names} and {len(bundle.figures)} figures in the folder {bundle.folder.name}")
        self.written.setToolTip(str(bundle.folder))

    def _analysed(self, chosen: Chosen) -> Analysed:
        phases, transport = self.analysis.result("phases"), self.analysis.result("transport")
        assert phases is not None
        assert transport is not None
        return Analysed(
            phases=phases.value,
            micrograph=chosen.source.micrograph,
            graph=self.analysis.value("graph"),
            solution=transport.value,
            setting=chosen.setting,
            segmentation=phases.settings.config,
            model=phases.settings.model,
            transport=transport.settings,
            edited=bool(phases.value.metadata.get("edited_pixels")),
            source=chosen.source.path,
            notes=(*chosen.source.notes, *transport.value.settings.get("notes", ())),
            prediction=self._prediction(),
        )

    def _folder(self) -> str:
        return self.folder.text().strip()

    def _prediction(self) -> PredictionMade | None:
        made = fresh_prediction(self.analysis)
        return None if made is None else prediction_made(made)

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder for the report", self._folder())
        if folder:
            self.folder.setText(folder)

    def _open(self, part: Callable[[Any], Path]) -> None:
        bundle = self.analysis.value(self.KEY)
        if bundle is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(part(bundle))))
