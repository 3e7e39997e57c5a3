"""What the phase map does not know."""

from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.anomaly.chemistry.unmodelled import ChemistryFit
from ssbi_core.anomaly.ignorance import chemical_ignorance, segmentation_ignorance
from ssbi_core.io import PhaseMap


def test_doubt_is_told_for_the_image_and_every_phase() -> None:
    labels = np.ones((20, 20), np.uint8)
    labels[10:] = 3
    doubt = np.where(labels == 1, 0.1, 0.5).astype(np.float32)
    found = segmentation_ignorance(PhaseMap(labels, 1.0, uncertainty=doubt))
    assert found == pytest.approx({"doubt_mean": 0.3, "doubt_top": 0.5, "doubt_llzo": 0.1, "doubt_nmc": 0.5})


def test_labels_made_by_hand_have_no_doubt() -> None:
    assert segmentation_ignorance(PhaseMap(np.ones((20, 20), np.uint8), 1.0)) == {}


def test_misfit_is_that_of_the_worst_places() -> None:
    misfit = np.ones((10, 20))
    misfit[0, 0] = 100.0
    found = chemical_ignorance(ChemistryFit(misfit, (), (), {}))
    assert found["misfit_worst"] == pytest.approx(2)
    assert found["misfit_top"] < 0.1
    assert chemical_ignorance(None) == {}
