"""Every structure with a known effective conductivity; each case of the benchmark says how its reference was made."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

_FILE = Path(__file__).resolve().parents[3] / "benchmarks" / "transport_references.py"
_SPEC = importlib.util.spec_from_file_location("transport_references", _FILE)
assert _SPEC is not None
assert _SPEC.loader is not None
references = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = references
_SPEC.loader.exec_module(references)

SLACK = 1e-7  # references are given to 7 digits


def _check(case, got, accuracy: float) -> None:
    assert got.lower * (1 - SLACK) <= case.reference <= got.upper * (1 + SLACK), got
    assert got.lower <= got.estimate <= got.upper
    assert got.estimate == pytest.approx(case.reference, rel=accuracy)


@pytest.mark.parametrize("case", [c for c in references.CASES if "discs" not in c.name], ids=lambda c: c.name)
def test_reference_is_inside_bounds_and_estimate_within_half_a_percent(case):
    _check(case, case.solve(64), 0.005)


@pytest.mark.parametrize("case", [c for c in references.CASES if "discs" in c.name], ids=lambda c: c.name)
def test_rasterised_discs_converge_to_the_multipole_expansion(case):
    got = case.solve(128)
    assert got.estimate == pytest.approx(case.reference, rel=0.01)
    if "contact" not in case.name:
        assert got.lower <= case.reference <= got.upper


@pytest.mark.slow
@pytest.mark.parametrize("case", references.CASES, ids=lambda c: c.name)
def test_finest_grid_has_reference_inside_bounds_and_estimate_within_half_a_percent(case):
    _check(case, case.solve(256), 0.005)
