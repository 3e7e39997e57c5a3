"""Draws and residual are convolved: known in closed form, by enumeration, and by what intervals hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.predict.conformal import Conformal
from ssbi_core.predict.posterior import ConductivityPosterior

LEVELS = (0.1, 0.5, 0.8, 0.9, 0.95, 0.99)
SCORES = np.sort(np.abs(np.random.default_rng(1).standard_t(4, 400)) / np.sqrt(2))


def posterior(draws=(0.0,), noise=0.03, weights=0.01, scores=SCORES, mean=2e-5):
    draws = np.asarray(draws, float)
    variance = {"noise": noise**2, "weights": weights**2}
    if len(draws) > 1:
        variance["material"] = float(draws.var(ddof=1))
    return ConductivityPosterior(mean, variance, Conformal(scores), (), 300.0, 0, "", draws)


def logs(found, level):
    return np.log(np.array(found.interval(level)) / found.mean_S_per_cm)


@pytest.mark.parametrize("number", [0, 3, 400])
@pytest.mark.parametrize("level", [*LEVELS, 0.9999])
def test_without_draws_it_is_the_conformal_interval(number, level):
    found = posterior(scores=SCORES[:number])
    reach = found.conformal.quantile(level) * np.hypot(0.03, 0.01)
    np.testing.assert_allclose(logs(found, level), [-reach, reach], rtol=1e-12, atol=1e-15)


def test_one_score_and_no_draws_in_closed_form():
    found = ConductivityPosterior(1e-5, {"noise": 0.04}, Conformal(np.array([1.0])), (), 300.0, 0, "")
    assert found.sd_log10 == pytest.approx(0.2 / np.log(10))
    np.testing.assert_allclose(found.interval(0.4), [1e-5 * np.exp(-0.2), 1e-5 * np.exp(0.2)])


@pytest.mark.parametrize("level", LEVELS[:-1])
def test_is_the_convolution_of_draws_and_signed_scores(level):
    """All sums of a draw and a signed score; those beyond the largest score, 1 in 401, move a quantile by little."""
    draws = np.random.default_rng(2).gamma(2.0, 0.05, 30)
    draws -= draws.mean()
    found = posterior(draws)
    sums = (draws[:, None] + found.residual_sd * np.concatenate([-SCORES, SCORES])).ravel()
    expected = np.quantile(sums, [(1 - level) / 2, (1 + level) / 2])
    np.testing.assert_allclose(logs(found, level), expected, atol=0.05 * sums.std())


def test_what_the_net_gets_wrong_does_not_scale_what_the_material_leaves_open():
    """A net three times worse than it says, where the material is what matters."""
    draws = np.random.default_rng(3).normal(0, 0.7, 64)
    fair, bad = posterior(draws - draws.mean()), posterior(draws - draws.mean(), scores=3 * SCORES)
    for level in (0.8, 0.9):
        np.testing.assert_allclose(logs(bad, level), logs(fair, level), rtol=0.1)
    assert np.ptp(logs(replace(bad, draws=np.zeros(1)), 0.9)) > 2.5 * np.ptp(
        logs(replace(fair, draws=np.zeros(1)), 0.9)
    )


def test_intervals_hold_what_they_say():
    rng, inside = np.random.default_rng(4), dict.fromkeys((0.5, 0.8, 0.9), 0)
    for _ in range(500):
        truth = rng.normal(0, 0.3) + np.hypot(0.06, 0.02) * rng.standard_t(4) / np.sqrt(2)
        draws = rng.normal(0, 0.3, 100)
        found = posterior(draws - draws.mean(), noise=0.06, weights=0.02, mean=float(np.exp(draws.mean())))
        for level in inside:
            low, high = found.interval(level)
            inside[level] += low <= np.exp(truth) <= high
    for level, number in inside.items():
        assert abs(number / 500 - level) < 0.05


def test_as_much_lies_below_as_above():
    draws = np.random.default_rng(5).exponential(0.5, 64)
    found = posterior(draws - draws.mean())
    for level in LEVELS:
        low, high = found.interval(level)
        assert found.cumulative(high) == pytest.approx((1 + level) / 2, abs=2e-3)
        assert found.cumulative(low) == pytest.approx((1 - level) / 2, abs=2e-3)
    assert -logs(found, 0.9)[0] < 0.7 * logs(found, 0.9)[1]  # skewed


def test_mirrored_draws_give_the_mirrored_interval():
    draws = np.random.default_rng(6).exponential(0.5, 20)
    draws -= draws.mean()
    np.testing.assert_allclose(logs(posterior(draws), 0.8), -logs(posterior(-draws), 0.8)[::-1], rtol=1e-9)


def test_a_higher_level_is_wider():
    found = posterior(np.linspace(-1, 1, 7))
    ends = np.array([found.interval(level) for level in LEVELS])
    assert (np.diff(ends[:, 0]) <= 0).all()
    assert (np.diff(ends[:, 1]) >= 0).all()


def test_the_same_posterior_gives_the_same_interval():
    draws = np.random.default_rng(7).normal(size=64)
    assert posterior(draws).interval(0.9) == posterior(draws).interval(0.9)


@pytest.mark.parametrize("draws", [[0.0], np.random.default_rng(8).normal(0, 2, 64)])
def test_density_is_one_in_all_and_of_the_right_width(draws):
    found = posterior(draws)
    decades = np.linspace(-12, 12, 2001) * found.sd_log10
    density = found.density(found.mean_S_per_cm * 10.0**decades)
    assert np.trapezoid(density, decades) == pytest.approx(1, abs=1e-3)
    inside = np.abs(decades - np.log10(np.array(found.interval(0.8)) / found.mean_S_per_cm).mean())
    half = np.diff(np.log10(found.interval(0.8)))[0] / 2
    assert np.trapezoid(np.where(inside <= half, density, 0), decades) == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize("level", [0, 1, 90, float("nan")])
def test_level_that_is_none_is_refused(level):
    with pytest.raises(InputError, match="interval of level"):
        posterior(np.linspace(-1, 1, 9)).interval(level)


def test_variance_adds_up_and_the_summary_says_all():
    found = replace(posterior([-0.1, 0.1]), out_of_range=("number of cells (9; trained on 1 to 2)",), notes=("mind",))
    assert found.sd_log10 * np.log(10) == pytest.approx(np.sqrt(0.03**2 + 0.01**2 + 0.02))
    assert sum(found.variance_share.values()) == pytest.approx(1)
    text = found.summary()
    for part in ("2e-05 S/cm", "90 % between", "material 95%", "out of range: number of cells", "mind"):
        assert part in text


@pytest.mark.parametrize("draws", [[0.0], np.random.default_rng(9).normal(0, 0.3, 64)])
def test_stretched_intervals_are_so_many_times_as_wide_about_the_same_centre(draws):
    found = posterior(draws)
    wider = found.stretched(1.4)
    assert wider.mean_S_per_cm == found.mean_S_per_cm
    assert wider.sd_log10 == pytest.approx(1.4 * found.sd_log10)
    for level in LEVELS:
        np.testing.assert_allclose(logs(wider, level), 1.4 * logs(found, level), rtol=1e-6)
