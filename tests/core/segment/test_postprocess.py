import numpy as np
from scipy import ndimage

from ssbi_core.materials import Phase
from ssbi_core.segment.postprocess import (
    attached_layer,
    boundary_lines,
    clean_labels,
    without_specks,
)
from ssbi_core.segment.unet import CLASSES


def _probabilities(labels: np.ndarray, confidence: float = 0.9) -> np.ndarray:
    rest = (1 - confidence) / (len(CLASSES) - 1)
    return np.stack([np.where(labels == phase, confidence, rest) for phase in CLASSES]).astype(np.float32)


def _two_grains(size: int = 60) -> np.ndarray:
    labels = np.full((size, size), int(Phase.LLZO), np.uint8)
    labels[:, 29:31] = Phase.GRAIN_BOUNDARY
    return labels


def _grains(labels: np.ndarray) -> int:
    return ndimage.label(labels == Phase.LLZO, np.ones((3, 3)))[1]


def test_a_hole_in_a_boundary_is_closed_across_corners():
    holed = _two_grains()
    holed[20:26, 29:31] = Phase.LLZO
    assert _grains(holed) == 1
    cleaned = clean_labels(_probabilities(holed))
    assert _grains(cleaned) == 2
    assert np.isin(cleaned[:, 28:32], [Phase.LLZO, Phase.GRAIN_BOUNDARY]).all()


def test_a_necking_grain_is_not_cut_where_no_boundary_is_seen():
    labels = np.full((60, 60), int(Phase.PORE), np.uint8)
    labels[5:55, 5:25] = labels[5:55, 35:55] = Phase.LLZO
    labels[25:35, 20:40] = Phase.LLZO
    assert _grains(clean_labels(_probabilities(labels))) == 1


def test_clear_labels_survive_unchanged():
    labels = _two_grains()
    labels[:10] = Phase.REACTION_LAYER
    labels[40:50, 10:20] = Phase.PORE
    labels[30, 5:20] = Phase.DISLOCATION
    np.testing.assert_array_equal(clean_labels(_probabilities(labels)), labels)


def test_specks_take_the_phase_around_them():
    labels = np.full((30, 30), int(Phase.NMC), np.uint8)
    labels[4, 4] = Phase.PORE
    labels[10:12, 10:12] = Phase.COATING
    labels[20:24, 20:24] = Phase.PORE
    cleaned = without_specks(labels)
    assert (cleaned[:15] == Phase.NMC).all()
    assert (cleaned[20:24, 20:24] == Phase.PORE).all()


def test_contact_is_drawn_where_llzo_meets_nmc():
    labels = np.full((20, 20), int(Phase.LLZO), np.uint8)
    labels[10:] = Phase.NMC
    cleaned = clean_labels(_probabilities(labels))
    assert (cleaned[10] == Phase.CONTACT).all()
    assert (cleaned == Phase.CONTACT).sum() == 20


def test_boundaries_lie_in_the_electrolyte_only():
    noise = np.random.default_rng(0).random((50, 50)).astype(np.float32)
    electrolyte = np.zeros((50, 50), bool)
    electrolyte[:25] = True
    assert not boundary_lines(noise, electrolyte)[25:].any()


def test_an_image_without_electrolyte_is_left_alone():
    labels = np.full((16, 16), int(Phase.NMC), np.uint8)
    np.testing.assert_array_equal(clean_labels(_probabilities(labels)), labels)


def test_layers_away_from_the_electrode_are_electrolyte_unless_there_is_none():
    labels = np.full((40, 40), int(Phase.LLZO), np.uint8)
    labels[30:] = Phase.NMC
    labels[26:30] = labels[5:10, 5:15] = Phase.REACTION_LAYER
    attached = attached_layer(labels)
    assert (attached[26:30] == Phase.REACTION_LAYER).all()
    assert (attached[:26] == Phase.LLZO).all()
    np.testing.assert_array_equal(attached_layer(labels[:30]), labels[:30])
