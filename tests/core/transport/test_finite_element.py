from __future__ import annotations

import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.transport import effective_conductivity, solve_conduction
from ssbi_core.transport.finite_element import jax_fem_conductivity

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


def test_import_leaves_precision_and_modules_as_they_were():
    assert "petsc4py" not in sys.modules
    assert jnp.ones(1).dtype == (jnp.float64 if jax.config.jax_enable_x64 else jnp.float32)
