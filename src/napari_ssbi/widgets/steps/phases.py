"""Step Phases: the net's answer, corrected by hand where it is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from napari.layers import Labels
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QCheckBox, QLabel
from superqt import QCollapsible
from typing_extensions import override

from napari_ssbi.layers import FOUND_PHASES, phase_colors, phase_layer
from napari_ssbi.result_layers import overlay_layer
from napari_ssbi.widgets.forms import ConfigForm
from napari_ssbi.widgets.messages import tell_error, tell_warning
from napari_ssbi.widgets.palette import PhasePalette
from napari_ssbi.widgets.step_panel import Request, StepPanel
from napari_ssbi.widgets.steps.data import Chosen
from ssbi_core.errors import InputError, SsbiError
from ssbi_core.io import PhaseMap
from ssbi_core.materials import PHASES, Phase

_SETTLE = 150  # ms without a stroke before the edit counts: a drag is many events


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
        more = QCollapsible("Settings of the net")
        more.addWidget(self.form)
        self.phase_palette = PhasePalette()
        self.phase_palette.picked.connect(self._select_layer)
        self.fractions = QLabel()
        self.fractions.setWordWrap(True)
        self.uncertainty = QCheckBox("Show where the net is unsure")
        self.uncertainty.toggled.connect(self._show_uncertainty)
        for widget in (more, self.phase_palette, self.uncertainty, self.fractions):
            self.column.addWidget(widget)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE)
        self._settle.timeout.connect(self._take_edit)
        self._found: PhaseMap | None = None
        self._watched: Labels | None = None
        self._counted: PhaseMap | None = None
        self._summary = ""

    @override
    def settings(self) -> Any:
        try:
            return self.form.config()
        except SsbiError:
            return None

    @override
    def request(self) -> Request | None:
        chosen: Chosen = self.analysis.value("data")
        if chosen.source.micrograph is None:
            return None
        config = self.form.config()
        arguments = {"micrograph": chosen.source.micrograph, "setting": chosen.setting, "config": config}
        return Request("find_phases", arguments, config)

    @override
    def run_here(self) -> None:
        phases = self.analysis.value("data").source.phases
        for _ in self._store(replace(phases, labels=phases.labels.copy()), self.settings(), None):
            pass

    @override
    def accept(self, result: PhaseMap, request: Request, made_from: Mapping[str, int]) -> Iterator[None]:
        yield from self._store(result, request.settings, made_from)

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

    @override
    def release(self) -> None:
        self._settle.stop()
        self._watch(None)

    def _store(self, phases: PhaseMap, settings: Any, made_from: Mapping[str, int] | None) -> Iterator[None]:
        chosen: Chosen = self.analysis.value("data")
        material, placement = chosen.setting.material(), chosen.source.placement
        self._settle.stop()
        self._found = phases
        name = chosen.source.layer.removesuffix(" HAADF")
        shown = replace(phases, labels=phases.labels.copy(), name=name)  # painted on; the result stays as found
        self.analysis.layers.put(phase_layer(shown, system=material, placement=placement, role=FOUND_PHASES))
        yield
        if phases.uncertainty is not None:
            self.analysis.layers.put(
                overlay_layer("uncertainty", phases.uncertainty, name, placement, self.uncertainty.isChecked())
            )
        else:
            self.analysis.layers.remove("uncertainty")
        yield
        self.phase_palette.set_legend(material, phase_colors(material))
        self.analysis.store(self.KEY, phases, settings, made_from)
        yield
        self._select_layer()
        for note in phases.metadata.get("notes", ()):
            tell_warning(note)

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
            error = InputError(
                f"label {layer.data.max()} painted", f"phase codes: {known}", "undo, and paint with one of these"
            )
            tell_error(error)
            return
        labels = np.array(layer.data, np.uint8)
        assert self._found is not None
        edited = int(np.count_nonzero(labels != self._found.labels))
        self.analysis.amend(
            self.KEY, replace(phases, labels=labels, metadata={**phases.metadata, "edited_pixels": edited})
        )

    def _select_layer(self) -> None:
        layer = self.analysis.layers.get(FOUND_PHASES)
        if layer is not None:
            self.analysis.viewer.layers.selection.active = layer

    def _show_uncertainty(self, shown: bool) -> None:
        layer = self.analysis.layers.get("uncertainty")
        if layer is not None:
            layer.visible = shown

    def _fractions(self, phases: PhaseMap) -> str:
        material = self.analysis.value("data").setting.material() if self.analysis.value("data") else None
        present = {key: share for key, share in phases.phase_fractions().items() if share > 0}
        self._summary = f"{len(present)} phases{', edited' if phases.metadata.get('edited_pixels') else ''}"
        return "\n".join(
            f"{material.title_of(Phase.parse(key)) if material else key}  {100 * share:.3g} %"
            for key, share in present.items()
        )
