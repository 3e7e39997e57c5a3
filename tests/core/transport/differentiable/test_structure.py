from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from ssbi_core.errors import InputError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.transport import TransportConfig, differentiable_structure, solve_conduction

POTENTIAL = TransportConfig(bounds=False, mesh="pixels", knockout=False)
PIXEL_NM = 5e3  # so large that bulk, boundary and contact each resist a good part of the whole


def _interface() -> np.ndarray:
    labels = np.ones((18, 14), np.uint8)
    labels[8:10], labels[10:] = 4, 3
    labels[5] = 2
    labels[:8, 6] = 2
    labels[2:4, 9:12] = 6
    labels[8:10, 10:] = 5
    return labels


def _stack() -> np.ndarray:
    labels = np.ones((6, 4, 5), np.uint8)
    labels[3:, 1:3], labels[3, 3:], labels[1] = 3, 4, 2
    return labels


SETTINGS = [
    {},
    {"conductivity": {"grain_boundary": 1e-6, "pore": 1e-9}},
    {"resistance": {"reaction_layer": 40.0, "contact": 5.0}},
    {"resistance": {"contact": 0.0}},
]


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("temperature", [250.0, 298.15, 400.0])
def test_value_is_the_potential_estimate_of_solve_conduction(settings, temperature):
    phases = PhaseMap(_interface(), PIXEL_NM)
    reference = solve_conduction(phases, temperature=temperature, config=POTENTIAL, **settings)
    for built_at in (temperature, 298.15):
        structure = differentiable_structure(phases, temperature=built_at, **settings)
        value = structure.effective_conductivity(structure.parameters._replace(temperature=temperature))
        assert float(value) == pytest.approx(reference.effective_conductivity.estimate, rel=1e-9)


def test_parameters_are_those_of_the_phases_present_and_what_is_given_has_no_activation_energy():
    phases = PhaseMap(_interface(), PIXEL_NM)
    parameters = differentiable_structure(phases, conductivity={"llzo": 1e-4}).parameters
    assert parameters.conductivity == {"llzo": 1e-4, "nmc": 1e-5, "reaction_layer": 1e-10}
    assert parameters.resistance == {"grain_boundary": 0.3, "contact": 25.7}
    assert set(parameters.activation_energy) == {"nmc", "reaction_layer", "grain_boundary", "contact"}


def _relative(structure):
    """Conductivity in mS/cm as a function of factors of all parameters, and their number."""
    start, apart = ravel_pytree(structure.parameters._replace(temperature=330.0))
    return jax.jit(lambda factors: 1e3 * structure.effective_conductivity(apart(factors * start))), start.size


def _slopes(function, size, step):
    """Fourth-order central differences by each factor, around 1."""

    def along(k):
        at = [function(jnp.ones(size).at[k].add(m * step)) for m in (-2, -1, 1, 2)]
        return (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * step)

    return np.array([along(k) for k in range(size)])


@pytest.mark.parametrize("labels", [_interface(), _stack()], ids=["picture", "stack"])
@pytest.mark.parametrize("settings", [{}, {"resistance": {"reaction_layer": 40.0}, "conductivity": {"nmc": 2e-5}}])
def test_derivatives_by_every_parameter_match_finite_differences(labels, settings):
    function, size = _relative(differentiable_structure(PhaseMap(labels, PIXEL_NM), **settings))
    gradient = jax.grad(function)(jnp.ones(size))
    np.testing.assert_allclose(gradient, _slopes(function, size, 2e-3), rtol=1e-6)
    hessian = jax.jit(jax.hessian(function))(jnp.ones(size))
    reference = _slopes(jax.jit(jax.grad(function)), size, 2e-3)
    np.testing.assert_allclose(hessian, reference, rtol=1e-6, atol=1e-6 * np.abs(hessian).max())


def test_hessian_by_logarithms_of_conductivities_and_temperature_is_symmetric():
    structure = differentiable_structure(PhaseMap(_interface(), PIXEL_NM))
    names = tuple(structure.parameters.conductivity)

    def function(logarithms, temperature):
        sigma = dict(zip(names, jnp.exp(logarithms), strict=True))
        return jnp.log(
            structure.effective_conductivity(structure.parameters._replace(conductivity=sigma, temperature=temperature))
        )

    at = jnp.log(jnp.array(list(structure.parameters.conductivity.values()))), 330.0
    (by_logarithms, mixed), (transposed, by_temperature) = jax.jit(jax.hessian(function, argnums=(0, 1)))(*at)
    np.testing.assert_allclose(by_logarithms, by_logarithms.T, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(mixed, transposed, rtol=1e-10, atol=1e-14)
    assert np.isfinite(by_temperature)


def test_parameters_of_another_structure_are_refused():
    structure = differentiable_structure(PhaseMap(_interface(), PIXEL_NM))
    with pytest.raises(InputError, match="_replace"):
        structure.effective_conductivity(structure.parameters._replace(resistance={}))


def test_blocked_picture_has_no_derivatives():
    labels = _interface()
    labels[3] = 6
    structure = differentiable_structure(PhaseMap(labels, PIXEL_NM), axis=0)
    value, gradient = jax.jit(jax.value_and_grad(structure.effective_conductivity))(structure.parameters)
    assert value == 0
    assert not any(jax.tree.leaves(gradient))
