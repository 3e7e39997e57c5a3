from __future__ import annotations

import jax
import pytest


@pytest.fixture(autouse=True)
def _double_precision():
    """For all threads: `jax.enable_x64` would not reach those that callbacks of compiled functions run in."""
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)
