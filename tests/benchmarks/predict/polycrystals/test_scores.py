import numpy as np
import pytest
from benchmarks.predict.polycrystals.scores import scores, spread_of_axes


def test_an_error_that_all_axes_share_is_none_between_them():
    assert spread_of_axes(np.repeat([0.3, -0.2, 0.1], 3)) == pytest.approx(0, abs=1e-12)
    assert spread_of_axes(np.array([0.1, 0.0, -0.1, 1.1, 1.0, 0.9])) == pytest.approx(0.1)


def test_scores_are_relative_errors_and_what_others_have_more():
    target = np.log(np.linspace(0.1, 0.9, 12))
    found = scores(target + np.log(1.03), target, target + np.log(1.01))
    assert found["mape"]["estimate"] == pytest.approx(0.03)
    assert found["mape_more_than_ours"]["estimate"] == pytest.approx(0.02)
    assert found["largest_ape"] == pytest.approx(0.03)
    assert found["between_axes"] == pytest.approx(0, abs=1e-12)


def test_intervals_are_over_volumes_and_not_over_graphs():
    rng = np.random.default_rng(0)
    target = rng.normal(size=90)
    shared = np.repeat(rng.normal(scale=0.02, size=30), 3)
    own = rng.permutation(shared)
    wide, narrow = (scores(target + error, target)["mape"] for error in (shared, own))
    assert wide["upper"] - wide["lower"] > 1.3 * (narrow["upper"] - narrow["lower"])
