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


def test_many_at_once_are_each_alone(graphs, untrained):
    together = predict_graphs(graphs[:4], system=SYSTEM, temperature=TEMPERATURE, model=untrained)
    alone = [of(graph, untrained).mean_S_per_cm for graph in graphs[:4]]
    np.testing.assert_allclose(np.exp(together.mean), alone, rtol=2e-4)


def test_other_segmentations_add_their_spread(graphs, untrained):
    found = of(graphs[0], untrained, segmentations=graphs[1:4])
    assert found.variance["segmentation"] > 0
    assert found.sd_log10 > of(graphs[0], untrained).sd_log10


def test_other_materials_add_their_spread(graphs, untrained):
    prior = material_prior(SYSTEM, TEMPERATURE)
    z = prior.sample(jax.random.key(0), 32)
    found = of(graphs[0], untrained, materials=z, prior=prior)
    assert found.variance_share["material"] > 0.3
    narrow = of(graphs[0], untrained, materials=0.1 * z, prior=prior)
    assert narrow.variance["material"] < 0.05 * found.variance["material"]


def test_materials_need_their_prior(graphs, untrained):
    with pytest.raises(InputError, match="without a prior"):
        of(graphs[0], untrained, materials=np.zeros((3, 2)))


def test_graph_unlike_the_training_set_is_flagged(untrained, graphs):
    narrow = Scope(untrained.scope.high + 1, untrained.scope.high + 2)
    found = of(graphs[0], replace(untrained, scope=narrow))
    assert any("number of cells" in each and "trained on" in each for each in found.out_of_range)
    assert of(graphs[0], untrained).out_of_range == ()


def test_other_material_system_is_refused(graphs, untrained):
    with pytest.raises(InputError, match="latp_nmc for a net trained on llzo_nmc"):
        predict(graphs[0], system="latp_nmc", model=untrained)


def test_graph_without_a_path_is_refused(untrained):
    labels = np.full((64, 64), Phase.LLZO, np.uint8)
    labels[28:36] = Phase.PORE
    labels[36:] = Phase.NMC
    graph = build_graph(PhaseMap(labels, 2.0), system=SYSTEM, temperature=TEMPERATURE, axis=0)
    with pytest.raises(InputError, match="without a path"):
        of(graph, untrained)


def test_empty_graph_is_refused(graphs, untrained):
    empty = replace(
        graphs[0],
        nodes=graphs[0].nodes.tail(2),
        edges=graphs[0].edges.head(0),
        regions=np.full_like(graphs[0].regions, -1),
    )
    with pytest.raises(InputError, match="empty graph"):
        of(empty, untrained)


def test_system_by_name(graphs, untrained):
    by_name = predict(graphs[0], temperature=TEMPERATURE, model=untrained)
    loaded = predict(graphs[0], system=load_system("llzo_nmc"), temperature=TEMPERATURE, model=untrained)
    assert by_name.mean_S_per_cm == loaded.mean_S_per_cm
