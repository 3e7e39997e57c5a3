"""What importing a part of the package must not bring along, and that names which load late do load."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from importlib import import_module

import pytest

TABLES_AND_FILES = {"dask", "h5py", "numba", "pandas", "pyarrow", "rsciio", "sparse", "tifffile", "zarr"}
FIGURES_AND_WINDOWS = {"PIL", "PyQt6", "matplotlib", "napari", "qtpy", "vispy"}
LEARNING = {"flax", "jax", "numpyro", "optax", "torch"}
SOLVERS = {"gmsh", "jax_fem", "networkx", "petsc4py", "pyamg", "pypardiso"}
SLOW_IN_SCIPY = {"scipy.optimize", "scipy.signal", "scipy.stats"}
HEAVY = TABLES_AND_FILES | FIGURES_AND_WINDOWS | LEARNING | SOLVERS | SLOW_IN_SCIPY


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("from ssbi_core.transport import conduct", HEAVY),
        ("import ssbi_core; ssbi_core.solve_conduction, ssbi_core.PhaseMap", HEAVY),
        ("import ssbi_core; ssbi_core.ConductivityPosterior, ssbi_core.PredictionConfig", HEAVY),
        ("import ssbi_core.cli", HEAVY | {"numpy", "pydantic"}),
        ("import ssbi_core; ssbi_core.read", (HEAVY - {"tifffile"}) | {"skimage"}),
    ],
)
def test_import_leaves_out(code: str, heavy: set[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=400,
    )
    assert heavy & set(done.stdout.split()) == set()


@pytest.mark.parametrize("name", ["io", "graph", "predict", "report", "transport"])
def test_late_names_load(name: str) -> None:
    package = import_module(f"ssbi_core.{name}")
    assert set(package.__all__) <= set(dir(package))
    assert all(getattr(package, public) is not None for public in package.__all__)
    assert not hasattr(package, "no_such_name")


@pytest.mark.parametrize("name", ["io", "graph", "predict", "report"])
def test_no_submodule_has_a_late_name(name: str) -> None:
    package = import_module(f"ssbi_core.{name}")
    assert {module.name for module in pkgutil.iter_modules(package.__path__)}.isdisjoint(package.__all__)
