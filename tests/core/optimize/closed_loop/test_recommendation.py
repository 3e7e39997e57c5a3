from dataclasses import replace

import numpy as np
import pytest

from ssbi_core.optimize import recommendation
from ssbi_core.optimize.closed_loop.sensitivity import LeverSensitivity
from ssbi_core.optimize.closed_loop.verification import Verification


@pytest.fixture
def result():
    from ssbi_core.optimize.closed_loop.result import OptimizationResult

    fields = dict.fromkeys(OptimizationResult.__dataclass_fields__)
    levers = (
        LeverSensitivity("sintering_temperature_C", "degC", 760.0, 600.0, 0.6, 560.0, 640.0),
        LeverSensitivity("pressure_MPa", "MPa", 50.0, 50.0, 0.0, 20.0, 150.0),
    )
    before = np.linspace(-13, -12, 32)
    return OptimizationResult(
        **{
            **fields,
            "sensitivity": levers,
            "verification": Verification(before, before + 0.5 + 0.01 * np.arange(32) / 32),
            "expected_interval_90_S_per_cm": (1e-9, 1.0),
            "notes": (),
        }
    )


def test_the_first_lever_the_gain_and_what_to_leave_are_said(result):
    said = recommendation(result)
    assert said[0].startswith("Lower sintering temperature from 760 to 600 degC")
    assert "+66%" in said[1] or "+65%" in said[1]
    assert "Leave as it is: pressure." in said


def test_without_a_verified_gain_nothing_is_recommended(result):
    noise = np.random.default_rng(0).normal(0, 1, 32)
    said = recommendation(replace(result, verification=Verification(np.zeros(32), noise - noise.mean())))
    assert said[0].startswith("No gain is verified")


def test_a_surrogate_that_was_wrong_is_owned_up_to(result):
    said = recommendation(replace(result, expected_interval_90_S_per_cm=(1.0, 2.0)))
    assert any("trust what was verified" in sentence for sentence in said)
