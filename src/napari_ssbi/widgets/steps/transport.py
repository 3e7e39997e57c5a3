"""Step Transport: what the microstructure conducts, where the resistance sits, and what if it were otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from napari.layers import Image
from pydantic import BaseModel
from qtpy.QtWidgets import QCheckBox, QLabel
from typing_extensions import override

from napari_ssbi.analysis import Analysis
from napari_ssbi.compute.tasks import Change, Transport
from napari_ssbi.layers import LayerData
from napari_ssbi.placement import Placement
from napari_ssbi.result_layers import OVERLAYS, bottleneck_layer, overlay_layer, streamline_layer
from napari_ssbi.widgets.color_bar import ColorBar
from napari_ssbi.widgets.forms import ConfigForm
from napari_ssbi.widgets.jobs import Listener
from napari_ssbi.widgets.messages import tell_warning
from napari_ssbi.widgets.property_form import PropertyForm
from napari_ssbi.widgets.share_chart import ShareChart
from napari_ssbi.widgets.step_panel import Request, StepPanel
from napari_ssbi.widgets.steps.data import Chosen
from napari_ssbi.widgets.tabs import Tabs
from napari_ssbi.widgets.what_if import WhatIfPanel, share_bars
from ssbi_core.errors import SsbiError
from ssbi_core.report.formatting import gain_in_words

_TITLES = {
    "potential": "Potential",
    "current_density": "Current density",
    "sensitivity": "Sensitivity",
    "streamlines": "Streamlines",
    "bottlenecks": "Bottlenecks",
}
_FIELDS = ["bounds", "knockout", "bottlenecks", "rel_gap", "mesh", "solver", "backend", "tolerance", "max_unlabelled"]
_SHOWN_FIRST = ("current_density", "streamlines", "bottlenecks")
_SMALLEST_GAIN = 5e-4  # that is said


class Given(NamedTuple):
    """Properties that the user gave in place of the material file's: phase key -> S/cm, ohm cm2."""

    conductivity: dict[str, float]
    resistance: dict[str, float]


def given_properties(analysis: Analysis) -> Given:
    """Those that the step ran with last; other steps are to agree with it."""
    result = analysis.result(TransportPanel.KEY)
    return Given({}, {}) if result is None else Given(result.settings.conductivity, result.settings.resistance)


class TransportPanel(StepPanel):
    """Solves for the potential and shows what comes of it."""

    KEY, TITLE, NEEDS, RUN = "transport", "Transport", ("data", "phases"), "Solve for the conductivity"
    HELP = "Drives ionic current through the phases by finite elements: conductivity between rigorous bounds."

    @override
    def build(self) -> None:
        from ssbi_core.transport.config import TransportConfig

        self.form = ConfigForm(TransportConfig, _FIELDS)
        self.properties = PropertyForm()
        self.number = QLabel("Not solved yet.")
        self.number.setWordWrap(True)
        self.chart = ShareChart()
        self.bar = ColorBar()
        self.boxes = {role: QCheckBox(title) for role, title in _TITLES.items()}
        self.sliders = WhatIfPanel()
        self._asked_of: dict[str, Any] = {}
        self.tabs = Tabs(
            {
                "Result": [self.number, self.chart, QLabel("On the image"), *self.boxes.values(), self.bar],
                "What if": [self.sliders],
                "Properties": [self.properties],
                "Solver": [self.form],
            }
        )
        self.column.addWidget(self.tabs)
        for role, box in self.boxes.items():
            box.setEnabled(False)
            box.setChecked(role in _SHOWN_FIRST)
            box.toggled.connect(partial(self._show_overlay, role))
        self.form.edited.connect(self.edited)
        self.properties.edited.connect(self.edited)
        self.sliders.asked.connect(self._ask)

    @override
    def settings(self) -> Any:
        try:
            return self._config()
        except SsbiError:
            return None

    @override
    def request(self) -> Request:
        chosen: Chosen = self.analysis.value("data")
        config = self._config()
        arguments = {"phases": self.analysis.value("phases"), "setting": chosen.setting, "config": config}
        return Request("solve_transport", arguments, config)

    @override
    def accept(self, result: Transport, request: Request, made_from: Mapping[str, int]) -> Iterator[None]:
        yield from self._show_layers(result)
        self.analysis.store(self.KEY, result.solution, request.settings, made_from)
        phases, chosen = request.arguments["phases"], self.analysis.value("data")
        self._asked_of = request.arguments
        solution = result.solution
        self.sliders.start(
            chosen.setting.material(),
            solution.temperature,
            phases.phase_fractions(),
        )
        for note in (*solution.settings.get("notes", ()), *([solution.reason] if solution.reason else [])):
            tell_warning(note)

    @override
    def summary(self) -> str:
        solution = self.analysis.value(self.KEY)
        return "" if solution is None else f"{solution.effective_conductivity.estimate:.3g} S/cm"

    @override
    def refresh(self) -> None:
        chosen: Chosen | None = self.analysis.value("data")
        if chosen is not None:
            self.properties.show_defaults(chosen.setting.material(), chosen.setting.temperature)
        solution = self.analysis.value(self.KEY)
        for role, box in self.boxes.items():
            layer = self.analysis.layers.get(role)
            box.setEnabled(layer is not None)
        self._show_scale()
        if solution is None:
            self.number.setText("Not solved yet.")
            self.chart.show_bars([])
            self.sliders.stop()
            return
        sigma, gains = solution.effective_conductivity, solution.knockout_gain_with_contact
        self.number.setText(
            f"<b>σ_eff = {sigma.estimate:.4g} S/cm</b><br>between {sigma.lower:.4g} and {sigma.upper:.4g}<br>"
            f"{solution.area_specific_resistance:.4g} Ω cm² at {solution.temperature:.5g} K"
            if solution.percolates
            else f"<b>No current passes.</b><br>{solution.reason}"
        )
        material = chosen.setting.material() if chosen is not None else None
        words = {key: _gain_beside(gain) for key, gain in gains.items()}
        self.chart.show_bars(share_bars(material, solution.resistance_share, words))
        self.chart.setToolTip(
            "Share of the resistance, and in brackets how much more would pass without the phase; "
            "where electrolyte and cathode then meet, their new contact resists like any other"
        )

    def _config(self) -> BaseModel:
        """What is typed here, with temperature and axis of the Data step."""
        given: dict[str, Any] = {
            "conductivity": self.properties.conductivity(),
            "resistance": self.properties.resistance(),
        }
        chosen: Chosen | None = self.analysis.value("data")
        if chosen is not None:
            given |= {"temperature": chosen.setting.temperature, "axis": chosen.setting.axis}
        return self.form.config().model_copy(update=given)

    def _ask(self, change: Change) -> None:
        """Put a what-if question about the structure that was solved last."""
        listener = Listener(
            done=self.sliders.show_answer,
            failed=lambda error: self.sliders.show_problem(str(error)),
            cancelled=lambda: self.sliders.show_problem("Stopped."),
        )
        self.jobs.run("what_if", {**self._asked_of, "change": change}, listener)

    def _show_layers(self, result: Transport) -> Iterator[None]:
        chosen: Chosen = self.analysis.value("data")
        where = (chosen.source.layer.removesuffix(" HAADF"), chosen.source.placement)
        for role, box in self.boxes.items():
            yield
            data = _overlay(role, result, *where, box.isChecked())
            if data is None:
                self.analysis.layers.remove(role)
            else:
                self.analysis.layers.put(data)
        yield

    def _show_overlay(self, role: str, shown: bool) -> None:
        layer = self.analysis.layers.get(role)
        if layer is not None:
            layer.visible = shown
        self._show_scale()

    def _show_scale(self) -> None:
        """The colour scale of the topmost field that is shown."""
        shown = [(role, layer) for role, layer in self.analysis.layers if role in OVERLAYS and layer.visible]
        images = [(role, layer) for role, layer in shown if isinstance(layer, Image)]
        if not images:
            self.bar.show_layer(None)
            return
        role, layer = images[-1]
        self.bar.show_layer(layer, OVERLAYS[role].title, OVERLAYS[role].unit)


def _gain_beside(gain: float) -> str:
    """What is gained without a phase, nothing where that is next to nothing."""
    return "" if abs(gain) < _SMALLEST_GAIN else f"  ({gain_in_words(gain)})"


def _overlay(role: str, result: Transport, name: str, placement: Placement, shown: bool) -> LayerData | None:
    """The layer of an overlay; None where there is nothing to show."""
    if role == "streamlines":
        lines = result.streamlines
        return None if lines is None else streamline_layer(lines, name, placement, shown)
    if role == "bottlenecks":
        return bottleneck_layer(result.solution, name, placement, shown)
    return overlay_layer(role, getattr(result.solution, role), name, placement, shown)
