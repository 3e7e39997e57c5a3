"""The two scores of the mission, literally: the seed score and the HyperScore.

The seed score A = Var(prediction) + |prediction - mu| adds the square of a conductivity to a conductivity, and its mu
is the mean of whatever images happen to be looked at; it is reported as asked for and decides nothing. The HyperScore
stretches a confidence V in (0, 1] so that the sure cases spread out; V is here the calibrated anomaly confidence, one
minus the p-value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ssbi_core.errors import InputError


def seed_score(prediction: float, sd_log: float, mean_prediction: float) -> float:
    """A = Var(prediction) + |prediction - mu|, a number of S2/cm2 added to one of S/cm.

    Parameters
    ----------
    prediction : S/cm.
    sd_log : standard deviation of its natural logarithm; to first order the variance is (prediction x sd_log)^2.
    mean_prediction : mu, mean prediction over the data set, S/cm.
    """
    return (prediction * sd_log) ** 2 + abs(prediction - mean_prediction)


def seed_scores(predictions: Sequence[tuple[float, float] | None]) -> list[float | None]:
    """Seed scores of a data set of (prediction in S/cm, sd of its logarithm); None where there is no prediction."""
    known = [found[0] for found in predictions if found is not None]
    if not known:
        return [None] * len(predictions)
    mean = math.fsum(known) / len(known)
    return [None if found is None else seed_score(*found, mean) for found in predictions]


def hyperscore(confidence: float, beta: float = 5.0, gamma: float = -math.log(2), kappa: float = 2.0) -> float:
    """100 [1 + sigmoid(beta ln V + gamma)^kappa]: between 100 and 111.1 with the usual settings.

    Parameters
    ----------
    confidence : V in (0, 1].
    beta, gamma, kappa : slope, shift and power; V = 0.95 gives 107.78 with the usual ones.

    Raises
    ------
    InputError
        If V is not in (0, 1].
    """
    if not 0 < confidence <= 1:
        raise InputError(f"a confidence of {confidence}", "a number above 0 and at most 1", "pass 1 - p-value")
    return 100 * (1 + (1 / (1 + math.exp(-(beta * math.log(confidence) + gamma)))) ** kappa)
