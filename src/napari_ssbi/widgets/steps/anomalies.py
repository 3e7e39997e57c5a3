"""Step Anomalies: whether the image is like normal ones, which places are not, and which phases may be missing."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import NamedTuple

from qtpy.QtWidgets import QLabel
from typing_extensions import override

from napari_ssbi.anomaly_layers import BOXES
from napari_ssbi.compute.anomalies import AnomaliesFound, Examined, Reference, Scored
from napari_ssbi.session_images import SessionImages
from napari_ssbi.views.flight import fly_to
from napari_ssbi.widgets.anomaly_overlays import AnomalyOverlays
from napari_ssbi.widgets.anomaly_words import (
    doubts_in_words,
    missing_phases_in_words,
    too_few_in_words,
    verdict_in_words,
)
from napari_ssbi.widgets.messages import sentence
from napari_ssbi.widgets.note_box import NoteBox
from napari_ssbi.widgets.place_list import PlaceList
from napari_ssbi.widgets.rate_slider import RateSlider
from napari_ssbi.widgets.reference_choice import ReferenceChoice
from napari_ssbi.widgets.step_panel import Request, StepPanel
from napari_ssbi.widgets.steps.data import Chosen
from napari_ssbi.widgets.steps.prediction import fresh_prediction, prediction_made
from napari_ssbi.widgets.steps.transport import Given, given_properties
from napari_ssbi.widgets.tabs import Tabs
from ssbi_core.errors import SsbiError

_NONE = "Not compared yet."
_REFERENCE_TAB = 1


class AnomalySettings(NamedTuple):
    """How an image was compared.

    Attributes
    ----------
    reference : path as typed; None for the images of the session.
    given : properties in place of the material file's.
    prediction : version of the one that was compared too; None without.
    """

    reference: str | None
    given: Given
    prediction: int | None


class AnomaliesPanel(StepPanel):
    """Compares the image with normal ones."""

    KEY, TITLE, NEEDS = "anomalies", "Anomalies", ("data", "phases", "graph", "transport")
    RUN = "Search for anomalies"
    OPTIONAL = True
    HELP = "Compares this interface with normal ones: whether it is like them, which places are not, and why."

    @override
    def build(self) -> None:
        self.images = SessionImages()
        self.problem = NoteBox("This could not be done")
        self.needed = NoteBox("More images are needed")
        self.verdict = QLabel(_NONE)
        self.verdict.setWordWrap(True)
        self.rate = RateSlider()
        self.doubts = NoteBox("Before you use this")
        self.list = PlaceList()
        self.list_title = QLabel("<b>Places unlike those of normal images</b>")
        self.missing_title = QLabel("<b>Phases that may be missing from the model</b>")
        self.missing = QLabel()
        self.missing.setWordWrap(True)
        self.overlays = AnomalyOverlays(self.analysis)
        self.reference = ReferenceChoice()
        found = (self.verdict, self.rate, self.doubts, self.list_title, self.list, self.missing_title, self.missing)
        result = (self.needed, *found, self.overlays)
        self.tabs = Tabs({"Result": result, "Compared with": (self.reference,)})
        self.column.addWidget(self.problem)
        self.column.addWidget(self.tabs)
        self.reference.edited.connect(self._edit)
        self.rate.changed.connect(lambda _=None: self._decide())
        self.list.chosen.connect(self._go)
        self._seen: int | None = None
        self._chosen: int | None = None
        self.refresh()

    @override
    def settings(self) -> AnomalySettings:
        made = fresh_prediction(self.analysis)
        version = None if made is None else made.version
        return AnomalySettings(self.reference.typed(), given_properties(self.analysis), version)

    @override
    def request(self) -> Request:
        path = self.reference.path()
        others = self.images.others(self._image(), self._how()) if path is None else ()
        arguments = {"examined": self._examined(), "reference": Reference(path, others)}
        self.problem.show_sentences([])
        return Request("find_anomalies", arguments, self.settings())

    @override
    def accept(self, result: AnomaliesFound, request: Request, made_from: Mapping[str, int]) -> Iterator[None]:
        yield from self.overlays.put(result.scored)
        self.images.keep(self._image(), self._how(), result.portrait)
        self.analysis.store(self.KEY, result, request.settings, made_from)
        self.tabs.setCurrentIndex(0)

    @override
    def refused(self, error: Exception) -> None:
        if isinstance(error, SsbiError):
            said = [sentence(error.came_in), f"Needed: {error.needed}.", f"To do: {error.to_do}."]
        else:
            said = [f"{type(error).__name__}: {error}"]
        self.problem.show_sentences(said)
        if self.reference.typed() is not None:
            self.tabs.setCurrentIndex(_REFERENCE_TAB)

    @override
    def summary(self) -> str:
        result: AnomaliesFound | None = self.analysis.value(self.KEY)
        if result is None:
            return ""
        if result.scored is None:
            return "remembered, not compared"
        flagged = result.scored.p_value <= self.rate.rate
        return f"{'anomalous' if flagged else 'not anomalous'}, p = {result.scored.p_value:.2g}"

    @override
    def refresh(self) -> None:
        self.overlays.refresh()
        self.reference.show_count(len(self._others()))
        result = self.analysis.result(self.KEY)
        version = 0 if result is None else result.version
        if version == self._seen:  # every stroke of the brush asks
            return
        self._seen = version
        self._show_result(None if result is None else result.value)

    def _show_result(self, result: AnomaliesFound | None) -> None:
        scored = None if result is None else result.scored
        few = result is not None and scored is None
        self.needed.show_sentences(too_few_in_words(len(self._others())) if few else [])
        self._chosen = None
        self.list.show_places(() if scored is None else scored.places, self.rate.rate)
        self.list_title.setVisible(scored is not None and bool(scored.places))
        phases = "" if scored is None else missing_phases_in_words(scored.places)
        self.missing.setText(phases)
        for widget in (self.missing_title, self.missing):
            widget.setVisible(bool(phases))
        for widget in (self.rate, self.overlays):
            widget.setVisible(scored is not None)
        self.verdict.setVisible(not few)
        self._decide()

    def _decide(self) -> None:
        """Flag image and places at the rate of the slider; nothing is computed anew."""
        scored = self._scored()
        if scored is None:
            self.verdict.setText(_NONE)
            self.doubts.show_sentences([])
            return
        self.verdict.setText(verdict_in_words(scored, self.rate.rate))
        self.doubts.show_sentences(doubts_in_words(scored, self.rate.rate))
        self.list.show_rate(self.rate.rate)
        self.overlays.color_boxes(scored, self.rate.rate, self._chosen)
        self.edited.emit()  # the list of steps says whether it is flagged

    def _go(self, number: int | None) -> None:
        """Take the camera to a place, with its box on the image."""
        self._chosen = number
        scored, chosen = self._scored(), self.analysis.value("data")
        if scored is None or chosen is None:
            return
        self.overlays.color_boxes(scored, self.rate.rate, number)
        if number is None:
            return
        self.overlays.boxes[BOXES].setChecked(True)
        place = next(place for place in scored.places if place.number == number)
        fly_to(self.analysis.viewer, place.bbox_px, chosen.source.placement)

    def _scored(self) -> Scored | None:
        result: AnomaliesFound | None = self.analysis.value(self.KEY)
        return None if result is None else result.scored

    def _edit(self) -> None:
        self.problem.show_sentences([])
        self.edited.emit()

    def _image(self) -> Hashable:
        """What tells this image from others: the file it came from, or else its layer."""
        chosen: Chosen | None = self.analysis.value("data")
        if chosen is None:
            return None
        record = chosen.source.micrograph or chosen.source.phases
        return (chosen.source.layer, "" if record is None else record.sha256)

    def _how(self) -> Hashable:
        """How it is analysed; images that were analysed otherwise are not compared with it."""
        chosen: Chosen | None = self.analysis.value("data")
        given = given_properties(self.analysis)
        properties = (*sorted(given.conductivity.items()), *sorted(given.resistance.items()))
        return (None if chosen is None else chosen.setting, properties)

    def _others(self) -> tuple[object, ...]:
        return self.images.others(self._image(), self._how())

    def _examined(self) -> Examined:
        chosen: Chosen = self.analysis.value("data")
        given, made = given_properties(self.analysis), fresh_prediction(self.analysis)
        return Examined(
            phases=self.analysis.value("phases"),
            micrograph=chosen.source.micrograph,
            graph=self.analysis.value("graph"),
            solution=self.analysis.value("transport"),
            setting=chosen.setting,
            conductivity=given.conductivity,
            resistance=given.resistance,
            prediction=None if made is None else prediction_made(made),
        )
