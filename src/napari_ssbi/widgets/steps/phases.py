"""Step Phases: the net's answer, corrected by hand where it is wrong, and a net that learns from that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from napari.layers import Labels
from platformdirs import user_data_path
from pydantic import BaseModel
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QCheckBox, QLabel
from superqt import QCollapsible
from typing_extensions import override

from napari_ssbi.compute.tasks import Corrected, Found
from napari_ssbi.layers import FOUND_PHASES, phase_colors, phase_layer
from napari_ssbi.result_layers import overlay_layer, paint_next_layer
from napari_ssbi.settings import APP
from napari_ssbi.widgets.forms import ConfigForm
from napari_ssbi.widgets.learn_box import LearnBox
from napari_ssbi.widgets.messages import tell_error, tell_warning
from napari_ssbi.widgets.palette import PhasePalette
from napari_ssbi.widgets.step_panel import Request, StepPanel
from napari_ssbi.widgets.steps.data import Chosen
from ssbi_core.errors import InputError, SsbiError
from ssbi_core.io import PhaseMap
from ssbi_core.materials import PHASES, Phase

_SETTLE = 150  # ms without a stroke before the edit counts: a drag is many events
_BEFORE = "phases_before"


class PhaseSettings(NamedTuple):
    """How phases were found: settings of the net, and its file where it is not the shipped one."""

    config: BaseModel
    model: str | None


class PhasesPanel(StepPanel):
    """Finds phases, and takes corrections."""

    KEY, TITLE, NEEDS, RUN = "phases", "Phases", ("data",), "Find the phases"
    HELP = (
        "The net names a phase for every pixel. Paint over what it got wrong: later steps take the labels as painted."
    )

    @override
    def build(self) -> None:
        from ssbi_core.segment import SegmentationConfig

        self.form = ConfigForm(SegmentationConfig, ["clean", "flips", "tile", "overlap"])
        self.form.edited.connect(self.edited)
        self.shipped = QCheckBox("Forget what the net learned")
        self.shipped.toggled.connect(lambda _=None: self.edited.emit())
        more = QCollapsible("Settings of the net")
        more.addWidget(self.form)
        more.addWidget(self.shipped)
        self.phase_palette = PhasePalette()
        self.phase_palette.picked.connect(self._select_layer)
        self.learning = LearnBox()
        self.learning.learn.connect(self._learn)
        self.learning.mark_places.connect(lambda shown: self._show("paint_next", shown))
        self.learning.show_before.connect(lambda shown: self._show(_BEFORE, shown))
        self.fractions = QLabel()
        self.fractions.setWordWrap(True)
        self.uncertainty = QCheckBox("Show where the net is unsure")
        self.uncertainty.toggled.connect(lambda shown: self._show("uncertainty", shown))
        for widget in (more, self.phase_palette, self.uncertainty, self.learning, self.fractions):
            self.column.addWidget(widget)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE)
        self._settle.timeout.connect(self._take_edit)
        self._found: PhaseMap | None = None
        self._strokes: np.ndarray | None = None
        self._model: str | None = None
        self._watched: Labels | None = None
        self._counted: PhaseMap | None = None
        self._summary = ""

    @override
    def settings(self) -> PhaseSettings | None:
        try:
            return self._typed()
        except SsbiError:
            return None

    @override
    def request(self) -> Request | None:
        if self.analysis.value("data").source.micrograph is None:
            return None
        settings = self._typed()
        return Request("find_phases", {**self._input(), **settings._asdict()}, settings)

    @override
    def run_here(self) -> None:
        phases = self.analysis.value("data").source.phases
        found = Found(replace(phases, labels=phases.labels.copy()), np.empty((0, 2)))
        for _ in self._store(found, self.settings(), None):
            pass

    @override
    def accept(self, result: Found | Corrected, request: Request, made_from: Mapping[str, int]) -> Iterator[None]:
        if isinstance(result, Found):
            self._strokes = None
            self.learning.say("")
            self.analysis.layers.remove(_BEFORE)
            yield from self._store(result, request.settings, made_from)
            return
        strokes = request.arguments["strokes"]
        self._strokes, self._model = strokes, result.model
        self.shipped.setChecked(False)
        self._keep_before()
        yield
        painted = int(np.count_nonzero(strokes))
        phases = result.found.phases
        marked = replace(phases, metadata={**phases.metadata, "edited_pixels": painted})
        changed = np.count_nonzero(marked.labels != self.analysis.value(self.KEY).labels)
        self.learning.say(
            f"The net gets {100 * result.right_after:.0f} % of your strokes right, {100 * result.right_before:.0f} % "
            f"before; {100 * changed / marked.labels.size:.2g} % of the pixels changed."
        )
        yield from self._store(
            result.found._replace(phases=marked), request.settings._replace(model=result.model), made_from
        )

    @override
    def summary(self) -> str:
        return "" if self.analysis.value(self.KEY) is None else self._summary

    @override
    def refresh(self) -> None:
        phases = self.analysis.value(self.KEY)
        layer = self.analysis.layers.get(FOUND_PHASES)
        if layer is not self._watched:
            self._watch(layer if isinstance(layer, Labels) else None)
        if phases is not self._counted:  # counting a million pixels takes longer than all other refreshes
            self._counted = phases
            self.fractions.setText("" if phases is None else self._fractions(phases))
        chosen: Chosen | None = self.analysis.value("data")
        self.learning.setEnabled(phases is not None and chosen is not None and chosen.source.micrograph is not None)

    @override
    def release(self) -> None:
        self._settle.stop()
        self._watch(None)

    def _typed(self) -> PhaseSettings:
        return PhaseSettings(self.form.config(), None if self.shipped.isChecked() else self._model)

    def _input(self) -> dict[str, Any]:
        chosen: Chosen = self.analysis.value("data")
        return {"micrograph": chosen.source.micrograph, "setting": chosen.setting}

    def _learn(self) -> None:
        self._take_edit()
        phases = self.analysis.value(self.KEY)
        assert self._found is not None
        painted = np.where(phases.labels != self._found.labels, phases.labels, 0).astype(np.uint8)
        strokes = painted if self._strokes is None else np.where(painted, painted, self._strokes)
        settings = self.settings()
        if not strokes.any() or settings is None:
            tell_error(
                InputError("no strokes to learn from", "pixels painted otherwise than the net said", "paint some first")
            )
            return
        folder = user_data_path(APP) / "nets" / f"{datetime.now():%Y-%m-%d %H-%M-%S}"
        arguments = {**self._input(), **settings._asdict(), "strokes": strokes, "folder": folder}
        self.asks.emit(Request("learn_phases", arguments, settings))

    def _store(self, found: Found, settings: Any, made_from: Mapping[str, int] | None) -> Iterator[None]:
        chosen: Chosen = self.analysis.value("data")
        phases, material, placement = found.phases, chosen.setting.material(), chosen.source.placement
        put, name = self.analysis.layers.put, chosen.source.layer.removesuffix(" HAADF")
        self._settle.stop()
        self._found = phases
        shown = replace(phases, labels=phases.labels.copy(), name=name)  # painted on; the result stays as found
        put(phase_layer(shown, system=material, placement=placement, role=FOUND_PHASES))
        yield
        if phases.uncertainty is None:
            self.analysis.layers.remove("uncertainty", "paint_next")
        else:
            put(overlay_layer("uncertainty", phases.uncertainty, name, placement, self.uncertainty.isChecked()))
            yield
            marked = self.learning.places.isChecked()
            marks = paint_next_layer(found.places, phases.labels.shape, name, placement, marked)
            if marks is None:
                self.analysis.layers.remove("paint_next")
            else:
                put(marks)
        yield
        self.phase_palette.set_legend(material, phase_colors(material))
        self.analysis.store(self.KEY, phases, settings, made_from)
        yield
        self._select_layer()
        for note in phases.metadata.get("notes", ()):
            tell_warning(note)

    def _keep_before(self) -> None:
        """The phases as they are now in a layer of their own, to compare with."""
        chosen: Chosen = self.analysis.value("data")
        phases = self.analysis.value(self.KEY)
        shown = replace(
            phases, labels=phases.labels.copy(), name=f"{chosen.source.layer.removesuffix(' HAADF')} earlier"
        )
        layer = self.analysis.layers.put(
            phase_layer(shown, system=chosen.setting.material(), placement=chosen.source.placement, role=_BEFORE)
        )
        layer.visible = self.learning.before.isChecked()

    def _watch(self, layer: Labels | None) -> None:
        for old, connect in ((self._watched, False), (layer, True)):
            if old is not None:
                for event in (old.events.labels_update, old.events.paint, old.events.set_data):
                    (event.connect if connect else event.disconnect)(self._touched)
        self._watched = layer
        self.phase_palette.set_layer(layer)

    def _touched(self, _event: object = None) -> None:
        self._settle.start()

    def _take_edit(self) -> None:
        phases, layer = self.analysis.value(self.KEY), self.analysis.layers.get(FOUND_PHASES)
        if phases is None or layer is None or np.array_equal(layer.data, phases.labels):
            return
        if layer.data.max() > max(Phase):
            known = ", ".join(f"{phase.value} {phase.key}" for phase in PHASES)
            tell_error(
                InputError(f"label {layer.data.max()} painted", f"phase codes: {known}", "undo, and paint one of these")
            )
            return
        labels = np.array(layer.data, np.uint8)
        assert self._found is not None
        edited = int(np.count_nonzero(labels != self._found.labels))
        earlier = self._found.metadata.get("edited_pixels", 0)
        self.analysis.amend(
            self.KEY, replace(phases, labels=labels, metadata={**phases.metadata, "edited_pixels": earlier + edited})
        )

    def _select_layer(self) -> None:
        layer = self.analysis.layers.get(FOUND_PHASES)
        if layer is not None:
            self.analysis.viewer.layers.selection.active = layer

    def _show(self, role: str, shown: bool) -> None:
        layer = self.analysis.layers.get(role)
        if layer is not None:
            layer.visible = shown

    def _fractions(self, phases: PhaseMap) -> str:
        chosen: Chosen | None = self.analysis.value("data")
        material = chosen.setting.material() if chosen else None
        present = {key: share for key, share in phases.phase_fractions().items() if share > 0}
        self._summary = f"{len(present)} phases{', edited' if phases.metadata.get('edited_pixels') else ''}"
        return "\n".join(
            f"{material.title_of(Phase.parse(key)) if material else key}  {100 * share:.3g} %"
            for key, share in present.items()
        )
