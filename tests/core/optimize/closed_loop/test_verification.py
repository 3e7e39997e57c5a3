import numpy as np
import pytest

from ssbi_core.optimize.closed_loop.verification import Verification


def test_a_common_factor_is_found_whatever_the_fields_have_by_chance():
    rng = np.random.default_rng(0)
    before = rng.normal(-12, 2, 32)
    found = Verification(before, before + np.log(1.5) + rng.normal(0, 0.05, 32))
    low, high = found.gain_interval_90
    assert found.gain == pytest.approx(0.5, abs=0.05)
    assert low < 0.5 < high
    assert high - low < 0.06
    assert found.share_better == 1.0
    assert found.optimized / found.baseline == pytest.approx(1 + found.gain)


def test_the_interval_holds_as_often_as_it_says():
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(400):
        low, high = Verification(np.zeros(16), rng.normal(0.3, 0.4, 16)).gain_interval_90
        held += low <= np.expm1(0.3) <= high
    assert 0.86 <= held / 400 <= 0.94
