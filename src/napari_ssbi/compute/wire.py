"""Records as messages: a JSON tree and the plain bytes of its arrays, one after the other on a pipe.

Everything the stages exchange is a frozen dataclass, a named tuple, a pydantic model or a table of this project, made
of numbers, texts and arrays. Each is written as the name of its type and its fields, and only types of this project are
made again on the other side.
"""

from __future__ import annotations

import dataclasses
import io
import json
import struct
from collections.abc import Mapping
from enum import Enum
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from pydantic import BaseModel

if TYPE_CHECKING:
    import pandas as pd

_LENGTH = struct.Struct("<Q")
_KIND = "$"
_OWN = ("ssbi_core", "napari_ssbi")
_JAX = ("jax", "jaxlib")


def send(stream: BinaryIO, message: Any) -> None:
    """Write one message.

    Raises
    ------
    TypeError
        If something in it is not a number, a text, an array or a record of this project.
    """
    arrays: list[np.ndarray] = []
    tree = _encoded(message, arrays)
    described = [[array.dtype.str, array.shape] for array in arrays]
    header = json.dumps({"tree": tree, "arrays": described}).encode()
    stream.write(_LENGTH.pack(len(header)))
    stream.write(header)
    for array in arrays:
        if array.nbytes:
            stream.write(array.reshape(-1).view(np.uint8).data)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Read one message; EOFError where the other side is gone."""
    header = json.loads(bytes(_exactly(stream, *_LENGTH.unpack(_exactly(stream, _LENGTH.size)))))
    arrays = []
    for kind, shape in header["arrays"]:
        array = np.empty(shape, np.dtype(kind))
        if array.nbytes:
            _fill(stream, array.reshape(-1).view(np.uint8).data)
        arrays.append(array)
    return _decoded(header["tree"], arrays)


def seal(value: Any) -> np.ndarray:
    """A record as bytes that can be kept and sent back by a side that does not know its type; raises as `send`."""
    stream = io.BytesIO()
    send(stream, value)
    return np.frombuffer(stream.getvalue(), np.uint8)


def unseal(sealed: np.ndarray) -> Any:
    """The record in `sealed`; arrays of JAX come back as arrays of NumPy."""
    return receive(io.BytesIO(sealed.tobytes()))


def _exactly(stream: BinaryIO, length: int) -> bytearray:
    data = bytearray(length)
    _fill(stream, memoryview(data))
    return data


def _fill(stream: BinaryIO, view: memoryview) -> None:
    while len(view):
        count = stream.readinto(view)  # type: ignore[attr-defined]  # every buffered binary stream has it
        if not count:
            raise EOFError
        view = view[count:]


def _encoded(value: Any, arrays: list[np.ndarray]) -> Any:
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, Enum):
        return _tagged("enum", type=_name(type(value)), value=value.value)
    if isinstance(value, np.generic):
        return _encoded(value.item(), arrays)
    if isinstance(value, np.ndarray):
        return _array(value, arrays)
    if type(value).__module__.split(".")[0] in _JAX:  # told by its name: no window should import JAX for this
        return _array(np.asarray(value), arrays)
    if type(value).__name__ == "DataFrame" and type(value).__module__.startswith(
        "pandas"
    ):  # it takes a second to import
        return _tagged("table", columns=[[str(name), _encoded(_column(value[name]), arrays)] for name in value])
    if isinstance(value, Path):
        return _tagged("path", value=str(value))
    if isinstance(value, BaseModel):
        return _record("model", value, {name: getattr(value, name) for name in type(value).model_fields}, arrays)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
        return _record("record", value, fields, arrays)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        fields = dict(zip(type(value)._fields, value, strict=True))  # type: ignore[attr-defined]  # a named tuple
        return _record("record", value, fields, arrays)
    if isinstance(value, Mapping):
        return _tagged("dict", items=[[_encoded(k, arrays), _encoded(v, arrays)] for k, v in value.items()])
    if isinstance(value, list):
        return [_encoded(item, arrays) for item in value]
    if isinstance(value, tuple):
        return _tagged("tuple", items=[_encoded(item, arrays) for item in value])
    if isinstance(value, set | frozenset):
        return _tagged("set", items=[_encoded(item, arrays) for item in value])
    raise TypeError(f"a {type(value).__name__} cannot be sent to the compute process")


def _array(value: np.ndarray, arrays: list[np.ndarray]) -> dict[str, Any]:
    if value.dtype.hasobject:
        raise TypeError("an array of objects cannot be sent to the compute process")
    arrays.append(np.asarray(value, order="C"))
    return _tagged("array", index=len(arrays) - 1)


def _column(column: pd.Series) -> Any:
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf":
        return column.to_numpy()
    return column.astype(object).where(column.notna(), None).tolist()


def _record(kind: str, value: Any, fields: Mapping[str, Any], arrays: list[np.ndarray]) -> dict[str, Any]:
    return _tagged(kind, type=_name(type(value)), fields={k: _encoded(v, arrays) for k, v in fields.items()})


def _tagged(kind: str, **content: Any) -> dict[str, Any]:
    return {_KIND: kind, **content}


def _name(kind: type) -> str:
    if kind.__module__.split(".")[0] not in _OWN:
        raise TypeError(f"a {kind.__qualname__} of {kind.__module__} cannot be sent to the compute process")
    return f"{kind.__module__}:{kind.__qualname__}"


def _type(name: str) -> type:
    module, _, path = name.partition(":")
    if module.split(".")[0] not in _OWN:
        raise TypeError(f"{name} is not a type of this project")
    return reduce(getattr, path.split("."), import_module(module))  # type: ignore[return-value]


def _decoded(tree: Any, arrays: list[np.ndarray]) -> Any:
    if isinstance(tree, list):
        return [_decoded(item, arrays) for item in tree]
    if not isinstance(tree, dict):
        return tree
    return _MAKERS[tree[_KIND]](tree, arrays)


def _table(columns: dict[str, Any]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns)


def _fields(tree: dict[str, Any], arrays: list[np.ndarray]) -> dict[str, Any]:
    return {name: _decoded(item, arrays) for name, item in tree["fields"].items()}


_MAKERS: dict[str, Any] = {
    "array": lambda tree, arrays: arrays[tree["index"]],
    "dict": lambda tree, arrays: {_decoded(k, arrays): _decoded(v, arrays) for k, v in tree["items"]},
    "enum": lambda tree, arrays: _type(tree["type"])(tree["value"]),
    "model": lambda tree, arrays: _type(tree["type"])(**_fields(tree, arrays)),
    "path": lambda tree, arrays: Path(tree["value"]),
    "record": lambda tree, arrays: _type(tree["type"])(**_fields(tree, arrays)),
    "set": lambda tree, arrays: frozenset(_decoded(item, arrays) for item in tree["items"]),
    "table": lambda tree, arrays: _table({name: _decoded(column, arrays) for name, column in tree["columns"]}),
    "tuple": lambda tree, arrays: tuple(_decoded(item, arrays) for item in tree["items"]),
}
