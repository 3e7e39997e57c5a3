"""A form from the settings of a stage: title, unit, range and tooltip stand in the model, and only there."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MultipleOf
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QFormLayout, QLabel, QLineEdit, QSpinBox, QWidget

from ssbi_core.errors import InputError

Model = TypeVar("Model", bound=BaseModel)


class ConfigForm(QWidget):
    """Fields of a pydantic model as widgets.

    Parameters
    ----------
    model : the settings.
    only : fields to show, in order; the others keep their defaults.
    """

    edited = Signal()

    def __init__(self, model: type[Model], only: Sequence[str]) -> None:
        super().__init__()
        self._model = model
        self._readers: dict[str, Callable[[], Any]] = {}
        layout = QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for name in only:
            field = model.model_fields[name]
            widget, self._readers[name] = _editor(field, self.edited.emit)
            widget.setObjectName(name)
            widget.setToolTip(_tip(field))
            label = QLabel(_title(name, field))
            label.setToolTip(_tip(field))
            label.setBuddy(widget)
            layout.addRow(label, widget)

    def config(self) -> BaseModel:
        """The settings as typed.

        Raises
        ------
        InputError
            If a value is not allowed; the message names the field.
        """
        try:
            return self._model(**{name: read() for name, read in self._readers.items()})
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            title = _title(name, self._model.model_fields[name])
            raise InputError(f"{title} = {first['input']!r}", first["msg"].lower(), f"correct {title}") from None

    def values(self) -> dict[str, Any]:
        """The fields shown, as typed; raises as `config`."""
        return self.config().model_dump(include=set(self._readers))


def _title(name: str, field: FieldInfo) -> str:
    unit = (field.json_schema_extra or {}).get("unit") if isinstance(field.json_schema_extra, dict) else None
    return f"{field.title or name} ({unit})" if unit and unit != "1" else field.title or name


def _tip(field: FieldInfo) -> str:
    text = field.description or ""
    return text[:1].upper() + text[1:]


def _editor(field: FieldInfo, edited: Callable[[], Any]) -> tuple[QWidget, Callable[[], Any]]:
    kind, optional = _plain(field.annotation)
    if kind is bool:
        box = QCheckBox()
        box.setChecked(bool(field.default))
        box.toggled.connect(lambda _=None: edited())
        return box, box.isChecked
    if get_origin(kind) is Literal:
        return _choice(get_args(kind), field.default, optional, edited)
    low, high, step = allowed_range(field)
    if kind is int and not optional:
        spin = QSpinBox()
        spin.setRange(int(max(low, -(2**31))), int(min(high, 2**31 - 1)))
        spin.setSingleStep(int(step or 1))
        spin.setValue(field.default)
        spin.valueChanged.connect(lambda _=None: edited())
        return spin, spin.value
    if kind is float and not optional and math.isfinite(high - low) and field.default >= 1:
        real = QDoubleSpinBox()
        real.setRange(low, high)
        real.setDecimals(2)
        real.setValue(field.default)
        real.valueChanged.connect(lambda _=None: edited())
        return real, real.value
    return _line(kind, field.default, optional, edited)


def _choice(
    values: Sequence[Any], default: Any, optional: bool, edited: Callable[[], Any]
) -> tuple[QWidget, Callable[[], Any]]:
    box = QComboBox()
    for value in ([None] if optional else []) + list(values):
        box.addItem("automatic" if value is None else str(value), value)
    box.setCurrentIndex(box.findData(default))
    box.currentIndexChanged.connect(lambda _=None: edited())
    return box, box.currentData


def _line(kind: Any, default: Any, optional: bool, edited: Callable[[], Any]) -> tuple[QWidget, Callable[[], Any]]:
    line = QLineEdit("" if default is None else f"{default:g}" if isinstance(default, float) else str(default))
    line.setPlaceholderText("automatic" if optional else "")
    line.textChanged.connect(lambda _=None: edited())

    def read() -> Any:
        text = line.text().strip()
        return None if optional and not text else text  # pydantic turns the text into a number, or says why not

    return line, read


def _plain(annotation: Any) -> tuple[Any, bool]:
    """The annotation without None, and whether None was in it."""
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return kinds[0], len(kinds) < len(get_args(annotation))
    return annotation, False


def allowed_range(field: FieldInfo) -> tuple[float, float, float | None]:
    """Least and largest value of a field of a model, and its step where it has one."""
    low, high, step = -math.inf, math.inf, None
    for rule in field.metadata:
        if isinstance(rule, Ge | Gt):
            low = float(rule.ge if isinstance(rule, Ge) else rule.gt)  # type: ignore[arg-type]
        elif isinstance(rule, Le | Lt):
            high = float(rule.le if isinstance(rule, Le) else rule.lt)  # type: ignore[arg-type]
        elif isinstance(rule, MultipleOf):
            step = float(rule.multiple_of)  # type: ignore[arg-type]
    return low, high, step
