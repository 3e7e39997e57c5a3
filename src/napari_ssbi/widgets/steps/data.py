"""Step Data: which layers to analyse, how large their pixels are, and what the materials are."""

from __future__ import annotations

from typing import NamedTuple

from napari.layers import Image, Labels, Layer
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QLabel, QLineEdit
from typing_extensions import override

from napari_ssbi.compute.tasks import Setting
from napari_ssbi.inputs import MARK, Source, element_layers, labels_source, micrograph_source
from napari_ssbi.layers import DERIVED
from napari_ssbi.placement import Placement
from napari_ssbi.settings import load_settings
from napari_ssbi.widgets.first_hint import FirstHint
from napari_ssbi.widgets.layer_choice import LayerChoice
from napari_ssbi.widgets.step_panel import StepPanel
from ssbi_core.errors import CalibrationError
from ssbi_core.materials import available_systems, load_system

_AXES = {"across the interface": None, "rows (top to bottom)": 0, "columns (left to right)": 1}
_ABSOLUTE_ZERO = -273.15


class Chosen(NamedTuple):
    """What the Data step gives to all others."""

    source: Source
    setting: Setting


class DataPanel(StepPanel):
    """Chooses the input."""

    KEY, TITLE, RUN = "data", "Data", "Use this data"
    HELP = "Choose the HAADF image, or a layer of phase labels. Element maps of the same file come with the image."

    @override
    def build(self) -> None:
        self.layer = LayerChoice(self.analysis.viewer, _is_input, "no layer chosen")
        self.layer.setToolTip("An image of the HAADF detector, or labels that hold phase codes")
        self.maps = QLabel()
        self.maps.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.pixel_size = QLineEdit()
        self.pixel_size.setToolTip("Edge of a pixel in nm; empty: as the layer's scale gives it")
        self.system = QComboBox()
        for name in available_systems():
            self.system.addItem(load_system(name).title, name)
        self.system.setCurrentIndex(max(self.system.findData(load_settings().settings.system), 0))
        self.system.setToolTip("Electrolyte and electrode with their transport properties")
        self.chemistry = QComboBox()
        self.chemistry.setToolTip("What the interfacial reaction layer consists of")
        self.temperature = QDoubleSpinBox()
        self.temperature.setRange(100, 2000)
        self.temperature.setValue(298.15)
        self.temperature.setSuffix(" K")
        self.celsius = QLabel()
        self.axis = QComboBox()
        for words, axis in _AXES.items():
            self.axis.addItem(words, axis)
        self.axis.setToolTip("Which way the current is driven")
        self.facts = QLabel()
        self.facts.setWordWrap(True)
        self._lay_out()
        self._list_chemistry()
        self._connect()
        self._show_layer()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for title, widget in (
            ("&Layer", self.layer),
            ("Element maps", self.maps),
            ("&Pixel size (nm)", self.pixel_size),
            ("&Materials", self.system),
            ("&Reaction layer", self.chemistry),
            ("&Temperature", self.temperature),
            ("", self.celsius),
            ("&Current", self.axis),
        ):
            form.addRow(title, widget)
        self.column.addWidget(FirstHint(self.analysis.viewer))
        self.column.addLayout(form)
        self.column.addWidget(self.facts)

    def _connect(self) -> None:
        self.layer.chosen.connect(self._show_layer)
        self.system.currentIndexChanged.connect(self._list_chemistry)
        for signal in (
            self.layer.chosen,
            self.pixel_size.textChanged,
            self.system.currentIndexChanged,
            self.chemistry.currentIndexChanged,
            self.temperature.valueChanged,
            self.axis.currentIndexChanged,
        ):
            signal.connect(lambda *_: self.edited.emit())
        self.temperature.valueChanged.connect(lambda _=None: self._show_celsius())
        self.analysis.viewer.layers.events.inserted.connect(self._show_layer)
        self.analysis.viewer.layers.events.removed.connect(self._show_layer)
        self._show_celsius()

    @override
    def settings(self) -> tuple[object, ...]:
        """What was chosen: the layer itself, so that a layer of the same name is another one."""
        layer = self.layer.layer()
        return (None if layer is None else id(layer), self.pixel_size.text().strip(), self._setting())

    @override
    def run_here(self) -> None:
        source, settings = self.source(), self.settings()
        if self._pixel_size() is not None:
            self._calibrate()
        self.analysis.store(self.KEY, Chosen(source, self._setting()), settings)

    def source(self) -> Source:
        """The chosen layers as records.

        Raises
        ------
        SsbiError
            If they cannot be analysed; the message says what to do.
        """
        layer, size = self.layer.layer(), self._pixel_size()
        if isinstance(layer, Labels):
            return labels_source(layer, size)
        return micrograph_source(layer, {} if layer is None else self._maps(layer), size)

    @override
    def summary(self) -> str:
        chosen = self.analysis.value(self.KEY)
        if chosen is None:
            return ""
        rows, columns = chosen.source.shape
        return f"{rows} × {columns}, {chosen.source.pixel_size_nm:.3g} nm/pixel"

    @override
    def refresh(self) -> None:
        chosen = self.analysis.value(self.KEY)
        self.facts.setText("\n".join(chosen.source.notes) if chosen else "")

    @override
    def release(self) -> None:
        self.layer.disconnect_viewer()
        events = self.analysis.viewer.layers.events
        events.inserted.disconnect(self._show_layer)
        events.removed.disconnect(self._show_layer)

    def _calibrate(self) -> None:
        """Give the chosen layers the pixel size that was typed: all layers of a viewer must share their units."""
        layer, size = self.layer.layer(), self._pixel_size()
        assert layer is not None
        assert size is not None
        for each in (layer, *self._maps(layer).values()):
            placed = Placement.of(each).with_pixel_size(size).layer_settings()
            if "affine" not in placed:  # a turned layer keeps its own way of lying there
                each.scale, each.translate, each.units = placed["scale"], placed["translate"], placed["units"]

    def _setting(self) -> Setting:
        return Setting(
            self.system.currentData(), self.chemistry.currentData(), self.temperature.value(), self.axis.currentData()
        )

    def _pixel_size(self) -> float | None:
        text = self.pixel_size.text().strip().removesuffix("nm").strip().replace(",", ".")
        if not text:
            return None
        try:
            return float(text)
        except ValueError:
            raise CalibrationError(f"pixel size {text!r}", "a number of nm", "type it like 0.25") from None

    def _maps(self, layer: Layer) -> dict[str, Layer]:
        return dict(element_layers(layer, self.analysis.viewer.layers))

    def _show_layer(self, _event: object = None) -> None:
        layer = self.layer.layer()
        maps = {} if layer is None or isinstance(layer, Labels) else self._maps(layer)
        self.maps.setText(" ".join(maps) or ("not needed" if isinstance(layer, Labels) else "none found"))
        sizes = None if layer is None else Placement.of(layer).sizes_nm
        if layer is None:
            hint = ""
        elif sizes is None:
            hint = "unknown: type it here"
        else:
            hint = " × ".join(f"{size:.4g}" for size in dict.fromkeys(sizes)) + " (of the layer)"
        self.pixel_size.setPlaceholderText(hint)

    def _list_chemistry(self) -> None:
        system = load_system(self.system.currentData())
        self.chemistry.clear()
        for name in system.reaction_layers:
            self.chemistry.addItem(name, None if name == system.reaction_layer else name)

    def _show_celsius(self) -> None:
        self.celsius.setText(f"{self.temperature.value() + _ABSOLUTE_ZERO:.1f} °C")


def _is_input(layer: Layer) -> bool:
    """Images and labels but for element maps and what this plugin derived."""
    role = layer.metadata.get(MARK, {}).get("role")
    return isinstance(layer, Image | Labels) and role not in DERIVED and role != "element"
