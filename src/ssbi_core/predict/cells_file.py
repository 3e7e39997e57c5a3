"""Cells of a picture on disk, cut along several lattices, as one safetensors file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from ssbi_core.errors import ReadError
from ssbi_core.graph.cells import ConductionCells
from ssbi_core.io.atomic import atomic_path

Lattice = tuple[int, int]
"""Cells of a body, and of a layer, along the picture; see `conduction_cells`."""

_ARRAYS = [field.name for field in fields(ConductionCells) if field.name not in ("shape", "pixel_size_nm")]


def write_cells(path: Path, cells: Mapping[Lattice, ConductionCells]) -> None:
    """Write the cells of one picture."""
    arrays = {
        f"{body}x{layer}.{name}": np.ascontiguousarray(_small(getattr(each, name)))
        for (body, layer), each in cells.items()
        for name in _ARRAYS
    }
    one = next(iter(cells.values()))
    facts = {"shape": json.dumps(one.shape), "pixel_size_nm": repr(one.pixel_size_nm)}
    with atomic_path(path) as temporary:
        save_file(arrays, temporary, facts)


def read_cells(path: Path, lattice: Lattice) -> ConductionCells:
    """Read the cells of one picture along one lattice.

    Raises
    ------
    ReadError
        If the file is missing or damaged, or was not cut along this lattice.
    """
    wanted = f"cells {lattice[0]} and {lattice[1]} along the picture, as `solve_study` writes them"
    try:
        with safe_open(path, "np") as file:
            facts = file.metadata()
            arrays = {name: file.get_tensor(f"{lattice[0]}x{lattice[1]}.{name}") for name in _ARRAYS}
    except Exception as error:  # safetensors raises its own, undocumented error types
        raise ReadError(f"cells {path} ({error})", wanted, "solve the study again with --overwrite") from error
    shape = tuple(json.loads(facts["shape"]))
    return ConductionCells(**arrays, shape=shape, pixel_size_nm=float(facts["pixel_size_nm"]))


def _small(column: np.ndarray) -> np.ndarray:
    kinds = {"f": np.float32, "i": np.int32}
    return column.astype(kinds.get(column.dtype.kind, column.dtype))
