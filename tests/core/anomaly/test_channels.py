"""From the numbers of an image to one score."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ssbi_core.anomaly.channels import CHANNELS, Channels, combined
from ssbi_core.anomaly.population import Population, row_of
from ssbi_core.anomaly.portrait import Portrait


@pytest.fixture
def channels(normal_portrait: Callable[..., Portrait]) -> Channels:
    return Channels(Population.of([normal_portrait(seed) for seed in range(60)], "test").rows, 5)


def test_combined_is_the_weighted_harmonic_mean_of_probabilities() -> None:
    assert combined({"structure": 0.0, "residual": 2.0}) == pytest.approx(np.log10((1 + 100) / 2))
    assert combined({"places": 2.0, "structure": 0.0}) > combined({"places": 0.0, "structure": 2.0})
    assert combined({"places": 2.0}) == pytest.approx(2.0)
    assert combined({}) == 0.0
    assert np.isfinite(combined({"places": 1e4, "spread": 0.0}))


def test_every_channel_is_there(channels: Channels, normal_portrait: Callable[..., Portrait]) -> None:
    assert set(channels.surprises(row_of(normal_portrait(99)))) == set(CHANNELS)


@pytest.mark.parametrize(
    ("channel", "change"),
    [
        ("residual", {"residual": -9.0}),
        ("spread", {"spread": 2.0}),
        ("structure", {"descriptors": {"a": 5.0, "b": -5.0, "c": 5.0, "d": 0.0}}),
        ("ignorance", {"ignorance": {"doubt_mean": 0.9}}),
    ],
)
def test_each_channel_sees_what_it_is_for(
    channel: str, change: dict, channels: Channels, normal_portrait: Callable[..., Portrait]
) -> None:
    surprises = channels.surprises(row_of(normal_portrait(99, **change)))
    assert max(surprises, key=lambda name: surprises[name]) == channel
    assert surprises[channel] > 2


def test_a_channel_that_an_image_lacks_is_left_out(
    channels: Channels, normal_portrait: Callable[..., Portrait]
) -> None:
    lacking = normal_portrait(99, residual=float("nan"), spread=float("nan"), ignorance={})
    assert set(channels.surprises(row_of(lacking))) == {"structure", "places"}
