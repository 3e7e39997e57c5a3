from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssbi_core.errors import InputError
from ssbi_core.optimize.annealing.space import Category, Integer, Real, Space

MIXED = Space(
    (Real("t", 900.0, 1500.0), Real("r", 1e-4, 1e-1, log=True), Integer("n", 1, 7), Category("c", ("a", "b")))
)


@given(unit=st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4))
@settings(max_examples=50, deadline=None)
def test_every_point_of_the_cube_is_a_valid_set_of_values(unit):
    values = np.asarray(MIXED.decode(np.array(unit)))
    for each, value in zip(MIXED.parameters, values, strict=True):
        assert each.low <= value <= each.high or np.isclose(value, (each.low, each.high), rtol=1e-6).any()
    named = MIXED.named(values)
    assert isinstance(named["n"], int)
    assert named["c"] in ("a", "b")


def test_the_ends_of_a_logarithmic_parameter_are_within_its_bounds():
    with jax.enable_x64(True):
        space = Space(tuple(Real(str(low), low, 1.1 * low, log=True) for low in np.linspace(1.0, 300.0, 600).tolist()))
        for end in (0.0, 1.0):
            values = np.asarray(space.decode(jnp.full(space.size, end)))
            space.vector(space.named(values))


def test_values_come_back_through_the_cube(mixed):
    named = {"temperature": 1200.0, "rate": 3e-3, "layers": 5, "coating": "Li3BO3"}
    back = mixed.named(np.asarray(mixed.decode(mixed.encode(mixed.vector(named)))))
    assert (back["layers"], back["coating"]) == (5, "Li3BO3")
    assert back["temperature"] == pytest.approx(1200.0)
    assert back["rate"] == pytest.approx(3e-3, rel=1e-5)


def test_all_integers_and_choices_are_equally_wide(mixed):
    unit = np.full((21000, 4), 0.5)
    unit[:, 2] = unit[:, 3] = (np.arange(21000) + 0.5) / 21000
    values = np.asarray(mixed.decode(unit))
    assert np.bincount(values[:, 2].astype(int))[1:].tolist() == [3000] * 7
    assert np.bincount(values[:, 3].astype(int)).tolist() == [7000] * 3


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Real("t", 2.0, 1.0),
        lambda: Real("t", 1.0, 1.0),
        lambda: Real("t", float("nan"), 1.0),
        lambda: Real("t", 0.0, 1.0, log=True),
        lambda: Integer("n", 4, 3),
        lambda: Integer("n", 1, 2.5),
        lambda: Category("c", ("alone",)),
        lambda: Space(()),
        lambda: Space((Real("t", 0, 1), Real("t", 0, 2))),
    ],
)
def test_crossed_or_empty_bounds_are_refused(wrong):
    with pytest.raises(InputError):
        wrong()


@pytest.mark.parametrize(
    "named",
    [
        {"temperature": 1200.0},
        {"temperature": 800.0, "rate": 3e-3, "layers": 5, "coating": "none"},
        {"temperature": 1200.0, "rate": 3e-3, "layers": 5, "coating": "gold"},
    ],
)
def test_values_outside_the_space_are_refused(mixed, named):
    with pytest.raises(InputError):
        mixed.vector(named)
