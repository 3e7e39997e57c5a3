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
