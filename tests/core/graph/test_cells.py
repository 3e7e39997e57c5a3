from __future__ import annotations

import jax
import numpy as np
import pytest

from ssbi_core.graph import build_graph
from ssbi_core.graph.cells import conduction_cells
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.simulate import MicrostructureConfig, simulate_microstructure


@pytest.fixture(scope="module")
def graph():
    config = MicrostructureConfig(shape=(192, 192), interface_angle_deg=90)
    return build_graph(PhaseMap(simulate_microstructure(jax.random.key(0), config).labels, 0.5), axis=0)


@pytest.fixture(scope="module")
def dense():
    """Without pores."""
    config = MicrostructureConfig(shape=(192, 192), interface_angle_deg=90)
    labels = simulate_microstructure(jax.random.key(0), config).labels
    return build_graph(PhaseMap(np.where(labels == Phase.PORE, Phase.LLZO, labels).astype(np.uint8), 0.5), axis=0)


def test_every_pixel_of_a_dense_picture_belongs_to_a_cell(dense):
    assert conduction_cells(dense).size.sum() == dense.regions.size


def test_pores_and_what_they_cut_off_are_left_out():
    labels = np.full((60, 60), Phase.LLZO, np.uint8)
    labels[20:40, 20:40] = Phase.PORE
    labels[25:35, 25:35] = Phase.NMC  # an island in a pore
    cells = conduction_cells(build_graph(PhaseMap(labels, 1.0), axis=0), across=6)
    assert set(cells.phase) == {Phase.LLZO}
    assert cells.size.sum() == 60 * 60 - 20 * 20
    assert set(np.concatenate([cells.first, cells.second])) <= set(range(len(cells) + 2))


def test_a_picture_without_a_path_has_no_cells():
    labels = np.full((60, 60), Phase.LLZO, np.uint8)
    labels[20:40] = Phase.PORE
    assert len(conduction_cells(build_graph(PhaseMap(labels, 1.0), axis=0))) == 0


def test_lines_along_a_pore_go_to_solids():
    """The pore would else cut contacts off from electrolyte that is a pixel thin there."""
    labels = np.full((60, 60), Phase.LLZO, np.uint8)
    labels[:20], labels[20:22] = Phase.NMC, Phase.CONTACT
    labels[22:30, 22:38] = Phase.PORE
    cells = conduction_cells(build_graph(PhaseMap(labels, 1.0), axis=0), across=6)
    assert cells.size.sum() == (labels != Phase.PORE).sum()


def test_thin_layers_are_cut_along_the_picture():
    labels = np.full((96, 96), Phase.LLZO, np.uint8)
    labels[:48], labels[46:48] = Phase.NMC, Phase.REACTION_LAYER
    cells = conduction_cells(build_graph(PhaseMap(labels, 1.0), axis=0), across=4, layer_across=24)
    layer = cells.phase == Phase.REACTION_LAYER
    assert layer.sum() == 24
    np.testing.assert_allclose(cells.size[layer], 2 * 4)


def test_a_cell_is_part_of_one_region_and_has_its_phase(graph, dense):
    cells = conduction_cells(graph)
    phases = [Phase(code).key for code in cells.phase]
    assert phases == graph.nodes["phase"].to_numpy()[cells.region].tolist()
    assert set(conduction_cells(dense).region) == set(range(len(dense.nodes) - 2))


def test_finer_cells_are_more(graph):
    counts = [len(conduction_cells(graph, across, 3 * across)) for across in (6, 12, 24)]
    assert counts[0] < counts[1] < counts[2]


def test_no_sliver_is_left_in_a_body_that_fills_the_picture():
    graph = build_graph(PhaseMap(np.full((90, 110), Phase.NMC, np.uint8), 1.0), axis=0)
    cells = conduction_cells(graph, across=9)
    assert len(cells) == 9 * 11
    np.testing.assert_allclose(cells.size, 100)
    np.testing.assert_allclose(cells.contact, 10)
    np.testing.assert_allclose(cells.path[cells.second < len(cells)], 5)


def test_contacts_know_what_is_drawn_between_them():
    labels = np.full((40, 40), Phase.LLZO, np.uint8)
    labels[20], labels[:20, 19] = Phase.CONTACT, Phase.GRAIN_BOUNDARY
    labels[21:] = Phase.NMC
    cells = conduction_cells(build_graph(PhaseMap(labels, 1.0), axis=0), across=4)
    inner = cells.second < len(cells)
    pair = np.sort(np.stack([cells.phase[cells.first[inner]], cells.phase[cells.second[inner]]]), axis=0)
    kind = cells.kind[inner]
    assert set(kind[(pair[0] == Phase.LLZO) & (pair[1] == Phase.NMC)]) == {Phase.CONTACT}
    assert set(kind[(pair[0] == Phase.LLZO) & (pair[1] == Phase.LLZO)]) == {0, Phase.GRAIN_BOUNDARY}
    assert set(kind[pair[0] == Phase.NMC]) == {0}


def test_volumes_are_cut_too():
    labels = np.full((12, 24, 24), Phase.LLZO, np.uint8)
    labels[:, 12:] = Phase.NMC
    cells = conduction_cells(build_graph(PhaseMap(labels, 1.0), axis=0), across=3)
    assert cells.size.sum() == labels.size
    assert cells.centre.shape == (len(cells), 3)
    assert cells.shape == (24, 12, 24)
