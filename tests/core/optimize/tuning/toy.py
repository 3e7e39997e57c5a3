"""A net that learns in no time: its error is a formula of two settings. Apart, so that workers can import it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from optuna.distributions import FloatDistribution, IntDistribution
from pydantic import BaseModel

from ssbi_core.errors import SolverError


class ToySettings(BaseModel, extra="forbid"):
    """Rate and depth."""

    rate: float
    depth: int


@dataclass(frozen=True)
class ToySubject:
    """Least error at rate 0.3 and depth 1; depth hardly matters."""

    rate: float = 0.9
    trap: str = ""
    name: str = "toy"
    measure: str = "toy error"

    @property
    def space(self):
        return {"rate": FloatDistribution(0.0, 1.0), "depth": IntDistribution(1, 4)}

    @property
    def start(self):
        return {"rate": self.rate, "depth": 2}

    def settings(self, parameters):
        return {"training": ToySettings(**parameters)}

    def load(self, study):
        return ToyObjective(self, Path(study).read_text())


@dataclass
class ToyObjective:
    """Remembers what it was asked."""

    subject: ToySubject
    digest: str
    asked: list = field(default_factory=list)
    size = {"samples": 7}  # noqa: RUF012

    def error(self, parameters, division):
        self.asked.append((dict(parameters), division))
        if self.subject.trap == "raise" and len(self.asked) > 4:
            raise SolverError("a trap", "none", "stay away")
        if self.subject.trap == "interrupt" and len(self.asked) > 4:
            raise KeyboardInterrupt
        if self.subject.trap == "diverge" and parameters["rate"] > 0.5:
            return float("nan")
        if self.subject.trap == "sleep":
            time.sleep(1000)
        if self.subject.trap == "die":
            os._exit(9)
        noise = np.random.default_rng([division.seed, division.part, division.parts]).normal(0, 0.01)
        return 0.1 + (parameters["rate"] - 0.3) ** 2 + 0.001 * parameters["depth"] + noise
