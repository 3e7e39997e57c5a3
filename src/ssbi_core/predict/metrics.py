"""How good a probabilistic prediction of conductivity is: error, sharpness and honesty, each with its own interval.

Conductivity spans decades, so what is predicted is its natural logarithm: a Gaussian given by mean and sd, or samples.
Scores are per item where that makes sense, so that one bootstrap serves them all: items of one image are dependent,
whatever repeat of the study tested them, and so are items of one repeat, which share what was trained.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import norm

from ssbi_core.errors import InputError


class Interval(NamedTuple):
    """A mean and the limits of its confidence interval."""

    estimate: float
    lower: float
    upper: float


def absolute_percentage_error(predicted: np.ndarray, true: np.ndarray) -> np.ndarray:
    """|predicted / true - 1| of each conductivity; its mean is the MAPE (as a fraction), its median the median APE.

    Parameters
    ----------
    predicted, true : (n,) conductivities in one unit, `true` above 0.

    Raises
    ------
    InputError
        If the shapes differ, a value is not finite, or a true conductivity is not above 0.
    """
    predicted, true = _same_shape(predicted=predicted, true=true)
    if not (true > 0).all():
        raise InputError("a true conductivity of 0 or less", "values above 0", "leave out images without a path")
    return np.abs(predicted / true - 1)


def r_squared(predicted: np.ndarray, true: np.ndarray) -> float:
    """Coefficient of determination, 1 - residual over total sum of squares; the same in any base of a logarithm.

    Parameters
    ----------
    predicted, true : (n,) conductivities, or logarithms of both.

    Raises
    ------
    InputError
        If the shapes differ, a value is not finite, or all true values are the same.
    """
    predicted, true = _same_shape(predicted=predicted, true=true)
    total = np.sum((true - true.mean()) ** 2)
    if total == 0:
        raise InputError(f"{true.size} true values without variance", "at least two different ones", "add test images")
    return float(1 - np.sum((predicted - true) ** 2) / total)


def gaussian_nll(log_true: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Negative logarithm of the Gaussian density at each true ln sigma, (n,); arguments as in `gaussian_crps`."""
    log_true, mean, sd = _gaussian(log_true, mean, sd)
    return np.asarray(-norm.logpdf(log_true, mean, sd))


def gaussian_crps(log_true: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Continuous ranked probability score of Gaussians, (n,), in units of ln sigma; the absolute error as sd -> 0.

    Parameters
    ----------
    log_true, mean, sd : (n,) true ln sigma, and mean and standard deviation predicted for it.

    Raises
    ------
    InputError
        If the shapes differ, a value is not finite, or an sd is not above 0.

    References
    ----------
    Gneiting and Raftery, J. Am. Stat. Assoc. 102, 359 (2007), below eq. 21, with the sign turned: smaller is better.
    """
    log_true, mean, sd = _gaussian(log_true, mean, sd)
    z = (log_true - mean) / sd
    return sd * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))


def sample_crps(log_true: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """Continuous ranked probability score of the empirical distribution of samples, (n,).

    E|X - y| - E|X - X'| / 2; the second mean runs over all pairs, the sample with itself included, and is taken from
    the sorted samples without making the pairs.

    Parameters
    ----------
    log_true : (n,) true ln sigma.
    samples : (n, s) draws of it.

    Raises
    ------
    InputError
        If the shapes do not fit or a value is not finite.

    References
    ----------
    Gneiting and Raftery, J. Am. Stat. Assoc. 102, 359 (2007), eq. 21, with the sign turned.
    """
    log_true, samples = _sampled(log_true, samples)
    count = samples.shape[1]
    rank_weight = 2 * np.arange(1, count + 1) - count - 1
    half_spread = np.sort(samples, axis=1) @ rank_weight / count**2
    return np.abs(samples - log_true[:, None]).mean(axis=1) - half_spread


def gaussian_interval(mean: np.ndarray, sd: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper end, (n,) each, of the central interval that holds `level` of each Gaussian."""
    mean, sd = _gaussian(mean, mean, sd)[1:]
    half = norm.ppf(0.5 + _checked_level(level) / 2) * sd
    return mean - half, mean + half


def sample_interval(samples: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper end, (n,) each, of the central interval that holds `level` of the samples, (n, s)."""
    tail = (1 - _checked_level(level)) / 2
    lower, upper = np.quantile(samples, [tail, 1 - tail], axis=1)
    return lower, upper


def covered(log_true: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """1 where the interval holds the true ln sigma, 0 elsewhere, (n,) float: its mean is the coverage.

    The mean of `upper - lower` is the width that the coverage was bought with.
    """
    log_true, lower, upper = _same_shape(log_true=log_true, lower=lower, upper=upper)
    return ((lower <= log_true) & (log_true <= upper)).astype(float)


def gaussian_pit(log_true: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Probability integral transform, (n,): predicted probability of less than the true ln sigma.

    Uniform on [0, 1] if the predictions are calibrated (Dawid, J. R. Stat. Soc. A 147, 278, 1984).
    """
    log_true, mean, sd = _gaussian(log_true, mean, sd)
    return np.asarray(norm.cdf(log_true, mean, sd))


def sample_pit(log_true: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """Probability integral transform, (n,), from samples, (n, s): the share below the truth, ties counted half.

    Ranks are taken among s + 1, so that a truth outside all samples is given neither 0 nor 1.
    """
    log_true, samples = _sampled(log_true, samples)
    below = (samples < log_true[:, None]).sum(axis=1) + (samples == log_true[:, None]).sum(axis=1) / 2
    return (below + 0.5) / (samples.shape[1] + 1)


def calibration_curve(pit: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Share of true values below the predicted quantile of each level: the levels themselves if calibrated.

    Parameters
    ----------
    pit : (n,) of `gaussian_pit` or `sample_pit`.
    levels : (k,) from 0 to 1.
    """
    return np.searchsorted(np.sort(pit), levels, side="right") / len(pit)


def bootstrap_mean(
    values: np.ndarray,
    images: np.ndarray,
    repeats: np.ndarray | None = None,
    *,
    seed: int,
    draws: int = 4000,
    level: float = 0.95,
) -> Interval:
    """Mean of a score and its percentile interval, from drawing whole images, and whole repeats, with replacement.

    An item's weight is how often its image was drawn times how often its repeat was. This pigeonhole bootstrap errs on
    the wide side where items are crossed by two factors.

    Parameters
    ----------
    values : (n,) one score per tested item.
    images, repeats : (n,) which image it was, and which repeat of the study; without repeats only images are drawn.
    seed : of the draws.
    draws, level : number of bootstrap samples, and the probability of the interval.

    Raises
    ------
    InputError
        If the shapes differ, a value is not finite, or the level is not between 0 and 1.

    References
    ----------
    Field and Welsh, J. R. Stat. Soc. B 69, 369 (2007) for one factor; Owen, Ann. Appl. Stat. 1, 386 (2007) for two.
    """
    tail, rng = (1 - _checked_level(level)) / 2, np.random.default_rng(seed)
    factors = [np.asarray(factor) for factor in (images, repeats) if factor is not None]
    (values,) = _same_shape(values=values)
    if any(factor.shape != values.shape for factor in factors):
        raise InputError("images or repeats of another length than values", "one per value", "pass them by item")
    weights = np.prod([_times_drawn(rng, factor, draws) for factor in factors], axis=0)
    total = weights.sum(axis=1)
    means = (weights @ values)[total > 0] / total[total > 0]
    lower, upper = np.quantile(means, [tail, 1 - tail])
    return Interval(float(values.mean()), float(lower), float(upper))


def bootstrap_difference(
    values: np.ndarray, others: np.ndarray, images: np.ndarray, repeats: np.ndarray | None = None, *, seed: int
) -> Interval:
    """Mean of `values - others` on the same items and its 95 % interval: two predictors compared pair by pair."""
    values, others = _same_shape(values=values, others=others)
    return bootstrap_mean(values - others, images, repeats, seed=seed)


def _times_drawn(rng: np.random.Generator, factor: np.ndarray, draws: int) -> np.ndarray:
    """How often each item's level of the factor is drawn, (draws, n)."""
    levels, item = np.unique(factor, return_inverse=True)
    return rng.multinomial(levels.size, np.full(levels.size, 1 / levels.size), size=draws)[:, item].astype(float)


def _gaussian(log_true: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> list[np.ndarray]:
    arrays = _same_shape(log_true=log_true, mean=mean, sd=sd)
    if not (arrays[2] > 0).all():
        raise InputError(f"a standard deviation of {arrays[2].min():g}", "values above 0", "give a spread, not a point")
    return arrays


def _sampled(log_true: np.ndarray, samples: np.ndarray) -> list[np.ndarray]:
    samples = np.asarray(samples, float)
    if samples.ndim != 2 or samples.shape[1] == 0:
        raise InputError(f"samples of shape {samples.shape}", "(items, samples)", "put the draws of one item in a row")
    _same_shape(log_true=log_true, samples_of_each=samples.sum(axis=1))  # a sum is finite only if all of them are
    return [np.asarray(log_true, float), samples]


def _same_shape(**named: np.ndarray) -> list[np.ndarray]:
    """The arrays as float, one value per item and all of one length."""
    arrays = [np.asarray(array, float) for array in named.values()]
    if any(array.ndim != 1 or array.size == 0 or array.shape != arrays[0].shape for array in arrays):
        came = ", ".join(f"{name} {array.shape}" for name, array in zip(named, arrays, strict=True))
        raise InputError(f"shapes {came}", "one value per item, at least one", "pass arrays of one length")
    for name, array in zip(named, arrays, strict=True):
        if not np.isfinite(array).all():
            raise InputError(f"{name} with values that are not finite", "finite values", "leave those items out")
    return arrays


def _checked_level(level: float) -> float:
    if not 0 < level < 1:
        raise InputError(f"level {level!r}", "a probability between 0 and 1", "write 90 % as 0.9")
    return level
