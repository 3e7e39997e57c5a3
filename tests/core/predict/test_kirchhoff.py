from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ssbi_core.predict.kirchhoff import band_of, log_conductance, power_shares


def lattice(side):
    """Edges of a square lattice between two terminals."""
    index = np.arange(side * side).reshape(side, side)
    first = np.concatenate([index[:-1].ravel(), index[:, :-1].ravel(), index[0], index[-1]])
    ends = np.full(side, side * side)
    second = np.concatenate([index[1:].ravel(), index[:, 1:].ravel(), ends, ends + 1])
    return first, second, side * side


def dense(first, second, conductance, number):
    """Conductance and power shares by a dense solve in float64."""
    matrix = np.zeros((number + 2, number + 2))
    for one, other, value in zip(first, second, conductance, strict=True):
        matrix[[one, other], [other, one]] -= value
        matrix[[one, other], [one, other]] += value
    inner = np.linalg.solve(matrix[:number, :number], -matrix[:number, number + 1])
    potential = np.concatenate([inner, [0, 1]])
    total = potential @ matrix @ potential
    return total, conductance * (potential[first] - potential[second]) ** 2 / total


@pytest.mark.parametrize(("decades", "tolerance"), [(0, 1e-5), (3, 1e-5), (9, 1e-4)])
def test_agrees_with_a_dense_solve_at_any_contrast(decades, tolerance):
    first, second, number = lattice(8)
    conductance = 10 ** np.random.default_rng(1).uniform(-decades / 2, decades / 2, len(first))
    band, width = band_of(first, second, number)
    total, shares = power_shares(jnp.log(jnp.asarray(conductance)).astype(jnp.float32), band, number, width)
    expected, expected_shares = dense(first, second, conductance, number)
    np.testing.assert_allclose(total, np.log(expected), atol=tolerance)
    np.testing.assert_allclose(shares, expected_shares, atol=tolerance)


def test_gradient_is_the_share_of_the_power():
    first, second, number = lattice(5)
    band, width = band_of(first, second, number)
    edges = jnp.asarray(np.random.default_rng(2).normal(size=len(first)), jnp.float32)
    gradient = jax.grad(log_conductance)(edges, band, number, width)
    step = 1e-2
    moved = [log_conductance(edges.at[7].add(sign * step), band, number, width) for sign in (1, -1)]
    np.testing.assert_allclose(gradient[7], (moved[0] - moved[1]) / (2 * step), rtol=1e-2, atol=1e-5)
    np.testing.assert_allclose(gradient.sum(), 1, rtol=1e-5)


def test_more_room_than_needed_changes_nothing():
    first, second, number = lattice(4)
    band, width = band_of(first, second, number)
    edges = jnp.zeros(len(first))
    exact = log_conductance(edges, band, number, width)
    np.testing.assert_allclose(log_conductance(edges, band, number + 9, width + 3), exact, rtol=1e-6)


def test_a_network_that_is_cut_conducts_nothing():
    first, second, number = lattice(4)
    band, width = band_of(first, second, number)
    edges = jnp.where(jnp.asarray(second == number), -jnp.inf, 0.0)
    assert log_conductance(edges, band, number, width) < -60


def test_a_single_node_is_two_resistors_in_series():
    band, width = band_of(np.array([0, 0]), np.array([1, 2]), 1)
    np.testing.assert_allclose(log_conductance(jnp.log(jnp.array([2.0, 2.0])), band, 1, max(width, 1)), 0, atol=1e-6)
