"""From the numbers of an image to a few channels of surprise, and from these to one score.

Each channel is a raw number (a residual, a distance, the surprise of the most surprising place) whose upper tail in the
population makes it comparable with the others: -log10 of a probability. They are combined by the harmonic mean of the
probabilities (Wilson, PNAS 116, 1195, 2019): one channel that is sure is enough, and channels that depend on each
other do no harm. Its weights say where anomalies are looked for first, in places; an unusual spread says least. The
score is calibrated afterwards, so the rule decides how well it sees, not how often it errs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ssbi_core.anomaly.distance import StructureSpace, own_distances
from ssbi_core.anomaly.population import DESCRIPTOR, IGNORANCE, PLACE
from ssbi_core.anomaly.tails import TOP, NormalTail, Tail

CHANNELS = ("residual", "spread", "structure", "ignorance", "places")
"""What is asked of an image: does the conductivity fit the prediction, how sure is that, does its structure look like
the others', is its phase map sure and does it explain the image, and is there a place like no other."""

_SIZES = {"grain", "pore", "gap", "layer", "layer_patch", "pore_cluster"}  # kinds of places that scatter lognormally
_WEIGHTS = {"places": 8.0, "structure": 2.0, "residual": 2.0, "ignorance": 1.0, "spread": 0.2}
_ABSENT = 0.3  # below the least place of a kind lies the image that has none
_MOST = 300.0  # of a surprise: ten to this is still a number


@dataclass(frozen=True, eq=False)
class Channels:
    """A population, ready to score images.

    Attributes
    ----------
    rows : one per image; see `Population`.
    neighbours : of the structural distance.
    left_out : channels that are not used.
    top : share of the population that tails are fitted to: more of it, less exactly, where it may hold anomalies.
    """

    rows: pd.DataFrame
    neighbours: int
    left_out: frozenset[str] = frozenset()
    top: float = TOP

    def raw(self, row: Mapping[str, float]) -> dict[str, float]:
        """Raw channels of an image that is not in the population.

        A residual has the tail of Student's t, a power: its logarithm ends as tails are continued, like an exponential.
        """
        return {
            "residual": float(np.log1p(_number(row, "residual"))),
            "spread": float(np.log1p(_number(row, "spread"))),
            "structure": self._space.distance(self._descriptors(row), self.neighbours),
            "ignorance": _largest(row, self._ignorance),
            "places": _largest(row, self.place_tails),
        }

    @cached_property
    def own_raw(self) -> pd.DataFrame:
        """(n, channels) raw channels of the population's own images, each compared with the others."""
        return pd.DataFrame(
            {
                "residual": np.log1p(self._column("residual")),
                "spread": np.log1p(self._column("spread")),
                "structure": own_distances(self.rows[self._names].to_numpy(float), self.neighbours),
                "ignorance": self._own_largest(self._ignorance),
                "places": self._own_largest(self.place_tails),
            }
        )

    def surprises(self, row: Mapping[str, float]) -> dict[str, float]:
        """-log10 of the probability of each channel; channels that the image lacks are left out."""
        raw = self.raw(row)
        return {name: tail.surprise(raw[name]) for name, tail in self._tails.items() if np.isfinite(raw[name])}

    def own_surprises(self, index: int) -> dict[str, float]:
        """The same of an image of the population, compared with the others."""
        own = self.own_raw.iloc[index]
        known = {name: float(own[name]) for name in self._tails if np.isfinite(own[name])}
        return {name: self._tails[name].without(value).surprise(value) for name, value in known.items()}

    @cached_property
    def own_scores(self) -> np.ndarray:
        """(n,) combined scores of the population's own images, each compared with the others."""
        return np.array([combined(self.own_surprises(index)) for index in range(len(self.rows))])

    @cached_property
    def place_tails(self) -> dict[str, Tail]:
        """``place:KIND:FEATURE`` -> tail of the most extreme place of an image; one without such a place is below."""
        columns = [name for name in self.rows if str(name).startswith(PLACE)]
        return {str(name): _law(str(name)).of(_filled(self._column(str(name))), self.top) for name in columns}

    @cached_property
    def _ignorance(self) -> dict[str, Tail]:
        columns = [name for name in self.rows if str(name).startswith(IGNORANCE)]
        return {str(name): Tail.of(self._column(str(name)), self.top) for name in columns}

    @cached_property
    def _tails(self) -> dict[str, Tail]:
        tails = {
            name: Tail.of(self.own_raw[name].to_numpy(), self.top) for name in CHANNELS if name not in self.left_out
        }
        return {name: tail for name, tail in tails.items() if len(tail)}

    @cached_property
    def _names(self) -> list[str]:
        return [str(name) for name in self.rows if str(name).startswith(DESCRIPTOR)]

    @cached_property
    def _space(self) -> StructureSpace:
        return StructureSpace.of(self.rows[self._names].to_numpy(float))

    def _descriptors(self, row: Mapping[str, float]) -> np.ndarray:
        return np.array([_number(row, name) for name in self._names])

    def _column(self, name: str) -> np.ndarray:
        return self.rows[name].to_numpy(float) if name in self.rows else np.full(len(self.rows), np.nan)

    def _own_largest(self, tails: Mapping[str, Tail]) -> np.ndarray:
        """(n,) largest surprise of every image of the population over some columns, each compared with the others."""
        found = np.full((len(self.rows), len(tails)), np.nan)
        for column, (name, tail) in enumerate(tails.items()):
            for index, value in enumerate(self._column(name)):
                if np.isfinite(value):
                    found[index, column] = tail.without(value).surprise(value)
        known = np.isfinite(found).any(1) if len(tails) else np.zeros(len(found), bool)
        largest = np.where(np.isfinite(found), found, -np.inf).max(1, initial=-np.inf)
        return np.where(known, largest, np.nan)


def combined(surprises: Mapping[str, float]) -> float:
    """-log10 of the weighted harmonic mean of the channels' probabilities; 0 without any channel."""
    if not surprises:
        return 0.0
    weights = np.array([_WEIGHTS[name] for name in surprises])
    values = np.minimum(np.array(list(surprises.values())), _MOST)
    top = float(values.max())
    return top + float(np.log10(np.average(10.0 ** (values - top), weights=weights)))


def _law(column: str) -> type[Tail]:
    return NormalTail if column.removeprefix(PLACE).partition(":")[0] in _SIZES else Tail


def _filled(column: np.ndarray) -> np.ndarray:
    known = column[np.isfinite(column)]
    return np.where(np.isfinite(column), column, (known.min() if len(known) else 0.0) - _ABSENT)


def _number(row: Mapping[str, float], name: str) -> float:
    return float(row.get(name, np.nan))


def _largest(row: Mapping[str, float], tails: Mapping[str, Tail]) -> float:
    """Largest surprise over some columns, NaN where the image has none of them."""
    known = {name: value for name in tails if np.isfinite(value := _number(row, name))}
    return max((tails[name].surprise(value) for name, value in known.items()), default=float("nan"))
