from __future__ import annotations

import jax
import numpy as np
import pytest

from ssbi_core.graph import build_graph
from ssbi_core.graph.cells import conduction_cells
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase, load_system
from ssbi_core.predict import network_conductivity
from ssbi_core.simulate import MicrostructureConfig, simulate_microstructure
from ssbi_core.transport import TransportConfig, solve_conduction

SYSTEM = load_system("llzo_nmc")


def conductivity(labels, axis=0, pixel_size_nm=2.0):
    graph = build_graph(PhaseMap(labels, pixel_size_nm), axis=axis)
    return network_conductivity(conduction_cells(graph), SYSTEM, 298.15)


@pytest.mark.parametrize("axis", [0, 1])
def test_a_uniform_picture_has_its_own_conductivity(axis):
    labels = np.full((44, 66), Phase.LLZO, np.uint8)
    np.testing.assert_allclose(conductivity(labels, axis), SYSTEM.conductivity(Phase.LLZO, 298.15), rtol=1e-5)


def test_layers_in_series_add_their_resistances():
    labels = np.full((60, 48), Phase.LLZO, np.uint8)
    labels[30:36], labels[36:] = Phase.REACTION_LAYER, Phase.NMC
    thickness = {Phase.LLZO: 30, Phase.REACTION_LAYER: 6, Phase.NMC: 24}
    resistance = sum(rows / SYSTEM.conductivity(phase, 298.15) for phase, rows in thickness.items())
    np.testing.assert_allclose(conductivity(labels), 60 / resistance, rtol=1e-4)


def test_a_contact_adds_its_resistance_whatever_the_pixel():
    labels = np.full((61, 48), Phase.LLZO, np.uint8)
    labels[30], labels[31:] = Phase.CONTACT, Phase.NMC
    for pixel in (0.5, 5.0):
        centimetres = 1e-7 * pixel
        bodies = sum(30.5 * centimetres / SYSTEM.conductivity(phase, 298.15) for phase in (Phase.LLZO, Phase.NMC))
        expected = 61 * centimetres / (bodies + SYSTEM.resistance(Phase.CONTACT, 298.15))
        np.testing.assert_allclose(conductivity(labels, pixel_size_nm=pixel), expected, rtol=1e-3)


def test_a_gap_from_side_to_side_lets_nothing_pass():
    labels = np.full((40, 40), Phase.LLZO, np.uint8)
    labels[18:22] = Phase.PORE
    assert conductivity(labels) == 0


def test_is_near_the_solver_on_simulated_interfaces():
    errors = []
    for seed in range(6):
        config = MicrostructureConfig(shape=(256, 256), interface_angle_deg=90, layer_coverage=0.6)
        labels = simulate_microstructure(jax.random.key(seed), config).labels
        quick = TransportConfig(axis=0, bounds=False, knockout=False, bottlenecks=False)
        solved = solve_conduction(PhaseMap(labels, 0.5), config=quick).effective_conductivity.estimate
        errors.append(abs(conductivity(labels, pixel_size_nm=0.5) / solved - 1))
    assert np.mean(errors) < 0.08
