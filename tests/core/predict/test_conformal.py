from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ssbi_core.errors import InputError
from ssbi_core.predict.conformal import Conformal


def test_conformal_interval_holds_its_share():
    rng = np.random.default_rng(0)
    sd = rng.uniform(0.5, 2, 4000)
    truth = 3 * sd * rng.standard_t(5, 4000)  # three times worse than said
    conformal = Conformal.of(truth[:2000], np.zeros(2000), sd[:2000])
    for level in (0.5, 0.8, 0.95):
        inside = np.abs(truth[2000:]) <= conformal.quantile(level) * sd[2000:]
        assert abs(inside.mean() - level) < 0.03


def test_level_beyond_the_calibration_set_is_wider_than_all_of_it():
    few = Conformal(np.array([0.5, 1.0, 2.0]))
    assert few.quantile(0.5) == 1.0
    assert few.quantile(0.99) > few.quantile(0.9) > 2.0


@pytest.mark.parametrize("level", [0, 1, 90, float("nan")])
def test_level_that_is_none_is_refused(level):
    with pytest.raises(InputError, match="interval of level"):
        Conformal(np.ones(9)).quantile(level)


def test_rank_does_not_depend_on_rounding():
    assert Conformal(np.arange(1.0, 100.0)).quantile(0.55) == 55  # 100 * 0.55 is 55.000000000000007


@pytest.mark.parametrize("number", [0, 1, 3, 40])
def test_cumulative_is_the_inverse_of_the_quantile(number):
    conformal = Conformal(np.sort(np.random.default_rng(number).exponential(size=number)))
    for level in (0.1, 0.5, 0.9, 0.99, 0.9999):
        reach = conformal.quantile(level)
        within = conformal.cumulative(np.array(reach)) - conformal.cumulative(np.array(-reach))
        step = 1 / (number + 1) if 0 < level <= number / (number + 1) else 1e-9
        assert level - 1e-9 <= within <= level + step


def test_cumulative_rises_from_0_to_1_and_treats_both_signs_alike():
    conformal = Conformal(np.array([0.5, 1.0, 2.0]))
    error = np.linspace(-60, 60, 2001)
    share = conformal.cumulative(error)
    assert (np.diff(share) >= 0).all()
    assert share[0] < 1e-4
    assert share[-1] > 1 - 1e-4
    np.testing.assert_allclose(share + share[::-1], 1, atol=1e-12)


def test_without_scores_it_is_students_t_at_unit_standard_deviation():
    error = np.array([-2.0, -0.3, 0.0, 1.0, 5.0])
    expected = stats.t.cdf(error * np.sqrt(2), 4)
    np.testing.assert_allclose(Conformal(np.zeros(0)).cumulative(error), expected, atol=1e-12)


def test_interval_of_a_kind_holds_where_the_net_is_too_sure_of_that_kind_alone():
    rng = np.random.default_rng(1)
    kinds = np.repeat(["sure", "unsure"], 2000)
    truth = np.where(kinds == "sure", 4.0, 0.5) * rng.standard_t(5, 4000)
    half = rng.permutation(4000)
    known, new = half[:2000], half[2000:]
    conformal = Conformal.of(truth[known], np.zeros(2000), np.ones(2000), kinds[known].tolist())
    for kind in ("sure", "unsure"):
        own = new[kinds[new] == kind]
        assert abs((np.abs(truth[own]) <= conformal.of_kind(kind).quantile(0.8)).mean() - 0.8) < 0.04
        assert abs((np.abs(truth[own]) <= conformal.quantile(0.8)).mean() - 0.8) > 0.1


def test_kind_with_too_few_scores_takes_those_of_all():
    conformal = Conformal(np.linspace(0, 1, 50), ("rare",) * 5 + ("common",) * 45)
    assert conformal.of_kind("rare").quantile(0.9) == conformal.quantile(0.9)
    assert conformal.of_kind("never seen").quantile(0.9) == conformal.quantile(0.9)
    assert len(conformal.of_kind("common").scores) == 45


def test_stretch_is_by_how_much_errors_exceed_what_was_said():
    errors = np.sort(np.abs(stats.t.rvs(4, size=20_000, random_state=0))) / np.sqrt(2)
    assert Conformal(errors).stretch == pytest.approx(1, abs=0.03)
    assert Conformal(3 * errors).stretch == pytest.approx(3, abs=0.1)
    assert Conformal(np.zeros(0)).stretch == pytest.approx(1)
