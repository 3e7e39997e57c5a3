"""A small graph of every kind of node, its layers in a viewer model, and a Qt application for the widgets."""

from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Layer

from napari_ssbi.layers import phase_layer
from napari_ssbi.placement import Placement
from napari_ssbi.views.graph_layers import graph_layers
from ssbi_core import build_graph
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase

PLACED = {"scale": (0.5, 0.25), "translate": (10.0, -7.0), "units": ("nm", "nm"), "axis_labels": ("y", "x")}


@pytest.fixture(scope="session")
def phases():
    """Four LLZO grains over a reaction layer over NMC with a pore."""
    labels = np.full((60, 80), Phase.LLZO, np.uint8)
    labels[15] = labels[:30, 40] = Phase.GRAIN_BOUNDARY
    labels[30:36] = Phase.REACTION_LAYER
    labels[36:] = Phase.NMC
    labels[45:50, 20:28] = Phase.PORE
    return PhaseMap(labels, 0.5, name="small")


@pytest.fixture(scope="session")
def graph(phases):
    return build_graph(phases)


@pytest.fixture
def viewer():
    return ViewerModel()


@pytest.fixture
def layers(viewer, graph, phases):
    """Role -> layer, on anisotropic and shifted pixels."""
    made = [phase_layer(phases, placement=Placement.square(2, 0.5)), *graph_layers(graph, PLACED)]
    made[0][1].update(PLACED)
    added = [viewer.add_layer(Layer.create(*data)) for data in made]
    return {layer.metadata["ssbi"]["role"]: layer for layer in added}


@pytest.fixture(scope="session")
def app(display):
    from qtpy.QtWidgets import QApplication

    return QApplication.instance() or QApplication([])
