import numpy as np
import pytest

from ssbi_core.graph.regions import find_regions
from ssbi_core.materials import Phase


def test_boundary_one_pixel_wide_splits_diagonally():
    labels = np.full((9, 9), Phase.LLZO, np.uint8)
    np.fill_diagonal(labels, Phase.GRAIN_BOUNDARY)
    regions, codes = find_regions(labels)
    assert codes.tolist() == [Phase.LLZO, Phase.LLZO]
    assert np.all(np.diag(regions) == -1)


@pytest.mark.parametrize("phase", [Phase.REACTION_LAYER, Phase.COATING, Phase.PORE, Phase.DISLOCATION])
def test_thin_diagonal_body_stays_whole(phase):
    labels = np.full((9, 9), Phase.NMC, np.uint8)
    np.fill_diagonal(labels, phase)
    _, codes = find_regions(labels)
    assert codes.tolist().count(phase) == 1


def test_dislocation_does_not_split_a_grain():
    labels = np.full((20, 20), Phase.LLZO, np.uint8)
    labels[:, 9] = Phase.DISLOCATION
    regions, codes = find_regions(labels)
    assert codes.tolist() == [Phase.LLZO, Phase.DISLOCATION]
    assert regions[0, 0] == regions[0, -1] == 0


def test_dislocation_across_a_boundary_does_not_join_grains():
    labels = np.full((40, 40), Phase.LLZO, np.uint8)
    labels[19:21] = Phase.GRAIN_BOUNDARY
    labels[10:30, 12:15] = Phase.DISLOCATION
    _, codes = find_regions(labels)
    assert codes.tolist() == [Phase.LLZO, Phase.DISLOCATION, Phase.LLZO]


def test_numbers_follow_the_raster_scan():
    labels = np.array([[1, 2, 3], [1, 2, 6], [8, 2, 5]], np.uint8)
    regions, codes = find_regions(labels)
    assert regions.tolist() == [[0, -1, 1], [0, -1, 2], [3, -1, 4]]
    assert codes.tolist() == [1, 3, 6, 8, 5]


def test_memory_order_does_not_matter():
    labels = np.random.default_rng(0).integers(0, 9, (30, 40)).astype(np.uint8)
    regions, _ = find_regions(labels)
    assert np.array_equal(find_regions(np.asfortranarray(labels))[0], regions)


@pytest.mark.parametrize("code", [Phase.UNLABELLED, Phase.GRAIN_BOUNDARY, Phase.CONTACT])
def test_no_bodies_no_regions(code):
    regions, codes = find_regions(np.full((5, 6), code, np.uint8))
    assert len(codes) == 0
    assert np.all(regions == -1)
