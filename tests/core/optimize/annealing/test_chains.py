from __future__ import annotations

import jax
import numpy as np
import pytest

from ssbi_core.optimize.annealing.config import AnnealingConfig
from ssbi_core.optimize.annealing.run import anneal
from ssbi_core.optimize.annealing.space import Real, Space


@pytest.fixture(scope="module")
def sampled():
    """A quadratic x^2 / 2 sampled at temperature 0.25 by many chains: their positions in the end."""
    config = AnnealingConfig.plain_annealing(chains=4000, fixed_temperature=0.25, adapt=0.0, initial_spread=0.1)
    space = Space((Real("x", -6.0, 6.0),))
    result = anneal(lambda x: 0.5 * x[0] ** 2, space, 4000 * 300, config)
    with jax.enable_x64(True):
        return np.asarray(space.decode(result.state.chains.position))[:, 0], result


def test_plain_chains_at_a_fixed_temperature_sample_boltzmann(sampled):
    x, _ = sampled
    deviation = 0.5  # sqrt(T)
    assert np.mean(x) == pytest.approx(0, abs=4 * deviation / np.sqrt(4000))
    assert np.var(x) == pytest.approx(deviation**2, rel=4 * np.sqrt(2 / 4000))


def test_a_fixed_temperature_is_held(sampled):
    assert (sampled[1].history.temperature == 0.25).all()


def test_temperature_falls_and_is_raised_again(cube, valley):
    history = anneal(valley(1), cube, 32 * 500, AnnealingConfig(cycle=100)).history
    temperature = history.temperature
    assert temperature[95] < 0.2 * temperature[5]
    assert (temperature[1:] > 3 * temperature[:-1]).any()
    assert (np.diff(history.best_value) <= 0).all()
