"""Measured are conductivities that the net itself gives for a material it is not told."""

from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.graph import build_graph
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase, load_system
from ssbi_core.predict import Measurement, PredictionConfig, learn_material, predict, predict_phases
from ssbi_core.predict.prior import material_prior

SYSTEM = load_system("llzo_nmc", reaction_layer="Li2ZrO3")
LAYERS, TEMPERATURES = (2, 6, 12, 20), (298.15, 298.15, 333.15, 373.15)
SHIFT = {"reaction_layer": 1.2, "nmc": -0.8}
HIDDEN = ("reaction_layer", "nmc", "grain_boundary")


def sample(layer, name="sample"):
    labels = np.full((64, 64), Phase.LLZO, np.uint8)
    labels[30 : 30 + layer] = Phase.REACTION_LAYER
    labels[30 + layer :] = Phase.NMC
    return PhaseMap(labels, 4.0, name=name)


def graph_of(layer):
    return build_graph(sample(layer), system=SYSTEM, axis=0)


def truth(layer, temperature, model):
    prior = material_prior(SYSTEM, temperature)
    z = np.array([[SHIFT.get(name, 0.0) for name in prior.names]])
    found = predict(graph_of(layer), system=SYSTEM, temperature=temperature, model=model, materials=z, prior=prior)
    return found.mean_S_per_cm


@pytest.fixture(scope="module")
def knowledge(untrained):
    measurements = [
        Measurement(graph_of(layer), truth(layer, temperature, untrained), temperature)
        for layer, temperature in zip(LAYERS, TEMPERATURES, strict=True)
    ]
    return learn_material(measurements, system=SYSTEM, model=untrained, hidden=HIDDEN)


def test_measurements_at_several_temperatures_tell_the_number_that_matters(knowledge):
    assert knowledge.converged
    assert set(knowledge.names) == set(HIDDEN)
    layer = knowledge.names.index("reaction_layer")
    assert knowledge.sd_decades[layer] < 0.1 * knowledge.prior.decades[layer]
    for name, deviation in SHIFT.items():
        at = knowledge.names.index(name)
        wrong = knowledge.mean_decades[at] - deviation * knowledge.prior.decades[at]
        assert abs(wrong) < 3 * knowledge.sd_decades[at]
    assert (np.abs(knowledge.misfit) < 2).all()


def test_what_no_sample_has_stays_unknown(knowledge):
    at = knowledge.names.index("grain_boundary")
    assert knowledge.sd_decades[at] == pytest.approx(knowledge.prior.decades[at], rel=0.15)


def test_the_rest_is_predicted_closer_and_holds_the_truth(knowledge, untrained):
    options = {"system": SYSTEM, "temperature": 350.0, "model": untrained, "config": PredictionConfig(materials=64)}
    before, after = (predict_phases(sample(9), **options, knowledge=known) for known in (None, knowledge))
    assert after.sd_log10 < 0.6 * before.sd_log10
    low, high = after.interval(0.95)
    assert low < truth(9, 350.0, untrained) < high


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, -1e-6])
def test_a_measurement_that_is_no_conductivity_is_refused_by_its_name(value):
    with pytest.raises(InputError, match=r"sample: a measured conductivity of .* S/cm"):
        Measurement(graph_of(6), value, 298.15)


@pytest.mark.parametrize("temperature", [np.nan, 0.0, -3.0])
def test_a_temperature_that_is_none_is_refused(temperature):
    with pytest.raises(InputError, match="K"):
        Measurement(graph_of(6), 1e-6, temperature)


@pytest.mark.parametrize("relative_sd", [0, 2.0, np.nan])
def test_an_absurd_error_is_refused(relative_sd):
    with pytest.raises(InputError, match="relative_sd"):
        Measurement(graph_of(6), 1e-6, 298.15, relative_sd)


def test_no_measurement_and_another_system_are_refused(untrained):
    with pytest.raises(InputError, match="no measurements"):
        learn_material([], system=SYSTEM, model=untrained)
    with pytest.raises(InputError, match="latp_nmc"):
        learn_material([Measurement(graph_of(6), 1e-6, 298.15)], system="latp_nmc", model=untrained)


def test_a_sample_without_a_path_is_refused_by_its_name(untrained):
    labels = sample(6).labels.copy()
    labels[10:14] = Phase.PORE
    graph = build_graph(PhaseMap(labels, 4.0, name="cracked"), system=SYSTEM, axis=0)
    with pytest.raises(InputError, match="cracked"):
        learn_material([Measurement(graph, 1e-6, 298.15)], system=SYSTEM, model=untrained)
