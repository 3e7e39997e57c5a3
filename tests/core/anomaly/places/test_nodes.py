"""Grains, pores, gaps and patches of layer."""

from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.anomaly.places.nodes import node_places
from ssbi_core.anomaly.places.place import Place
from ssbi_core.graph import build_graph
from ssbi_core.io import PhaseMap


@pytest.fixture
def labels() -> np.ndarray:
    """64 rows, 2 nm pixels: two grains over an electrode, a pore in a grain, a gap at the interface."""
    labels = np.ones((64, 64), np.uint8)
    labels[:40, 20] = 2
    labels[40:] = 3
    labels[10:14, 40:44] = 6
    labels[39:42, 30:54] = 6
    labels[5:9, 5:9] = 5
    return labels


def _by_kind(labels: np.ndarray) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for place in node_places(build_graph(PhaseMap(labels, 2.0), axis=0)):
        found.setdefault(place.kind, []).append(place)
    return found


def test_every_kind_of_body_is_found_once(labels: np.ndarray) -> None:
    counts = {kind: len(places) for kind, places in _by_kind(labels).items()}
    assert counts == {"grain": 2, "pore": 1, "gap": 1, "layer_patch": 1}


def test_a_gap_is_as_long_as_it_is(labels: np.ndarray) -> None:
    gap = _by_kind(labels)["gap"][0]
    assert gap.bbox_px == (39, 30, 42, 54)
    assert 10 ** gap.features["length"] == pytest.approx(48, rel=0.15)


def test_a_crack_is_slender_also_where_it_runs_into_a_pore(labels: np.ndarray) -> None:
    plain = 10 ** _by_kind(labels)["pore"][0].features["slenderness"]
    labels[12:14, 24:40] = 6
    labels[12:14, 44:60] = 6
    cracked = _by_kind(labels)["pore"][0]
    assert plain < 2
    assert 10 ** cracked.features["slenderness"] > 8
    assert "nm wide" in cracked.words["slenderness"]


def test_pixels_are_those_of_the_body(labels: np.ndarray) -> None:
    grain = max(_by_kind(labels)["grain"], key=lambda place: place.features["size"])
    row, column, end_row, end_column = grain.bbox_px
    inside = labels[row:end_row, column:end_column]
    assert (inside[grain.pixels()] == 1).all()
    assert grain.pixels().sum() == (labels[:40, 21:] == 1).sum()


def test_a_patch_of_layer_far_from_the_interface_says_so(labels: np.ndarray) -> None:
    patch = _by_kind(labels)["layer_patch"][0]
    assert 10 ** patch.features["away"] - 1 == pytest.approx(2 * 33, rel=0.1)
