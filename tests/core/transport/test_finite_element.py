from __future__ import annotations

import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.transport import Surfaces, effective_conductivity, solve_conduction
from ssbi_core.transport.finite_element import JaxFemPrimalProblem, jax_fem_conductivity
from ssbi_core.transport.linear_solve import SpdSolver
from ssbi_core.transport.multigrid.cycle import product
from ssbi_core.transport.multigrid.iteration import free_shape, prepare
from ssbi_core.transport.multigrid.layout import joined, split, with_ghosts
from ssbi_core.transport.primal import PrimalProblem
from ssbi_core.transport.tensors import strength

CONDUCTIVITY = np.array([0, 5.3e-4, 1e-5, 1e-5, 2e-6, 1e-8, 1e-7, 3e-4, 1e-6]) / 5.3e-4


def _compare(labels: np.ndarray) -> None:
    with jax.enable_x64(True):
        field = jnp.asarray(CONDUCTIVITY[labels])
        value, gradient = jax.value_and_grad(effective_conductivity)(field)
        other, other_gradient = jax.value_and_grad(jax_fem_conductivity)(field)
    assert float(other) == pytest.approx(float(value), rel=1e-9)
    error = np.linalg.norm(other_gradient - gradient) / np.linalg.norm(gradient)
    assert error < 1e-7


def test_label_images_give_the_same_value_and_gradient_as_the_direct_path():
    rng = np.random.default_rng(0)
    for _ in range(20):
        _compare(rng.integers(1, 9, (10, 9)))


def test_label_stack_gives_the_same_value_and_gradient_as_the_direct_path():
    _compare(np.random.default_rng(1).integers(1, 9, (4, 3, 5)))


def test_jax_fem_backend_gives_the_same_solution_with_resistive_faces():
    labels = np.ones((14, 12), np.uint8)
    labels[6:8], labels[8:], labels[:6, 5], labels[10:12, 2:5] = 4, 3, 2, 6
    direct, fem = (solve_conduction(PhaseMap(labels, 1.0), backend=b, knockout=False) for b in ("direct", "jax-fem"))
    np.testing.assert_allclose(fem.effective_conductivity, direct.effective_conductivity, rtol=1e-9)
    np.testing.assert_allclose(fem.sensitivity, direct.sensitivity, rtol=1e-6, atol=1e-15)
    assert fem.method.startswith("jax-fem")


def random_fields():
    """One for every kind of element: square and cube, scalar and full tensor."""
    rng = np.random.default_rng(5)
    for shape in ((6, 5), (4, 3, 5)):
        d = len(shape)
        half = rng.normal(size=(*shape, d, d))
        yield pytest.param(10.0 ** rng.uniform(-3, 0, shape), id=f"{d}D scalar")
        yield pytest.param(half @ half.swapaxes(-1, -2) + 0.1 * np.eye(d), id=f"{d}D tensor")


@pytest.mark.parametrize("field", list(random_fields()))
def test_element_matrices_are_those_of_jax_fem(field):
    ours, theirs = (
        kind(strength(field), 0, Surfaces.none(), SpdSolver(2)) for kind in (PrimalProblem, JaxFemPrimalProblem)
    )
    block, coefficients = ours.pixel_block(field), ours.pixel_coefficients(field)
    matrices = np.einsum("bp,bij->pij", coefficients, block.basis)
    expected = theirs.pixel_matrices(field)
    np.testing.assert_allclose(matrices, expected, atol=1e-13 * np.abs(expected).max())


@pytest.mark.parametrize("shape", [(6, 5), (4, 3, 5)])
def test_the_multigrid_operator_is_the_matrix_jax_fem_assembles(shape):
    rng = np.random.default_rng(6)
    field, nodes = 10.0 ** rng.uniform(-3, 0, shape), free_shape(shape)
    at_free = rng.normal(size=nodes)
    problem = JaxFemPrimalProblem(field, 0, Surfaces.none(), SpdSolver(len(shape)))
    everywhere = np.pad(at_free, [(1, 1), *((0, 0) for _ in shape[1:])]).ravel()  # 0 on the fixed rows
    image = np.zeros(everywhere.size)
    np.add.at(
        image, problem.corners, np.einsum("pij,pj->pi", problem.pixel_matrices(field), everywhere[problem.corners])
    )
    with jax.enable_x64(True):
        operator = prepare(field, shape[0], 1)[0][0].operator
        found = joined(product(operator, split(with_ghosts(jnp.asarray(at_free)))), nodes)
    inner = (slice(1, -1),) * len(shape)
    expected = image.reshape(np.add(shape, 1))[1:-1]
    np.testing.assert_allclose(np.asarray(found)[inner], expected, atol=1e-13 * np.abs(expected).max())


def test_import_leaves_precision_and_modules_as_they_were():
    assert "petsc4py" not in sys.modules
    assert jnp.ones(1).dtype == (jnp.float64 if jax.config.jax_enable_x64 else jnp.float32)
