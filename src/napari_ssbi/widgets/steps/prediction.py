"""Step Prediction: conductivity from the graph alone, how sure it is, and what measurements teach of the material."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import BaseModel
from qtpy.QtWidgets import QFormLayout, QLabel, QWidget
from typing_extensions import override

from napari_ssbi.analysis import Analysis, Result
from napari_ssbi.compute.prediction import LearnedMaterial, Predicted, PredictionMade
from napari_ssbi.widgets.forms import ConfigForm
from napari_ssbi.widgets.learned_table import LearnedNumber, LearnedTable
from napari_ssbi.widgets.measured_table import MeasuredTable
from napari_ssbi.widgets.messages import sentence
from napari_ssbi.widgets.net_choice import NetChoice
from napari_ssbi.widgets.note_box import NoteBox
from napari_ssbi.widgets.posterior_plot import Curve, PosteriorPlot, Solved
from napari_ssbi.widgets.prediction_words import doubts_in_words, left_out_in_words, number_in_words, variance_parts
from napari_ssbi.widgets.split_bar import SplitBar
from napari_ssbi.widgets.step_panel import Request, StepPanel
from napari_ssbi.widgets.steps.data import Chosen
from napari_ssbi.widgets.steps.transport import Given, given_properties
from napari_ssbi.widgets.tabs import Tabs
from ssbi_core.errors import InputError, SsbiError
from ssbi_core.materials import Phase

_NONE = "Not predicted yet."
_MEASURED, _MEASURED_TAB = "Measured", 1


class PredictionSettings(NamedTuple):
    """How a prediction was made.

    Attributes
    ----------
    config : settings of the core.
    model : folder of the net; None for the shipped one.
    measured : what was measured, to compare.
    given : properties in place of the material file's.
    """

    config: BaseModel
    model: str | None
    measured: tuple[object, ...]
    given: Given


def fresh_prediction(analysis: Analysis) -> Result | None:
    """The prediction, where it is of the phases and materials of now."""
    made = analysis.result(PredictionPanel.KEY)
    if made is None or analysis.is_stale(PredictionPanel.KEY):
        return None
    return made if made.settings.given == given_properties(analysis) else None


def prediction_made(result: Result) -> PredictionMade:
    """A prediction as other steps need it."""
    settings = result.settings
    return PredictionMade(result.value.posterior, settings.config, settings.model, result.value.measured)


class PredictionPanel(StepPanel):
    """Asks the graph-convolutional net."""

    KEY, TITLE, NEEDS, RUN = "prediction", "Prediction", ("data", "phases", "graph"), "Predict the conductivity"
    OPTIONAL = True
    HELP = (
        "What a net that learned from solved interfaces says of this graph, and how sure it is, with all that the "
        "image and the material file leave open."
    )

    @override
    def build(self) -> None:
        from ssbi_core.predict import PredictionConfig

        self.form = ConfigForm(PredictionConfig, list(PredictionConfig.model_fields))
        self.net = NetChoice("`ssbi train predictor`")
        self.table = MeasuredTable(self.analysis.viewer, self._temperature)
        self.number = QLabel(_NONE)
        self.number.setWordWrap(True)
        self.outside = NoteBox("Unlike what the net has learned from; the intervals do not account for it")
        self.doubts = NoteBox("Before you use this number")
        self.plot = PosteriorPlot()
        self.split_title = QLabel("<b>What makes it uncertain</b>")
        self.split = SplitBar()
        self.left_out = QLabel()
        self.left_out.setWordWrap(True)
        self.learned = LearnedTable()
        split = (self.split_title, self.split, self.left_out)
        result = (self.number, self.outside, self.doubts, self.plot, *split, self.learned)
        measured = (self._measured_help(), self.table)
        self.tabs = Tabs({"Result": result, _MEASURED: measured, "Settings": (self._net_row(), self.form)})
        self.column.addWidget(self.tabs)
        for part in (self.form, self.net, self.table):
            part.edited.connect(self.edited)
        self.table.edited.connect(self._count)
        self._seen: tuple[int, Solved | None] | None = None
        self.refresh()

    @override
    def settings(self) -> PredictionSettings | None:
        try:
            given = given_properties(self.analysis)
            return PredictionSettings(self.form.config(), self.net.folder(), self.table.typed(), given)
        except SsbiError:
            return None

    @override
    def request(self) -> Request:
        config = self.form.config()
        try:
            measured = self.table.measured()
        except InputError:
            self.tabs.setCurrentIndex(_MEASURED_TAB)
            self.table.show_wrong()
            raise
        phases, chosen = self.analysis.result("phases"), self.analysis.value("data")
        assert phases is not None
        arguments = {
            "phases": phases.value,
            "painted": phases.value.labels != phases.original.labels,
            "graph": self.analysis.value("graph"),
            "setting": chosen.setting,
            "config": config,
            "model": self.net.folder(),
            "measured": measured,
            **given_properties(self.analysis)._asdict(),
        }
        return Request("predict_conductivity", arguments, self.settings())

    @override
    def accept(self, result: Predicted, request: Request, made_from: Mapping[str, int]) -> Iterator[None]:
        yield
        self.analysis.store(self.KEY, result, request.settings, made_from)
        self.tabs.setCurrentIndex(0)

    @override
    def summary(self) -> str:
        found: Predicted | None = self.analysis.value(self.KEY)
        if found is None:
            return ""
        return f"{found.mean:.3g} S/cm{', extrapolated' if found.out_of_range else ''}"

    @override
    def refresh(self) -> None:
        result, solved = self.analysis.result(self.KEY), self._solved()
        seen = (0 if result is None else result.version, solved)
        if seen == self._seen:  # every stroke of the brush asks
            return
        self._seen, found = seen, None if result is None else result.value
        self.outside.show_sentences([] if found is None else [sentence(what) for what in found.out_of_range])
        self.split_title.setVisible(found is not None)
        self.doubts.show_sentences([] if found is None else doubts_in_words(found))
        self.left_out.setText("" if found is None else left_out_in_words(found))
        self.left_out.setVisible(bool(self.left_out.text()))
        if found is None:
            self.number.setText(_NONE)
            self.plot.show_curve(None)
            self.split.show_parts([])
            self._show_learned(None)
            return
        self.number.setText(number_in_words(found, solved))
        self.plot.show_curve(Curve(found.curve[0], found.curve[1], found.mean, found.intervals), solved)
        self.split.show_parts(variance_parts(found.variance))
        self._show_learned(found.learned)

    @override
    def release(self) -> None:
        self.table.release()

    def _show_learned(self, learned: LearnedMaterial | None) -> None:
        chosen: Chosen | None = self.analysis.value("data")
        if learned is None or chosen is None:
            self.learned.show_numbers([])
            return
        material = chosen.setting.material()
        rows = zip(learned.names, learned.before, learned.mean, learned.after, strict=True)
        self.learned.show_numbers(
            [
                LearnedNumber(material.title_of(Phase.parse(name)), float(before), float(mean), float(after))
                for name, before, mean, after in rows
            ]
        )

    def _solved(self) -> Solved | None:
        """What the Transport step found, where that is of the same phases and materials, and not out of date."""
        own, transport = self.analysis.result(self.KEY), self.analysis.result("transport")
        if own is None or transport is None or self.analysis.is_stale("transport"):
            return None
        same = all(own.made_from[step] == version for step, version in transport.made_from.items())
        if not same or own.settings.given != given_properties(self.analysis):
            return None
        return Solved(*transport.value.effective_conductivity) if transport.value.percolates else None

    def _temperature(self) -> float:
        chosen: Chosen | None = self.analysis.value("data")
        return 298.15 if chosen is None else chosen.setting.temperature

    def _count(self) -> None:
        number = len(self.table.rows)
        self.tabs.setTabText(_MEASURED_TAB, f"{_MEASURED} ({number})" if number else _MEASURED)

    def _measured_help(self) -> QLabel:
        text = QLabel(
            "Conductivities you have measured, of this image or of other labels in the viewer, tell what the materials "
            "really conduct: the prediction follows them."
        )
        text.setWordWrap(True)
        return text

    def _net_row(self) -> QWidget:
        row = QWidget()
        form = QFormLayout(row)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow("&Net", self.net)
        return row
