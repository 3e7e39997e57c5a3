"""Sensitivities from the image, and chemistries by likelihood."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests.core.anomaly.chemistry.conftest import SENSITIVITY

from ssbi_core.anomaly.chemistry.blocks import Blocks, on_blocks
from ssbi_core.anomaly.chemistry.composition import calibrate, chemistries, rank_candidates
from ssbi_core.anomaly.chemistry.signatures import find_signatures
from ssbi_core.io import Micrograph
from ssbi_core.materials import MaterialSystem


@pytest.fixture
def blocks(labels: np.ndarray, imaged: Callable[..., Micrograph]) -> Blocks:
    found = on_blocks(labels, imaged(labels).elements, 0.5)
    assert found is not None
    return found


def test_sensitivities_are_those_of_the_detector(blocks: Blocks, system: MaterialSystem) -> None:
    calibration = calibrate(blocks, find_signatures(blocks), system)
    assert calibration is not None
    found = dict(zip(calibration.elements, calibration.sensitivity, strict=True))
    known = [e for e in SENSITIVITY if e != "Al"]
    assert [found[e] for e in known] == pytest.approx([SENSITIVITY[e] for e in known], rel=0.05)
    tolerance = dict(zip(calibration.elements, calibration.tolerance, strict=True))
    assert tolerance["Al"] > 2 * tolerance["La"], "neither electrolyte nor electrode holds aluminium"


@pytest.mark.parametrize("name", ["La2Zr2O7", "Li2ZrO3", "La(Ni,Co)O3"])
def test_the_chemistry_that_made_the_counts_comes_first(name: str, blocks: Blocks, system: MaterialSystem) -> None:
    calibration = calibrate(blocks, find_signatures(blocks), system)
    assert calibration is not None
    atoms = system.reaction_layers[name].atoms_per_nm3()
    measured = np.array([SENSITIVITY[e] * atoms.get(e, 0.0) + 0.05 for e in calibration.elements])
    none = np.zeros((0, len(measured)))
    ranked = rank_candidates(measured, 2000.0, 1.0, none, calibration, chemistries(system))
    probability = {candidate.name: candidate.probability for candidate in ranked}
    assert probability[name] > 0.5 * ranked[0].probability
    assert next(c for c in ranked if c.name == name).fits
    assert sum(c.probability for c in ranked) == pytest.approx(1)


def test_what_none_of_them_is_fits_none(blocks: Blocks, system: MaterialSystem) -> None:
    calibration = calibrate(blocks, find_signatures(blocks), system)
    assert calibration is not None
    measured = np.array([SENSITIVITY[e] * {"Mn": 40.0, "Ta": 30.0}.get(e, 0.0) + 0.05 for e in calibration.elements])
    none = np.zeros((0, len(measured)))
    ranked = rank_candidates(measured, 2000.0, 1.0, none, calibration, chemistries(system))
    assert not any(candidate.fits for candidate in ranked)
