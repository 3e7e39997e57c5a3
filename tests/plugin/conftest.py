from __future__ import annotations

import npe2
import pytest


@pytest.fixture(scope="session", autouse=True)
def plugins() -> None:
    """Let napari find its plugins as it does when it starts."""
    npe2.PluginManager.instance().discover()
