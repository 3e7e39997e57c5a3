from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def microscope_files() -> Path:
    """Files written by microscopes, kept beside the checkout and not in it."""
    folder = Path(__file__).resolve().parents[3] / "../shared/data/microscope"
    if not folder.is_dir():
        pytest.skip("the microscope files (../shared/data/microscope) are not on this machine")
    return folder.resolve()
