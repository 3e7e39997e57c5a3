from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from ssbi_core.errors import InputError
from ssbi_core.predict.metrics import (
    absolute_percentage_error,
    bootstrap_difference,
    bootstrap_mean,
    calibration_curve,
    covered,
    gaussian_crps,
    gaussian_interval,
    gaussian_nll,
    gaussian_pit,
    r_squared,
    sample_crps,
    sample_interval,
    sample_pit,
)


def test_percentage_errors_are_of_the_truth():
    np.testing.assert_allclose(absolute_percentage_error([1.1, 1.0, 6.0], [1.0, 2.0, 3.0]), [0.1, 0.5, 1.0])


def test_r_squared_by_hand_and_of_the_mean_is_zero():
    assert r_squared([1.0, 2.0, 4.0], [1.0, 2.0, 3.0]) == pytest.approx(1 - 1 / 2)
    assert r_squared([2.0, 2.0, 2.0], [1.0, 2.0, 3.0]) == 0


def test_r_squared_of_logarithms_does_not_depend_on_the_base():
    predicted, true = np.array([1e-6, 3e-5, 2e-4]), np.array([2e-6, 2e-5, 3e-4])
    natural = r_squared(np.log(predicted), np.log(true))
    assert r_squared(np.log10(predicted), np.log10(true)) == pytest.approx(natural)


def test_nll_by_hand():
    expected = [np.log(2 * np.sqrt(2 * np.pi)) + 0.5, np.log(0.5 * np.sqrt(2 * np.pi)) + 2]
    np.testing.assert_allclose(gaussian_nll([3.0, 0.0], [1.0, 1.0], [2.0, 0.5]), expected)


@pytest.mark.parametrize(("true", "mean", "sd"), [(0.3, 0.0, 1.0), (-2.0, 1.0, 0.5), (4.0, 4.0, 3.0)])
def test_gaussian_crps_is_the_integral_that_defines_it(true, mean, sd):
    below = quad(lambda x: norm.cdf(x, mean, sd) ** 2, mean - 12 * sd, true)[0]
    above = quad(lambda x: norm.sf(x, mean, sd) ** 2, true, mean + 12 * sd)[0]
    np.testing.assert_allclose(gaussian_crps([true], [mean], [sd]), below + above, rtol=1e-7)


def test_sample_crps_by_hand():
    # of {0, 1, 3} about 2: (2 + 1 + 1) / 3 less half of the mean over all pairs, (2 / 9) (1 + 3 + 2)
    np.testing.assert_allclose(sample_crps([2.0], [[3.0, 0.0, 1.0]]), 4 / 3 - 2 / 3)


def test_sample_crps_of_one_sample_is_the_absolute_error():
    np.testing.assert_allclose(sample_crps([2.0, -1.0], [[0.5], [3.0]]), [1.5, 4.0])


def test_samples_of_a_gaussian_score_as_the_gaussian():
    quantiles = norm.ppf((np.arange(4000) + 0.5) / 4000, 1.0, 0.7)
    true = np.array([0.2, 1.0, 3.0])
    samples = np.tile(quantiles, (3, 1))
    mean, sd = np.full(3, 1.0), np.full(3, 0.7)
    np.testing.assert_allclose(sample_crps(true, samples), gaussian_crps(true, mean, sd), atol=1e-4)
    np.testing.assert_allclose(sample_pit(true, samples), gaussian_pit(true, mean, sd), atol=1e-3)
    np.testing.assert_allclose(sample_interval(samples, 0.8), gaussian_interval(mean, sd, 0.8), atol=1e-3)


def test_ninety_percent_interval_reaches_1_645_standard_deviations():
    lower, upper = gaussian_interval([0.0, 1.0], [1.0, 2.0], 0.9)
    np.testing.assert_allclose([lower, upper], [[-1.6449, 1 - 3.2897], [1.6449, 1 + 3.2897]], atol=1e-4)


def test_coverage_counts_the_ends():
    np.testing.assert_array_equal(covered([0.0, 1.0, 2.1], [0.0, 0.0, 0.0], [2.0, 1.0, 2.0]), [1, 1, 0])


def test_sample_pit_counts_ties_half_and_stays_inside():
    np.testing.assert_allclose(sample_pit([5.0, -5.0, 1.0], [[0.0, 1.0, 2.0]] * 3), [3.5 / 4, 0.5 / 4, 2 / 4])


def test_calibration_curve_of_uniform_ranks_is_the_diagonal_and_of_overconfident_ones_is_not():
    true = norm.ppf((np.arange(999) + 0.5) / 999)
    levels = np.array([0.1, 0.5, 0.9])
    honest = gaussian_pit(true, np.zeros(999), np.ones(999))
    narrow = gaussian_pit(true, np.zeros(999), np.full(999, 0.5))
    np.testing.assert_allclose(calibration_curve(honest, levels), levels, atol=1e-3)
    np.testing.assert_allclose(calibration_curve(narrow, levels), norm.cdf(0.5 * norm.ppf(levels)), atol=1e-3)


def test_bootstrap_of_independent_items_is_the_standard_error():
    values = np.random.default_rng(0).normal(3.0, 2.0, 400)
    mean, lower, upper = bootstrap_mean(values, np.arange(400), seed=1)
    half = 1.96 * values.std() / 20
    assert mean == values.mean()
    np.testing.assert_allclose([lower, upper], [mean - half, mean + half], atol=0.1 * half)


def test_an_image_tested_again_tells_nothing_new():
    once = np.random.default_rng(0).normal(size=60)
    images = np.tile(np.arange(60), 8)
    assert bootstrap_mean(np.tile(once, 8), images, seed=2) == pytest.approx(bootstrap_mean(once, images[:60], seed=2))


def test_repeats_that_differ_widen_the_interval():
    images, repeats = np.tile(np.arange(50), 6), np.repeat(np.arange(6), 50)
    values = np.repeat([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], 50)  # the repeat is all that matters
    by_image, by_both = bootstrap_mean(values, images, seed=3), bootstrap_mean(values, images, repeats, seed=3)
    assert by_image.upper - by_image.lower < 1e-12
    half = 1.96 * np.std(np.arange(6)) / np.sqrt(6)
    np.testing.assert_allclose([by_both.lower, by_both.upper], [2.5 - half, 2.5 + half], atol=0.1 * half)


def test_pairing_removes_what_two_predictors_share():
    rng = np.random.default_rng(0)
    hard = rng.exponential(size=100)  # some images are hard for both
    better, worse = hard + rng.normal(0, 0.01, 100), hard + 0.1
    difference = bootstrap_difference(better, worse, np.arange(100), seed=4)
    assert difference.estimate == pytest.approx(-0.1, abs=0.01)
    assert difference.upper < -0.09
    alone = bootstrap_mean(better, np.arange(100), seed=4)
    assert alone.upper - alone.lower > 0.3


def test_the_seed_decides_the_interval():
    values, images = np.arange(20.0), np.arange(20)
    assert bootstrap_mean(values, images, seed=5) == bootstrap_mean(values, images, seed=5)
    assert bootstrap_mean(values, images, seed=5) != bootstrap_mean(values, images, seed=6)


@pytest.mark.parametrize(
    "call",
    [
        lambda: absolute_percentage_error([1.0, 2.0], [1.0]),
        lambda: absolute_percentage_error([1.0], [0.0]),
        lambda: absolute_percentage_error([np.nan], [1.0]),
        lambda: absolute_percentage_error([], []),
        lambda: r_squared([1.0, 2.0], [3.0, 3.0]),
        lambda: gaussian_nll([1.0], [1.0], [0.0]),
        lambda: gaussian_interval([1.0], [1.0], 90),
        lambda: sample_crps([1.0, 2.0], [1.0, 2.0]),
        lambda: sample_crps([1.0], [[1.0, np.inf]]),
        lambda: bootstrap_mean([1.0, 2.0], np.arange(3), seed=0),
    ],
)
def test_what_makes_no_sense_is_refused(call):
    with pytest.raises(InputError):
        call()
