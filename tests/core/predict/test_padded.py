"""Padding changes nothing but the shape."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from ssbi_core.graph import build_graph, conduction_cells
from ssbi_core.io import PhaseMap
from ssbi_core.materials import load_system
from ssbi_core.predict.conductance import log_contacts, material_values
from ssbi_core.predict.kirchhoff import log_conductance
from ssbi_core.predict.padded import Sizes, largest, pad_batch, pad_cells, sizes_of

SYSTEM = load_system("llzo_nmc", reaction_layer="Li2ZrO3")
MATERIAL = material_values(SYSTEM, 298.15)


@pytest.fixture(scope="module")
def cells():
    labels = np.ones((96, 64), np.uint8)
    labels[:, 30:32], labels[40:44], labels[44:] = 2, 4, 3
    graph = build_graph(PhaseMap(labels, 1.0), system=SYSTEM, temperature=298.15, axis=0)
    return [conduction_cells(graph, across, 2 * across) for across in (4, 9)]


def test_sizes_hold_the_cells_and_come_in_steps(cells):
    sizes = [sizes_of(each) for each in cells]
    for each, size in zip(cells, sizes, strict=True):
        assert size.nodes >= len(each)
        assert size.edges >= len(each.first)
        assert size.nodes % 64 == 0
        assert size.edges % 128 == 0
    assert largest(sizes) == sizes[1]


def test_more_padding_leaves_the_conductance(cells):
    tight = sizes_of(cells[0])
    loose = Sizes(tight.nodes + 64, tight.edges + 256, tight.width + 12)
    logs = []
    for sizes in (tight, loose):
        padded = pad_cells(cells[0], sizes)
        logs.append(float(log_conductance(log_contacts(padded, MATERIAL), padded.band, sizes.nodes, sizes.width)))
    np.testing.assert_allclose(*logs, atol=1e-5)


def test_batch_is_each_graph_by_itself(cells):
    batch, sizes = pad_batch(cells)
    together = jax.vmap(lambda one: log_conductance(log_contacts(one, MATERIAL), one.band, sizes.nodes, sizes.width))
    alone = [pad_cells(each, sizes_of(each)) for each in cells]
    singly = [
        log_conductance(log_contacts(one, MATERIAL), one.band, size.nodes, size.width)
        for one, size in zip(alone, map(sizes_of, cells), strict=True)
    ]
    np.testing.assert_allclose(together(batch), singly, atol=1e-5)
    np.testing.assert_allclose(batch.share.sum(1), 1, rtol=1e-5)
