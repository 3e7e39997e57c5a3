"""What a search for a better process begins with: an image or a material alone, the levers, and what limits them."""

from __future__ import annotations

from typing import NamedTuple

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from napari_ssbi.settings import load_settings
from napari_ssbi.widgets.forms import ConfigForm
from napari_ssbi.widgets.lever_table import LeverTable
from ssbi_core.materials import available_systems, load_system
from ssbi_core.optimize import ClosedLoopConfig

_LIMITS = ("max_cost", "max_thermal_budget", "max_porosity")
_LENGTH = ("rounds", "realizations", "designs", "candidates", "solved", "views", "evaluations", "field_px", "seed")
_ORIGIN_TIP = "The image says how your material differs from the simulated one; alone, it is taken to be that"


class Typed(NamedTuple):
    """What is in the form.

    Attributes
    ----------
    system : name of a material system to be taken alone; None for the phases of the image.
    start : what is known of the process now.
    config : levers, limits, length of the search.
    """

    system: str | None
    start: dict[str, float]
    config: ClosedLoopConfig


class ProcessForm(QWidget):
    """Levers and limits; `length` is a form of its own, for another page."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._chosen = False
        self.origin = QComboBox()
        self.origin.setToolTip(_ORIGIN_TIP)
        self.origin.addItem("the phases of the image", None)
        for name in available_systems():
            self.origin.addItem(f"{load_system(name).title} alone", name)
        self.origin.setCurrentIndex(max(self.origin.findData(load_settings().settings.system), 0))
        self.table = LeverTable()
        self.limits, self.length = ConfigForm(ClosedLoopConfig, _LIMITS), ConfigForm(ClosedLoopConfig, _LENGTH)
        for line in self.limits.findChildren(QLineEdit):
            line.setPlaceholderText("no limit")
        self._lay_out()
        self.origin.activated.connect(self._choose)
        self.origin.currentIndexChanged.connect(lambda _=None: self._show_origin())
        for part in (self.table, self.limits, self.length):
            part.edited.connect(self.edited)
        self._show_origin()

    def offer_image(self) -> None:
        """Begin with the phases of the image, unless the user has chosen what to begin with."""
        if not self._chosen:
            self.origin.setCurrentIndex(0)

    def typed(self) -> Typed:
        """What is in the form.

        Raises
        ------
        InputError
            If something typed is wrong.
        """
        levers = self.table.levers()
        return Typed(
            self.origin.currentData(),
            levers.start,
            ClosedLoopConfig.of(
                bounds=levers.bounds,
                prices=levers.prices,
                fixed=levers.fixed,
                **self.limits.values(),
                **self.length.values(),
            ),
        )

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow("&Begin with", self.origin)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(form)
        for widget in (self.table, QLabel("<b>Not to be exceeded</b>"), self.limits):
            column.addWidget(widget)

    def _choose(self, _index: int) -> None:
        self._chosen = True

    def _show_origin(self) -> None:
        self.table.show_origin(of_image=self.origin.currentData() is None)
        self.edited.emit()
