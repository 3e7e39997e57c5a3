from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.materials import MaterialSystem, Phase, available_systems, load_system
from ssbi_core.predict import material_values
from ssbi_core.predict.prior import material_prior

SYSTEM = load_system("llzo_nmc")
ALL = {"llzo", "nmc", "coating", "reaction_layer", "grain_boundary", "contact", "dislocation"}


@pytest.mark.parametrize("name", available_systems())
def test_every_shipped_number_that_conducts_is_uncertain(name):
    for layer in load_system(name).reaction_layers:
        prior = material_prior(load_system(name, reaction_layer=layer), 298.15)
        assert set(prior.names) == ALL
        assert len(prior) == len(prior.names) == len(prior.sd)
        assert ((prior.decades > 0.1) & (prior.decades <= 1)).all()


@pytest.mark.parametrize("temperature", [250.0, 298.15, 353.15])
def test_no_deviation_is_the_material_of_the_file(temperature):
    prior = material_prior(SYSTEM, temperature)
    found, expected = prior.values(jnp.zeros(len(prior))), material_values(SYSTEM, temperature)
    np.testing.assert_allclose(found.conductivity, expected.conductivity, rtol=1e-6)
    np.testing.assert_allclose(found.resistance, expected.resistance, rtol=1e-6)


@pytest.mark.parametrize("name", sorted(ALL))
def test_one_deviation_multiplies_that_number_by_its_decades(name):
    prior = material_prior(SYSTEM, 298.15)
    at, phase = prior.names.index(name), Phase.parse(name)
    moved, median = prior.values(jnp.eye(len(prior))[at]), prior.median
    is_line = name in {"grain_boundary", "contact", "dislocation"}
    properties = SYSTEM.interface(phase).resistance if is_line else SYSTEM.phase(phase).conductivity
    expected = np.asarray(median.resistance if is_line else median.conductivity).copy()
    also = [Phase.DISLOCATION] if name == "llzo" else []  # a dislocation conducts as its grain
    expected[[phase, *also]] *= 10**properties.decades
    np.testing.assert_allclose(moved.resistance if is_line else moved.conductivity, expected, rtol=1e-5)
    untouched, kept = (moved.conductivity, median.conductivity) if is_line else (moved.resistance, median.resistance)
    np.testing.assert_array_equal(untouched, kept)


def test_compiles_differentiates_and_vectorises():
    prior = material_prior(SYSTEM, 298.15, hidden=("llzo", "contact"))
    slope = jax.jit(jax.jacrev(lambda z: jnp.log(prior.values(z).conductivity[Phase.LLZO])))(jnp.zeros(2))
    np.testing.assert_allclose(slope, [prior.sd[0], 0.0], rtol=1e-5)
    many = jax.vmap(prior.values)(jnp.array([[0.0, 0.0], [1.0, -1.0]]))
    assert many.conductivity.shape == many.resistance.shape == (2, len(Phase))
    np.testing.assert_allclose(many.resistance[1, Phase.CONTACT], 25.7 * 10**-0.5, rtol=1e-5)


def test_samples_are_standard_normal_and_belong_to_their_key():
    prior = material_prior(SYSTEM, 298.15)
    z = prior.sample(jax.random.key(0), 4000)
    assert z.shape == (4000, len(prior))
    np.testing.assert_allclose(z.mean(0), 0, atol=0.07)
    np.testing.assert_allclose(z.std(0), 1, atol=0.05)
    np.testing.assert_array_equal(z, prior.sample(jax.random.key(0), 4000))
    assert (z != prior.sample(jax.random.key(1), 4000)).all()


def test_hidden_chooses_what_is_uncertain():
    prior = material_prior(SYSTEM, 298.15, hidden=["contact", "reaction_layer"])
    assert set(prior.names) == {"contact", "reaction_layer"}
    assert len(material_prior(SYSTEM, 298.15, hidden=())) == 0


@pytest.mark.parametrize("hidden", [["pore"], ["contact", "contacts"], ["Reaction layer"]])
def test_an_unknown_name_is_refused_with_those_that_can_be_hidden(hidden):
    with pytest.raises(InputError, match=f"hidden {hidden[-1]}.*grain_boundary"):
        material_prior(SYSTEM, 298.15, hidden=hidden)


def test_a_number_without_decades_is_exact():
    fields = SYSTEM.model_dump(exclude_none=True)
    del fields["phases"]["llzo"]["conductivity"]["decades"]
    system = MaterialSystem.model_validate(fields)
    assert set(material_prior(system, 298.15).names) == ALL - {"llzo"}
    with pytest.raises(InputError, match="decades"):
        material_prior(system, 298.15, hidden=["llzo"])


@pytest.mark.parametrize("shape", [(), (1,), (3, 2)])
def test_deviations_of_another_shape_are_refused(shape):
    prior = material_prior(SYSTEM, 298.15, hidden=("llzo", "contact"))
    with pytest.raises(InputError, match=r"llzo, contact.*vmap"):
        prior.values(jnp.zeros(shape))
