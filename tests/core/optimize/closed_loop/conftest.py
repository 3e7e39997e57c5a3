import pytest

from ssbi_core.optimize import ClosedLoopConfig
from ssbi_core.optimize.closed_loop.levers import Levers
from ssbi_core.simulate import ProcessParameters


@pytest.fixture(scope="session")
def small():
    """Settings of a loop of seconds."""
    return {
        "designs": 4,
        "candidates": 2,
        "solved": 2,
        "views": 1,
        "rounds": 1,
        "evaluations": 200,
        "realizations": 3,
        "field_px": 96,
    }


@pytest.fixture
def levers():
    return Levers.of(ProcessParameters(), ClosedLoopConfig.of())
