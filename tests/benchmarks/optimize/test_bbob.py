from __future__ import annotations

import json
from pathlib import Path

import jax
import numpy as np
import pytest
from benchmarks.optimize.bbob_functions import FUNCTIONS
from benchmarks.optimize.bbob_instances import draw_instance

GOLD = Path(__file__).parents[2] / "gold" / "optimize" / "bbob_instance_2.json"


@pytest.fixture(scope="module")
def computed():
    """Values of all functions at the points of the suite's own, and at their optima."""
    gold = json.loads(GOLD.read_text())
    drawn = {number: draw_instance(number, 2, 10) for number in FUNCTIONS}
    points = {n: np.concatenate([gold["points"], [each.x_opt]]) for n, each in drawn.items()}

    @jax.jit
    def all_of_them(drawn, points):
        return {n: jax.vmap(FUNCTIONS[n], (None, 0))(drawn[n], points[n]) for n in FUNCTIONS}

    with jax.enable_x64(True):
        values = {n: np.asarray(each) for n, each in all_of_them(drawn, points).items()}
    return gold, drawn, values


@pytest.mark.parametrize("number", FUNCTIONS)
def test_values_are_those_of_the_suite(computed, number):
    gold, drawn, values = computed
    np.testing.assert_allclose(values[number][:-1] + drawn[number].f_opt, gold["values"][str(number)], rtol=1e-6)


@pytest.mark.parametrize("number", FUNCTIONS)
def test_the_least_value_is_at_the_optimum(computed, number):
    _, _, values = computed
    assert values[number][-1] == pytest.approx(0, abs=1e-12)
    assert (values[number][:-1] > 0).all()
