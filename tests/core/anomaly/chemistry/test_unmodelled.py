"""Phases that the model lacks, and layers that the labels overlook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ssbi_core.anomaly.chemistry.unmodelled import fit_chemistry
from ssbi_core.io import Micrograph
from ssbi_core.materials import MaterialSystem, Phase

Imaged = Callable[..., Micrograph]
PATCH = (slice(24, 44), slice(100, 122))
ALUMINA = {"Al": 46.6, "O": 69.9}  # atoms/nm3 at 3.95 g/cm3
LANTHANUM_ALUMINATE = {"La": 18.4, "Al": 18.4, "O": 55.1}


def test_a_picture_of_known_phases_has_no_patch(labels: np.ndarray, imaged: Imaged, system: MaterialSystem) -> None:
    fit = fit_chemistry(imaged(labels), labels, system)
    assert fit is not None
    assert fit.unmodelled == ()
    assert fit.misfit.shape == labels.shape


@pytest.mark.parametrize(("atoms", "elements"), [(ALUMINA, {"Al", "O"}), (LANTHANUM_ALUMINATE, {"La", "Al", "O"})])
def test_an_unknown_phase_is_found_with_its_elements(
    atoms: dict, elements: set, labels: np.ndarray, imaged: Imaged, system: MaterialSystem
) -> None:
    fit = fit_chemistry(imaged(labels, (PATCH, atoms)), labels, system)
    assert fit is not None
    worst = fit.unmodelled[0]
    assert set(worst.elements) == elements
    assert worst.labelled == "llzo"
    assert worst.bbox_px == pytest.approx((24, 100, 44, 122), abs=9)
    total = sum(atoms.values())
    for element in elements:
        assert worst.atomic_percent[element] == pytest.approx(100 * atoms[element] / total, abs=15)


def test_a_layer_that_the_labels_overlook_is_named(labels: np.ndarray, imaged: Imaged, system: MaterialSystem) -> None:
    overlooked = np.where(labels == Phase.REACTION_LAYER, Phase.LLZO, labels).astype(np.uint8)
    fit = fit_chemistry(imaged(labels), overlooked, system.with_reaction_layer("Li2ZrO3"))
    assert fit is not None
    # The picture holds La2Zr2O7: La and Zr in a ratio that none of the labelled phases has.
    assert any("La2Zr2O7" in [c.name for c in patch.candidates if c.fits] for patch in fit.unmodelled)


def test_the_chemistry_of_a_labelled_layer_is_ranked(
    labels: np.ndarray, imaged: Imaged, system: MaterialSystem
) -> None:
    fit = fit_chemistry(imaged(labels), labels, system)
    assert fit is not None
    best = fit.layers["reaction_layer"][0]
    assert best.name == "La2Zr2O7"
    assert best.fits
    assert sum(c.probability for c in fit.layers["reaction_layer"]) == pytest.approx(1)


def test_words_name_the_elements(labels: np.ndarray, imaged: Imaged, system: MaterialSystem) -> None:
    fit = fit_chemistry(imaged(labels, (PATCH, ALUMINA)), labels, system)
    assert fit is not None
    assert "Al" in fit.unmodelled[0].words()
    assert fit.places[0].kind == "chemistry"
    assert fit.places[0].words["strength"] == fit.unmodelled[0].words()


def test_without_element_maps_there_is_no_fit(labels: np.ndarray, imaged: Imaged, system: MaterialSystem) -> None:
    assert fit_chemistry(None, labels, system) is None
    assert fit_chemistry(replace(imaged(labels), elements={}), labels, system) is None
