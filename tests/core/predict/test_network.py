"""The net corrects the network, and knows neither order nor mirror nor unit."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest

from ssbi_core.graph import build_graph
from ssbi_core.graph.cells import conduction_cells
from ssbi_core.io import PhaseMap
from ssbi_core.predict.conductance import material_values
from ssbi_core.predict.data import GraphData
from ssbi_core.predict.fit import new_weights, predict_rows

from .conftest import NETWORK, SYSTEM, TEMPERATURE

MATERIAL = material_values(SYSTEM, TEMPERATURE)


@pytest.fixture(scope="module")
def weights():
    """All of them random, those of the heads too, which start at 0."""
    leaves, structure = jax.tree.flatten(new_weights(NETWORK, seed=3))
    keys = jax.random.split(jax.random.key(4), len(leaves))
    return jax.tree.unflatten(
        structure, [leaf + 0.3 * jax.random.normal(key, leaf.shape) for key, leaf in zip(keys, leaves, strict=True)]
    )


def predicted(cells, weights, material=MATERIAL):
    rows = GraphData.of_cells(cells, [material] * len(cells))
    return np.stack(predict_rows(rows, np.arange(len(cells)), NETWORK, weights))


def shuffled(cells, seed=0):
    """The same cells and contacts in another order."""
    rng = np.random.default_rng(seed)
    order, contacts = rng.permutation(len(cells)), rng.permutation(len(cells.first))
    place = np.append(np.argsort(order), [len(cells), len(cells) + 1])
    one, other = place[cells.first[contacts]], place[cells.second[contacts]]
    turned = one > other

    def both(column):
        return np.where(turned[:, None], column[contacts][:, ::-1], column[contacts])

    return replace(
        cells,
        phase=cells.phase[order],
        region=cells.region[order],
        size=cells.size[order],
        centre=cells.centre[order],
        first=np.minimum(one, other),
        second=np.maximum(one, other),
        kind=cells.kind[contacts],
        contact=cells.contact[contacts],
        direction=cells.direction[contacts],
        path=both(cells.path),
        spreading=both(cells.spreading),
        evenness=both(cells.evenness),
    )


def test_order_of_cells_and_contacts_does_not_matter(graphs, weights):
    cells = [conduction_cells(graph, 3, 6) for graph in graphs[:3]]
    np.testing.assert_allclose(
        predicted([shuffled(each) for each in cells], weights), predicted(cells, weights), atol=2e-4
    )


@pytest.mark.parametrize("axis", [0, 1])
def test_mirror_image_conducts_as_much(phases, weights, axis):
    for each in phases[:3]:
        mirrored = PhaseMap(np.flip(each.labels, axis), each.pixel_size_nm)
        pair = [build_graph(one, system=SYSTEM, temperature=TEMPERATURE, axis=0) for one in (each, mirrored)]
        found = predicted([conduction_cells(graph, 3, 6) for graph in pair], weights)
        np.testing.assert_allclose(found[:, 0], found[:, 1], atol=0.03)


def test_unit_of_conductivity_does_not_matter(graphs, weights):
    """Everything conducts ten times better."""
    cells = [conduction_cells(graph, 3, 6) for graph in graphs[:3]]
    better = MATERIAL._replace(conductivity=10 * MATERIAL.conductivity, resistance=MATERIAL.resistance / 10)
    shift = predicted(cells, weights, better) - predicted(cells, weights)
    np.testing.assert_allclose(shift, [[np.log(10)] * 3, [0] * 3], atol=2e-4)


def test_weights_matter(graphs, weights):
    cells = [conduction_cells(graph, 3, 6) for graph in graphs[:3]]
    change = np.abs(predicted(cells, weights) - predicted(cells, new_weights(NETWORK, seed=3)))
    assert (change.mean(1) > 0.02).all()


def test_steps_reach_further(graphs):
    """With the heads at random, a recurrence changes what is said."""
    none = NETWORK.model_copy(update={"steps": 0})
    assert none != NETWORK
    cells = [conduction_cells(graphs[0], 3, 6)]
    rows = GraphData.of_cells(cells, [MATERIAL])
    weights = jax.tree.map(lambda leaf: leaf + 0.2, new_weights(NETWORK, seed=0))
    with_steps, without = (predict_rows(rows, np.arange(1), net, weights)[0][0] for net in (NETWORK, none))
    assert abs(with_steps - without) > 1e-3
