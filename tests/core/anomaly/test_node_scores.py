"""Scores of places handed on to the nodes of the graph."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.core.anomaly.portraits import normal_portrait

from ssbi_core.anomaly import Population, score_anomalies
from ssbi_core.anomaly.node_scores import node_scores
from ssbi_core.anomaly.places.place import place_at
from ssbi_core.anomaly.report import ImageAnomaly
from ssbi_core.graph import build_graph
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase


def _scored(*masks: np.ndarray) -> ImageAnomaly:
    places = tuple(place_at("pore", "pore", where, {"size": 5.0}, {"size": "large"}) for where in masks)
    population = Population.of([normal_portrait(seed) for seed in range(20)], "test")
    portrait = replace(normal_portrait(50), shape=masks[0].shape, places=places)
    return score_anomalies([portrait], reference=population).images[0]


@pytest.fixture(scope="module")
def labels() -> np.ndarray:
    picture = np.full((40, 40), Phase.LLZO, np.uint8)
    picture[20:] = Phase.NMC
    picture[5:11, 5:11] = Phase.PORE
    return picture


def test_a_node_is_as_anomalous_as_the_place_that_it_is_and_its_neighbours_are_not(labels: np.ndarray) -> None:
    graph = build_graph(PhaseMap(labels, 1.0))
    pore = graph.regions[7, 7]
    blurred = np.zeros(labels.shape, bool)
    blurred[4:12, 4:12] = True
    scores = node_scores(_scored(blurred), graph)
    assert scores.shape == (len(graph.nodes),)
    assert np.flatnonzero(scores).tolist() == [pore]


def test_a_small_place_counts_for_the_node_that_holds_it(labels: np.ndarray) -> None:
    graph = build_graph(PhaseMap(labels, 1.0))
    spot = np.zeros(labels.shape, bool)
    spot[30:33, 30:33] = True
    assert np.flatnonzero(node_scores(_scored(spot), graph)).tolist() == [graph.regions[31, 31]]
