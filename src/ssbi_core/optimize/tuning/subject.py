"""What can be tuned: a space of settings, and the error that settings lead to on a study."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from optuna.distributions import BaseDistribution
from pydantic import BaseModel

from ssbi_core.optimize.tuning.division import Division

Parameters = Mapping[str, Any]
"""A value for every name of a space."""


class Objective(Protocol):
    """A study in memory."""

    @property
    def digest(self) -> str:
        """SHA-256 of what is learned from and validated on."""
        ...

    @property
    def size(self) -> Mapping[str, int]:
        """How many samples, and images or rows."""
        ...

    def error(self, parameters: Parameters, division: Division) -> float:
        """Error on the part held back after learning from the others; not finite where nothing was learned."""
        ...


class Subject(Protocol):
    """A net to tune; can be sent to another process."""

    @property
    def name(self) -> str:
        """What `ssbi tune` calls it."""
        ...

    @property
    def measure(self) -> str:
        """The error, in words."""
        ...

    @property
    def space(self) -> Mapping[str, BaseDistribution]:
        """What is searched."""
        ...

    @property
    def start(self) -> Parameters:
        """Settings to beat."""
        ...

    def settings(self, parameters: Parameters) -> Mapping[str, BaseModel]:
        """Complete settings by name, as ``best.json`` keeps them."""
        ...

    def load(self, study: Path) -> Objective:
        """Read a study."""
        ...
