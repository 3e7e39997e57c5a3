"""What a search has tried: processes, what the net predicts of them, what finite elements say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ssbi_core.optimize.closed_loop.fields import Fields
from ssbi_core.optimize.closed_loop.levers import Levers
from ssbi_core.optimize.closed_loop.surrogate import Observation

_ROOM = 64  # observations: a surrogate is compiled for so many, twice as many, and so on


@dataclass(frozen=True, eq=False)
class Design:
    """A process that was tried.

    Attributes
    ----------
    values : (d,) of the levers.
    round : 0 for the first ones.
    predicted, solved : mean natural logarithm of the conductivity in S/cm by the net and by finite elements, NaN where
        not asked; over the same fields of view for all processes.
    """

    values: np.ndarray
    round: int
    predicted: float
    solved: float


class Tried(NamedTuple):
    """The n processes that were tried so far, as plain arrays; the first is the start.

    Attributes
    ----------
    values : (n, d) of the levers.
    round : (n,) 0 for the first ones.
    predicted, solved : (n,) conductivity in S/cm by the net and by finite elements, NaN where not asked; geometric mean
        over the same fields of view for all processes.
    best_by_round : (rounds + 1,) best solved conductivity after each round, S/cm.
    """

    values: np.ndarray
    round: np.ndarray
    predicted: np.ndarray
    solved: np.ndarray
    best_by_round: np.ndarray

    @classmethod
    def of(cls, designs: Sequence[Design], best_by_round: Sequence[float] | np.ndarray) -> Tried:
        """Of designs, and natural logarithms of the best conductivities."""
        return cls(
            np.array([design.values for design in designs]),
            np.array([design.round for design in designs]),
            np.exp([design.predicted for design in designs]),
            np.exp([design.solved for design in designs]),
            np.exp(best_by_round),
        )


class Trials:
    """What was tried so far, in the order in which it was."""

    def __init__(self, levers: Levers, fields: Fields) -> None:
        self.levers, self.fields = levers, fields
        self.values: list[np.ndarray] = []
        self.rounds: list[int] = []
        self.net: dict[int, list[float]] = {}
        self.fem: dict[int, list[float]] = {}
        config = levers.config
        predicted = 1 + config.designs + config.rounds * config.candidates
        solved = 1 + config.designs + config.rounds * config.solved
        expected = config.candidates  # taken for known while the others of a round are looked for
        self.room = _ROOM * math.ceil(config.views * (predicted + solved + expected) / _ROOM)

    def predict(self, values: Sequence[np.ndarray], number: int) -> list[int]:
        """Add processes of a round and have the net predict them; their numbers."""
        first, views = len(self.values), range(self.levers.config.views)
        self.values += list(values)
        self.rounds += [number] * len(values)
        asked = [(self.levers.process(each), view) for each in values for view in views]
        answers = [answer.log_conductivity for answer in self.fields.predicted(asked)]
        for at in range(len(values)):
            self.net[first + at] = answers[at * len(views) : (at + 1) * len(views)]
        return list(range(first, len(self.values)))

    def solve(self, at: int) -> None:
        """Solve a process by finite elements, and keep the answer: it is what takes time."""
        process = self.levers.process(self.values[at])
        views = range(self.levers.config.views)
        self.fem[at] = [self.fields.solved(process, view).log_conductivity for view in views]
        self.fields.keep()

    def descriptors(self, values: Sequence[np.ndarray]) -> np.ndarray:
        """(n, D) of processes."""
        return np.asarray(self.levers.outcomes(np.array(values)).descriptors)

    def observations(self) -> list[Observation]:
        """All answers."""
        x = self.descriptors(self.values)
        return [
            Observation(x[at], view, net, value)
            for net, answers in ((True, self.net), (False, self.fem))
            for at in sorted(answers)
            for view, value in enumerate(answers[at])
        ]

    def best_solved(self) -> float:
        """Highest mean logarithm by finite elements."""
        return max(float(np.mean(answers)) for answers in self.fem.values())

    def designs(self) -> tuple[Design, ...]:
        """As records."""
        return tuple(
            Design(values, number, mean(self.net.get(at)), mean(self.fem.get(at)))
            for at, (values, number) in enumerate(zip(self.values, self.rounds, strict=True))
        )


def mean(answers: Sequence[float] | None) -> float:
    """NaN of none."""
    return float(np.mean(answers)) if answers else math.nan
