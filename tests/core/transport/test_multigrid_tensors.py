"""Multigrid on volumes of tensors, against a direct factorisation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from ssbi_core.errors import InputError
from ssbi_core.transport import conduct, rotated_conductivity
from ssbi_core.transport.multigrid import solve_on_pixels, solve_tensors

SHAPE = (9, 9, 9)  # one for all: each is compiled


def polycrystal(seed, principal=(1.0, 1.0, 0.5), weak=1e-3):
    """Grains of random orientation in boxes, weak walls between them."""
    rng = np.random.default_rng(seed)
    at = np.indices(SHAPE)
    grains = 1 + at[0] // 5 + 3 * (at[1] // 4) + 12 * (at[2] // 4)
    grains[(at[0] % 5 == 4) | (at[1] % 4 == 3)] = 0
    turned = dict(enumerate(Rotation.random(40, rng=rng).as_matrix(), start=1))
    return rotated_conductivity(grains, turned, principal, background=weak)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_as_a_factorisation_along_every_axis(axis):
    field = polycrystal(axis)
    exact = conduct(field, axis=axis, method="superlu", bounds=False)
    found = conduct(field, axis=axis, method="multigrid", bounds=False)
    assert found.method == "multigrid"
    assert found.from_potential == pytest.approx(exact.from_potential, rel=1e-8)
    assert found.flux_imbalance < 1e-6
    np.testing.assert_allclose(found.potential, exact.potential, atol=1e-5)
    np.testing.assert_allclose(found.dissipation, exact.dissipation, atol=1e-6)


def test_strong_anisotropy_is_solved_too():
    field = polycrystal(3, principal=(1.0, 0.3, 0.01))
    exact, found = (conduct(field, method=method, bounds=False) for method in ("superlu", "multigrid"))
    assert found.method == "multigrid"
    assert found.from_potential == pytest.approx(exact.from_potential, rel=1e-8)


def test_tensors_that_are_scalars_conduct_as_scalars():
    field = 10.0 ** np.random.default_rng(0).uniform(-2, 0, SHAPE)
    tensors = solve_tensors(field[..., None, None] * np.eye(3), tolerance=1e-10)
    scalars = solve_on_pixels(field, tolerance=1e-10)
    assert tensors.energy.sum() == pytest.approx(scalars.energy, rel=1e-9)
    np.testing.assert_allclose(tensors.energy, scalars.gradient_square * field, atol=1e-5)


def test_an_iteration_that_is_cut_short_says_so():
    found = solve_tensors(polycrystal(1), tolerance=1e-12, max_iterations=2)
    assert not found.converged
    assert found.energy_error > 1e-12


def test_insulating_voxels_are_left_to_the_factorisation():
    field = polycrystal(2)
    field[3, 3, 3] = 0
    with pytest.raises(InputError, match="insulating tensor field"):
        conduct(field, method="multigrid", bounds=False)
    assert conduct(field, bounds=False).converged
