"""A study for the toy, and a search over it."""

from __future__ import annotations

import pytest

from ssbi_core.optimize.tuning.config import TuningConfig
from ssbi_core.optimize.tuning.tune import tune

from .toy import ToySubject


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "study"
    path.write_text("digest of the study")
    return path


@pytest.fixture(scope="session")
def searched(tmp_path_factory):
    """Folder and outcome of a search of 30 trials."""
    folder = tmp_path_factory.mktemp("searched")
    (folder / "study").write_text("digest of the study")
    return folder / "out", tune(ToySubject(), folder / "study", folder / "out", TuningConfig(trials=30, seed=3))
