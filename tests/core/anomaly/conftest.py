"""Portraits of normal images."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.core.anomaly.portraits import normal_portrait as made

from ssbi_core.anomaly.portrait import Portrait


@pytest.fixture
def normal_portrait() -> Callable[..., Portrait]:
    """A normal image by its number; keywords change what it holds."""
    return made
