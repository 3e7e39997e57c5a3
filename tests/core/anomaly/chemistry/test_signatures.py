"""What every phase emits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests.core.anomaly.chemistry.conftest import SENSITIVITY

from ssbi_core.anomaly.chemistry.blocks import on_blocks
from ssbi_core.anomaly.chemistry.signatures import find_signatures
from ssbi_core.io import Micrograph
from ssbi_core.materials import MaterialSystem, Phase


def test_signatures_are_the_counts_of_the_phases(
    labels: np.ndarray, imaged: Callable[..., Micrograph], system: MaterialSystem
) -> None:
    blocks = on_blocks(labels, imaged(labels).elements, 0.5)
    assert blocks is not None
    found = find_signatures(blocks)
    for phase, tolerance in ((Phase.LLZO, 0.03), (Phase.NMC, 0.03), (Phase.REACTION_LAYER, 0.1)):
        atoms = system.phase(phase).atoms_per_nm3()
        expected = [SENSITIVITY[e] * atoms.get(e, 0.0) + 0.05 for e in blocks.elements]
        measured = found.counts[blocks.phases.index(phase)]
        assert measured == pytest.approx(expected, rel=tolerance, abs=0.15)


def test_counts_that_fit_are_off_by_noise_only(labels: np.ndarray, imaged: Callable[..., Micrograph]) -> None:
    blocks = on_blocks(labels, imaged(labels).elements, 0.5)
    assert blocks is not None
    found = find_signatures(blocks)
    assert np.median(found.misfit) == pytest.approx(1)
    assert np.percentile(found.misfit, 99) < 5
    assert found.noise == pytest.approx(1, rel=0.4)


def test_quantified_maps_of_other_scale_are_judged_alike(labels: np.ndarray, imaged: Callable[..., Micrograph]) -> None:
    maps = imaged(labels).elements
    own = on_blocks(labels, maps, 0.5)
    scaled = on_blocks(labels, {e: 7 * m for e, m in maps.items()}, 0.5)
    assert own is not None
    assert scaled is not None
    assert find_signatures(scaled).misfit == pytest.approx(find_signatures(own).misfit, rel=0.02)


def test_without_maps_or_blocks_there_is_nothing(labels: np.ndarray) -> None:
    assert on_blocks(labels, {}, 0.5) is None
    assert on_blocks(labels[:8, :8], {"La": np.ones((8, 8)), "O": np.ones((8, 8))}, 0.5) is None
