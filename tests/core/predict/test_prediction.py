"""From a graph to a posterior, and what is refused or flagged on the way."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.graph import build_graph
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase, load_system
from ssbi_core.predict.conformal import Conformal
from ssbi_core.predict.posterior import ConductivityPosterior
from ssbi_core.predict.prediction import predict, predict_graphs
from ssbi_core.predict.prior import material_prior
from ssbi_core.predict.scope import Scope

from .conftest import SYSTEM, TEMPERATURE


def of(graph, predictor, **options):
    return predict(graph, system=SYSTEM, temperature=TEMPERATURE, model=predictor, **options)


def test_is_near_the_truth(data, graphs, predictor):
    found = of(graphs[10], predictor)
    assert abs(np.log(found.mean_S_per_cm) - data.target[10]) < 0.5
    low, high = found.interval(0.9)
    assert low < found.mean_S_per_cm < high
    assert found.interval(0.5)[1] < high
    assert sum(found.variance_share.values()) == pytest.approx(1)
    assert "S/cm" in found.summary()


def test_many_at_once_are_each_alone(graphs, predictor):
    together = predict_graphs(graphs[:4], system=SYSTEM, temperature=TEMPERATURE, model=predictor)
    alone = [of(graph, predictor).mean_S_per_cm for graph in graphs[:4]]
    np.testing.assert_allclose(np.exp(together.mean), alone, rtol=2e-4)


def test_other_segmentations_add_their_spread(graphs, predictor):
    found = of(graphs[0], predictor, segmentations=graphs[1:4])
    assert found.variance["segmentation"] > 0
    assert found.sd_log10 > of(graphs[0], predictor).sd_log10


def test_other_materials_add_their_spread(graphs, predictor):
    prior = material_prior(SYSTEM, TEMPERATURE)
    z = prior.sample(jax.random.key(0), 32)
    found = of(graphs[0], predictor, materials=z, prior=prior)
    assert found.variance_share["material"] > 0.3
    narrow = of(graphs[0], predictor, materials=0.1 * z, prior=prior)
    assert narrow.variance["material"] < 0.05 * found.variance["material"]


def test_materials_need_their_prior(graphs, predictor):
    with pytest.raises(InputError, match="without a prior"):
        of(graphs[0], predictor, materials=np.zeros((3, 2)))


def test_graph_unlike_the_training_set_is_flagged(predictor, graphs):
    narrow = Scope(predictor.scope.high + 1, predictor.scope.high + 2)
    found = of(graphs[0], replace(predictor, scope=narrow))
    assert any("number of cells" in each and "trained on" in each for each in found.out_of_range)
    assert of(graphs[0], predictor).out_of_range == ()


def test_other_material_system_is_refused(graphs, predictor):
    with pytest.raises(InputError, match="latp_nmc for a net trained on llzo_nmc"):
        predict(graphs[0], system="latp_nmc", model=predictor)


def test_graph_without_a_path_is_refused(predictor):
    labels = np.full((64, 64), Phase.LLZO, np.uint8)
    labels[28:36] = Phase.PORE
    labels[36:] = Phase.NMC
    graph = build_graph(PhaseMap(labels, 2.0), system=SYSTEM, temperature=TEMPERATURE, axis=0)
    with pytest.raises(InputError, match="without a path"):
        of(graph, predictor)


def test_empty_graph_is_refused(graphs, predictor):
    empty = replace(
        graphs[0],
        nodes=graphs[0].nodes.tail(2),
        edges=graphs[0].edges.head(0),
        regions=np.full_like(graphs[0].regions, -1),
    )
    with pytest.raises(InputError, match="empty graph"):
        of(empty, predictor)


def test_conformal_interval_holds_its_share():
    rng = np.random.default_rng(0)
    sd = rng.uniform(0.5, 2, 4000)
    truth = 3 * sd * rng.standard_t(5, 4000)  # three times worse than said
    conformal = Conformal.of(truth[:2000], np.zeros(2000), sd[:2000])
    for level in (0.5, 0.8, 0.95):
        inside = np.abs(truth[2000:]) <= conformal.quantile(level) * sd[2000:]
        assert abs(inside.mean() - level) < 0.03


def test_level_beyond_the_calibration_set_is_wider_than_all_of_it():
    few = Conformal(np.array([0.5, 1.0, 2.0]))
    assert few.quantile(0.5) == 1.0
    assert few.quantile(0.99) > few.quantile(0.9) > 2.0


@pytest.mark.parametrize("level", [0, 1, 90, float("nan")])
def test_level_that_is_none_is_refused(level):
    with pytest.raises(InputError, match="interval of level"):
        Conformal(np.ones(9)).quantile(level)


def test_mean_and_interval_in_closed_form():
    posterior = ConductivityPosterior(1e-5, {"noise": 0.04}, Conformal(np.array([1.0])), (), 300.0, 0, "")
    assert posterior.sd_log10 == pytest.approx(0.2 / np.log(10))
    np.testing.assert_allclose(posterior.interval(0.4), [1e-5 * np.exp(-0.2), 1e-5 * np.exp(0.2)])


def test_system_by_name(graphs, predictor):
    by_name = predict(graphs[0], temperature=TEMPERATURE, model=predictor)
    loaded = predict(graphs[0], system=load_system("llzo_nmc"), temperature=TEMPERATURE, model=predictor)
    assert by_name.mean_S_per_cm == loaded.mean_S_per_cm
