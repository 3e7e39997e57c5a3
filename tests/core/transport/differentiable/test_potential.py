from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.errors import SolverError
from ssbi_core.transport import Surfaces
from ssbi_core.transport.differentiable import potential
from ssbi_core.transport.differentiable.potential import Geometry, SolvedPotential
from ssbi_core.transport.linear_solve import SpdSolver


def _solved() -> SolvedPotential:
    rng = np.random.default_rng(0)
    geometry = Geometry(0, 1.0, Surfaces.between(np.arange(6) + 14, 0, 1.0, (8, 7)))
    return SolvedPotential(geometry, rng.uniform(0.2, 1, (8, 7)), rng.uniform(0.5, 2, 6))


def _currents(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((56, 4)), rng.standard_normal((6, 2))


def _power(currents, differences):
    return sum(np.vdot(a, b) for a, b in zip(currents, differences, strict=True))


@pytest.mark.parametrize("method", ["pardiso", "superlu", "amg"])
def test_response_is_symmetric_and_the_same_with_every_linear_solver(method, monkeypatch):
    if method == "pardiso":
        pytest.importorskip("pypardiso")
    expected = _solved().response(*_currents(1))
    monkeypatch.setattr(SpdSolver, "choose", lambda *_: method)
    solved = _solved()
    response, other = solved.response(*_currents(1)), solved.response(*_currents(2))
    for got, wanted in zip(response, expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-11)
    assert _power(_currents(2), response) == pytest.approx(_power(_currents(1), other), rel=1e-9)


def test_inaccurate_response_raises_with_a_mend(monkeypatch):
    solved = _solved()
    monkeypatch.setattr(potential, "_TOLERANCE", 0.0)
    with pytest.raises(SolverError, match="derivative of the potential") as caught:
        solved.response(*_currents(1))
    assert caught.value.to_do
