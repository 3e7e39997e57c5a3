"""The forward is a laminate in closed form, so that a grid over two numbers is the posterior itself."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from ssbi_core.errors import InputError
from ssbi_core.materials import Phase, load_system
from ssbi_core.predict.measured import condition_on_measured
from ssbi_core.predict.prior import material_prior

PRIOR = material_prior(load_system("llzo_nmc", reaction_layer="Li2ZrO3"), 298.15, hidden=("reaction_layer", "contact"))
LAYER, CONTACTS = np.array([5.0, 20.0, 0.0, 40.0, 10.0]), np.array([1.0, 0.5, 2.0, 0.2, 0.0])  # nm, and how many
THICKNESS = 1000.0  # nm of electrolyte
MODEL_SD = 0.05
KEY = jax.random.key(5)


def laminate(material, layer=LAYER, contacts=CONTACTS, sd=MODEL_SD):
    """Layers and contacts in series: sigma = L / (t1 / s1 + t2 / s2 + R)."""
    bodies = THICKNESS / material.conductivity[Phase.LLZO] + layer / material.conductivity[Phase.REACTION_LAYER]
    resistance = 1e-7 * bodies + contacts * material.resistance[Phase.CONTACT]
    return jnp.log(1e-7 * (THICKNESS + layer) / resistance), jnp.full(len(layer), sd)


def measure(z, seed, sd=0.02):
    error = np.random.default_rng(seed).normal(size=len(LAYER)) * np.hypot(MODEL_SD, sd)
    return np.exp(np.asarray(laminate(PRIOR.values(jnp.asarray(z)))[0]) + error)


def grid_posterior(measured, sd=0.02, errors=norm):
    """Mean (2,) and standard deviation (2,) of z by a grid of 400 x 400."""
    axis = np.linspace(-4.5, 4.5, 400)
    z = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
    log_sigma = np.asarray(jax.vmap(lambda one: laminate(PRIOR.values(one))[0])(jnp.asarray(z)))
    logs = norm.logpdf(z).sum(1) + errors.logpdf(np.log(measured), log_sigma, np.hypot(MODEL_SD, sd)).sum(1)
    weight = np.exp(logs - logs.max())
    mean = weight @ z / weight.sum()
    return mean, np.sqrt(weight @ (z - mean) ** 2 / weight.sum())


class _Student:
    @staticmethod
    def logpdf(x, loc, scale):
        return student.logpdf(x, 5, loc, scale)


TRUTH = np.array([0.8, -1.2])
MEASURED = measure(TRUTH, seed=0)


@pytest.fixture(scope="module")
def posterior():
    return condition_on_measured(laminate, MEASURED, PRIOR, key=KEY)


def test_is_the_posterior_of_an_exact_grid(posterior):
    mean, sd = grid_posterior(MEASURED)
    np.testing.assert_allclose(posterior.z.mean(0), mean, atol=0.15 * sd.max())
    np.testing.assert_allclose(posterior.z.std(0), sd, rtol=0.15)
    assert posterior.converged
    assert posterior.divergences <= 20


def test_five_measurements_narrow_the_numbers_they_tell(posterior):
    assert (posterior.sd_decades < 0.2 * PRIOR.decades).all()
    truth = TRUTH * PRIOR.decades
    assert (np.abs(posterior.mean_decades - truth) < 4 * posterior.sd_decades).all()


def test_misfit_is_that_of_noise_where_the_prediction_holds(posterior):
    assert posterior.misfit.shape == MEASURED.shape
    assert (np.abs(posterior.misfit) < 3).all()


def test_summary_says_before_after_and_whether_to_trust_it(posterior):
    text = posterior.summary()
    assert "reaction_layer: 0 +- 0.50 -> " in text
    assert "\nconverged (R-hat " in text


def test_posterior_narrower_than_the_known_points_is_met_all_the_same():
    """Ten times more precise: the emulator has to learn where the samples fall."""
    measured = np.exp(np.asarray(laminate(PRIOR.values(jnp.asarray(TRUTH)))[0]))
    sure = condition_on_measured(lambda m: laminate(m, sd=0.0), measured, PRIOR, key=KEY, measurement_sd=0.005)
    assert sure.converged
    np.testing.assert_allclose(sure.z.mean(0), TRUTH, atol=0.03)


def test_without_information_the_prior_stays():
    flat = condition_on_measured(lambda m: laminate(m, sd=100.0), MEASURED, PRIOR, key=KEY)
    np.testing.assert_allclose(flat.mean_decades, 0, atol=0.1)
    np.testing.assert_allclose(flat.sd_decades, PRIOR.decades, rtol=0.1)


def test_what_no_sample_contains_stays_as_uncertain_as_it_was():
    layer = np.zeros(5)
    found = condition_on_measured(lambda m: laminate(m, layer=layer), MEASURED, PRIOR, key=KEY)
    at, other = PRIOR.names.index("reaction_layer"), PRIOR.names.index("contact")
    np.testing.assert_allclose(found.sd_decades[at], PRIOR.decades[at], rtol=0.1)
    assert found.sd_decades[other] < 0.2 * PRIOR.decades[other]


@pytest.mark.slow
def test_two_numbers_always_in_series_are_learned_only_together():
    """A bent valley: either may carry the resistance."""
    layer, contacts = np.full(5, 10.0), np.full(5, 1.0)
    log_sigma, _ = laminate(PRIOR.values(jnp.zeros(2)), layer, contacts)
    found = condition_on_measured(
        lambda m: laminate(m, layer, contacts), np.exp(log_sigma), PRIOR, key=KEY, num_samples=600
    )
    total = jax.vmap(lambda z: laminate(PRIOR.values(z), layer, contacts)[0][0])(jnp.asarray(found.z))
    assert found.converged
    assert np.std(total) < 0.03
    assert (found.sd_decades > 0.15).all()


def test_student_errors_give_way_to_one_bad_sample():
    bad = MEASURED * np.array([1, 1, 1, 1.5, 1])
    robust = condition_on_measured(laminate, bad, PRIOR, key=KEY, robust=True, num_samples=1000)
    mean, sd = grid_posterior(bad, errors=_Student)
    np.testing.assert_allclose(robust.z.mean(0), mean, atol=0.15 * sd.max())
    pulled, _ = grid_posterior(bad)
    clean, _ = grid_posterior(MEASURED)
    assert np.abs(robust.z.mean(0) - clean)[0] < 0.7 * np.abs(pulled - clean)[0]


def test_misfit_tells_a_unit_that_was_mistaken():
    wrong = condition_on_measured(laminate, 100 * MEASURED, PRIOR, key=KEY)  # S/m for S/cm
    assert wrong.misfit.max() > 5


def test_the_key_decides():
    again, other = (condition_on_measured(laminate, MEASURED, PRIOR, key=key) for key in (KEY, jax.random.key(6)))
    np.testing.assert_array_equal(again.z, condition_on_measured(laminate, MEASURED, PRIOR, key=KEY).z)
    assert not np.array_equal(again.z, other.z)


@pytest.mark.parametrize(
    "doubt",
    [{"r_hat": np.array([1.0, 1.2])}, {"effective_samples": np.array([50.0, 900.0])}, {"divergences": 500}],
    ids=["chains apart", "few samples", "divergences"],
)
def test_a_chain_that_did_not_mix_says_so(posterior, doubt):
    doubted = replace(posterior, **doubt)
    assert not doubted.converged
    assert "did not converge" in doubted.summary()


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, -1e-6])
def test_a_measurement_that_is_no_conductivity_is_refused_by_its_place(value):
    measured = MEASURED.copy()
    measured[3] = value
    with pytest.raises(InputError, match=r"measured\[3\] = .*S/cm"):
        condition_on_measured(laminate, measured, PRIOR, key=KEY)


@pytest.mark.parametrize("number", [1, 4, 6])
def test_another_count_than_of_samples_is_refused(number):
    with pytest.raises(InputError, match=f"{number} measured.*5 samples"):
        condition_on_measured(laminate, np.full(number, 1e-6), PRIOR, key=KEY)


@pytest.mark.parametrize("measured", [np.zeros((0,)), np.full((5, 1), 1e-6), 1e-6])
def test_measurements_are_a_list(measured):
    with pytest.raises(InputError, match="one number per sample"):
        condition_on_measured(laminate, measured, PRIOR, key=KEY)


@pytest.mark.parametrize(
    "settings", [{"measurement_sd": 0}, {"measurement_sd": 2.0}, {"measurement_sd": np.nan}, {"num_samples": 0}]
)
def test_absurd_settings_are_refused(settings):
    with pytest.raises(InputError, match=next(iter(settings))):
        condition_on_measured(laminate, MEASURED, PRIOR, key=KEY, **settings)


def test_a_material_without_uncertain_numbers_is_refused():
    certain = material_prior(load_system("llzo_nmc"), 298.15, hidden=())
    with pytest.raises(InputError, match="decades"):
        condition_on_measured(laminate, MEASURED, certain, key=KEY)


def test_a_sample_that_does_not_conduct_is_named():
    def broken(material):
        log_sigma, log_sd = laminate(material)
        return log_sigma.at[2].set(-jnp.inf), log_sd

    with pytest.raises(InputError, match="sample 2"):
        condition_on_measured(broken, MEASURED, PRIOR, key=KEY)


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say():
    """Rank of the truth among the samples is uniform (simulation-based calibration, Talts et al., arXiv 1804.06788)."""
    ranks = []
    for seed in range(50):
        truth = np.random.default_rng(1000 + seed).normal(size=2)
        found = condition_on_measured(laminate, measure(truth, seed), PRIOR, key=jax.random.key(seed))
        ranks.append((found.z < truth).mean(0))
    inside = np.abs(np.array(ranks) - 0.5)
    assert 0.7 <= (inside < 0.4).mean() <= 0.9  # 0.8 of 100, two and a half standard errors
    assert 0.38 <= (inside < 0.25).mean() <= 0.62  # half of them
