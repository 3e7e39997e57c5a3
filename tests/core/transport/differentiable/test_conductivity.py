from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.transport import Surfaces, conduct, effective_conductivity
from ssbi_core.transport.finite_element import JaxFemPrimalProblem, weighted_residual_gradient
from ssbi_core.transport.linear_solve import SpdSolver

STEP = 1e-4  # of central differences: truncation and rounding are both some 1e-8


def _case(name: str):
    """A field, faces that resist about as much as a pixel, and directions to change both in."""
    rng = np.random.default_rng(0)
    shape = {"scalars": (7, 6), "voxels": (3, 4, 5), "tensors": (4, 5, 2, 2), "voxel tensors": (3, 2, 3, 3, 3)}[name]
    field, change = rng.uniform(0.2, 1, shape), rng.uniform(-0.2, 0.2, shape)
    grid = shape[:-2] if len(shape) > 3 else shape
    if len(shape) > 3:
        field = field @ np.swapaxes(field, -1, -2) + np.eye(len(grid))
        change = change + np.swapaxes(change, -1, -2)
    if name == "scalars":
        field[1:3, 1:3], change[1:3, 1:3] = 0, 0
    plane = int(np.prod(grid[1:]))
    surfaces = Surfaces.between(np.arange(plane - 1) + plane, 0, 1.0, grid)
    resistance, other = rng.uniform(0.5, 2, plane - 1), rng.uniform(-0.3, 0.3, plane - 1)
    function = partial(_of_both, surfaces=surfaces)
    return function, (jnp.asarray(field), jnp.asarray(resistance)), (jnp.asarray(change), jnp.asarray(other))


def _of_both(properties, *, surfaces):
    conductivity, resistance = properties
    return effective_conductivity(conductivity, 0, surfaces=surfaces, resistance=1e-5 * resistance, voxel_size=1e-5)


def _moved(start, change, step):
    return jax.tree.map(lambda a, b: a + step * b, start, change)


def _slope(function, start, change):
    ahead, behind = (function(_moved(start, change, step)) for step in (STEP, -STEP))
    return jax.tree.map(lambda a, b: (a - b) / (2 * STEP), ahead, behind)


def _inner(one, other):
    return sum(jnp.vdot(a, b) for a, b in zip(one, other, strict=True))


def _flat(tree):
    return np.concatenate([np.ravel(leaf) for leaf in jax.tree.leaves(tree)])


def _error(got, wanted):
    return np.linalg.norm(_flat(got) - _flat(wanted)) / np.linalg.norm(_flat(wanted))


ALL = pytest.mark.parametrize("name", ["scalars", "voxels", "tensors", "voxel tensors"])


@ALL
def test_value_is_that_of_the_potential_problem(name):
    function, (field, resistance), _ = _case(name)
    surfaces = function.keywords["surfaces"]
    faces = Surfaces(surfaces.first, surfaces.second, surfaces.axis, 1e-5 * np.asarray(resistance), surfaces.phase)
    reference = conduct(np.asarray(field), 1e-5, surfaces=faces, bounds=False, mesh="pixels").from_potential
    assert float(function((field, resistance))) == pytest.approx(reference, rel=1e-12)
    assert float(jax.jit(function)((field, resistance))) == pytest.approx(reference, rel=1e-12)


@ALL
def test_gradient_matches_finite_differences_with_and_without_jit(name):
    function, start, change = _case(name)
    gradient = jax.grad(function)(start)
    for part in range(2):
        along = tuple(c * (k == part) for k, c in enumerate(change))
        assert float(_inner(gradient, along)) == pytest.approx(float(_slope(function, start, along)), rel=1e-6)
    assert _error(jax.jit(jax.grad(function))(start), gradient) < 1e-12


@ALL
def test_hessian_vector_product_matches_finite_differences_of_the_gradient(name):
    function, start, change = _case(name)
    gradient = jax.grad(function)
    product = jax.jvp(gradient, (start,), (change,))[1]
    assert _error(product, _slope(gradient, start, change)) < 1e-6
    reverse = jax.grad(lambda x: _inner(gradient(x), change))(start)
    assert _error(reverse, product) < 1e-12
    compiled = jax.jit(lambda x, v: jax.jvp(gradient, (x,), (v,))[1])(start, change)
    assert _error(compiled, product) < 1e-12


def test_gradient_with_resistive_faces_is_that_of_the_residual_of_jax_fem():
    function, (field, resistance), _ = _case("voxels")
    field, surfaces = np.asarray(field), function.keywords["surfaces"]
    problem = JaxFemPrimalProblem(field, 0, surfaces, SpdSolver(3))
    solved = problem.solve(field, np.asarray(resistance))
    potential = solved.solution.values
    reference = solved.scale * weighted_residual_gradient(problem, field, potential, potential)
    np.testing.assert_allclose(jax.grad(function)((field, resistance))[0], reference, rtol=1e-7, atol=1e-12)


def test_third_derivative_matches_finite_differences_of_the_second():
    function, start, change = _case("scalars")

    def product(x):
        return jax.jvp(jax.grad(function), (x,), (change,))[1]

    third = jax.jvp(product, (start,), (change,))[1]
    assert _error(third, _slope(product, start, change)) < 1e-6
    assert _error(jax.grad(lambda x: _inner(product(x), change))(start), third) < 1e-12


def test_hessian_is_symmetric_negative_and_the_same_forward_reverse_and_compiled():
    function, (field, resistance), _ = _case("voxels")

    def of_resistance(values):
        return function((field, 1 / values))  # in conductances the conductivity is concave

    hessian = jax.hessian(of_resistance)(resistance)
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-12, atol=1e-15)
    assert np.linalg.eigvalsh(hessian).max() <= 1e-12
    for other in (jax.jacrev(jax.jacrev(of_resistance)), jax.jit(jax.hessian(of_resistance))):
        np.testing.assert_allclose(other(resistance), hessian, rtol=1e-9, atol=1e-14)


def test_value_and_gradient_take_one_solve_and_second_derivatives_one_factorisation(monkeypatch):
    factorisations, solve = [], SpdSolver.solve

    def counted(self, matrix, rhs):
        factorisations.append(rhs.size)
        return solve(self, matrix, rhs)

    monkeypatch.setattr(SpdSolver, "solve", counted)
    field = jnp.asarray(np.random.default_rng(1).uniform(0.2, 1, (6, 5)))
    jax.value_and_grad(effective_conductivity)(field)
    assert len(factorisations) == 1
    _, product = jax.linearize(jax.grad(effective_conductivity), field)
    assert len(factorisations) == 2
    product(field), product(field + 1)
    assert len(factorisations) == 2


def test_products_of_two_structures_in_turn_do_not_mix():
    fields = [jnp.asarray(np.random.default_rng(k).uniform(0.2, 1, (5, 4))) for k in (2, 3)]
    products = [jax.linearize(jax.grad(effective_conductivity), field)[1] for field in fields]
    for field, product in zip(fields, products, strict=True):
        alone = jax.jvp(jax.grad(effective_conductivity), (field,), (jnp.ones_like(field),))[1]
        np.testing.assert_allclose(product(jnp.ones_like(field)), alone, rtol=1e-12, atol=1e-15)


def test_batches_are_solved_one_by_one():
    batch = jnp.asarray(np.random.default_rng(4).uniform(0.2, 1, (3, 5, 4)))
    values = jax.vmap(effective_conductivity)(batch)
    np.testing.assert_allclose(values, [effective_conductivity(field) for field in batch], rtol=1e-12)

    def product(field):
        return jax.jvp(jax.grad(effective_conductivity), (field,), (field**2,))[1]

    np.testing.assert_allclose(jax.vmap(product)(batch), [product(field) for field in batch], rtol=1e-9, atol=1e-14)


def test_single_precision_stays_single_to_the_second_derivative():
    function, start, change = _case("scalars")
    exact = jax.jvp(jax.grad(function), (start,), (change,))[1]
    single = jax.tree.map(lambda a: a.astype(jnp.float32), (start, change))
    for wide in (True, False):
        with jax.enable_x64(wide):
            assert function(single[0]).dtype == jnp.float32
            product = jax.jvp(jax.grad(function), (single[0],), (single[1],))[1]
        assert {leaf.dtype for leaf in jax.tree.leaves(product)} == {np.dtype("float32")}
        assert _error(product, exact) < 1e-5


def test_blocked_field_is_zero_with_all_derivatives_zero():
    field = jnp.ones((4, 4)).at[2].set(0.0)
    value, gradient = jax.value_and_grad(effective_conductivity)(field)
    assert value == 0
    assert not gradient.any()
    assert not jax.jvp(jax.grad(effective_conductivity), (field,), (field,))[1].any()


def test_faces_that_are_none_and_islands_have_no_derivative():
    field = np.ones((6, 5))
    field[1:5, 1:4] = 0
    field[2:4, 2] = 0.5  # an island with a face inside
    surfaces = Surfaces.between(np.array([0, 4, 6, 12]), 0, 1.0, (6, 5))
    resistance = jnp.asarray([0.0, 1.0, 1.0, 1.0])

    def function(values):
        return effective_conductivity(jnp.asarray(field), surfaces=surfaces, resistance=values)

    gradient = jax.grad(function)(resistance)
    assert gradient[1] < 0
    assert not gradient[np.array([0, 2, 3])].any()
    product = jax.jvp(jax.grad(function), (resistance,), (jnp.ones(4),))[1]
    assert product[1] > 0
    assert not product[np.array([0, 2, 3])].any()


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        (np.ones(4), {}),
        (np.ones((4, 4)), {"axis": 2}),
        (np.ones((4, 4)), {"voxel_size": 0.0}),
        (np.ones((4, 4)), {"resistance": np.ones(3)}),
        (np.ones((4, 4)), {"surfaces": Surfaces.between(np.arange(4), 0, 1.0, (4, 4)), "resistance": np.ones(3)}),
        (-np.ones((4, 4)), {}),
    ],
)
def test_bad_arguments_are_refused_with_a_mend(field, arguments):
    with pytest.raises(InputError) as caught:
        effective_conductivity(field, **arguments)
    assert caught.value.to_do
