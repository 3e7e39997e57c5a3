import numpy as np
import pytest

from ssbi_core.optimize.closed_loop.surrogate import Observation, given, learn, posterior


def _truth(x):
    return 2.0 * np.sin(3 * x[..., 0]) - x[..., 1] ** 2


def _observations(number, views, bias=0.0, noise=0.02, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 1, (number, 2))
    chance = rng.normal(0, 0.3, views)
    return [
        Observation(each, view, net, _truth(each) + chance[view] + net * bias + rng.normal(0, noise))
        for each in x
        for view in range(views)
        for net in ((False, True) if bias else (False,))
    ], chance


def test_it_finds_the_function_behind_fields_of_view_that_differ_by_chance():
    observations, chance = _observations(25, 3)
    x = np.random.default_rng(1).uniform(0.1, 0.9, (50, 2))
    mean, variance = posterior(learn(observations, 128), x)
    error = mean - _truth(x) - chance.mean()
    assert np.abs(error).max() < 0.15
    assert np.mean(np.abs(error) < 1.645 * np.sqrt(variance)) > 0.8


def test_what_the_net_always_gets_wrong_is_not_taken_for_the_truth():
    observations, chance = _observations(20, 2, bias=0.8)
    solved = [each for at, each in enumerate(observations) if each.net or at % 8 == 0]
    x = np.random.default_rng(2).uniform(0.2, 0.8, (30, 2))
    error = posterior(learn(solved, 128), x)[0] - _truth(x) - chance.mean()
    assert abs(error.mean()) < 0.3


def test_far_from_all_observations_it_says_that_it_does_not_know():
    observations = [Observation(np.array([0.1 * at, 0.1]), 0, False, 0.3 * at) for at in range(6)]
    near, far = posterior(learn(observations, 64), np.array([[0.25, 0.1], [5.0, 5.0]]))[1]
    assert far > 10 * near


def test_other_observations_with_the_same_scales_change_the_mean_where_they_are():
    observations, _ = _observations(12, 1)
    surrogate = learn(observations, 64)
    at = np.array([0.5, 0.5])
    before = posterior(surrogate, at[None])[0][0]
    after = posterior(given(surrogate, [*observations, Observation(at, 0, False, before + 1.0)]), at[None])[0][0]
    assert after == pytest.approx(before + 1.0, abs=0.5)
    assert after > before


def test_room_for_more_changes_nothing():
    observations, _ = _observations(10, 1)
    x = np.random.default_rng(3).uniform(0, 1, (5, 2))
    small, large = (posterior(learn(observations, room), x)[0] for room in (16, 64))
    np.testing.assert_allclose(small, large, atol=1e-6)
