from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.predict.spread import Spread, Variations

RNG = np.random.default_rng(0)
SEGMENTATIONS, MATERIALS = np.append(0.0, RNG.normal(0, 0.3, 12)), np.append(0.0, RNG.normal(0, 1.0, 64))


def spread(law, segmentations=12, materials=64, seed=0):
    rows = Variations.of(segmentations, materials, seed)
    return Spread.of(law(SEGMENTATIONS[rows.graph], MATERIALS[rows.material]), rows)


def test_the_first_row_is_the_middle_and_pairs_are_balanced():
    rows = Variations.of(12, 64, 0)
    assert (rows.graph[0], rows.material[0]) == (0, 0)
    counts = np.bincount(rows.graph[rows.pairs])
    assert counts[0] == 0
    assert set(counts[1:]) <= {5, 6}
    np.testing.assert_array_equal(np.sort(rows.material[rows.pairs]), np.arange(1, 65))


def test_the_seed_decides_who_meets_whom():
    one, same, other = (Variations.of(12, 64, seed).graph for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_of_a_sum_each_source_has_its_own_variance():
    found = spread(lambda segmentation, material: -12 + segmentation + material)
    own = SEGMENTATIONS[1:].var(ddof=1), MATERIALS[1:].var(ddof=1)
    assert found.segmentation / found.material == pytest.approx(own[0] / own[1])
    assert found.segmentation + found.material == pytest.approx(sum(own), rel=0.2)


def test_centre_is_that_of_the_materials_for_the_likeliest_labels():
    found = spread(lambda segmentation, material: -12 + np.abs(segmentation) + material)  # draws break lines
    assert found.shift == pytest.approx(MATERIALS[1:].mean())
    assert spread(lambda segmentation, material: np.abs(segmentation), materials=0).shift == 0


def test_what_both_make_only_together_counts():
    alone = spread(lambda segmentation, material: segmentation + material)
    together = spread(lambda segmentation, material: segmentation + material + 4 * segmentation * material)
    assert together.segmentation + together.material > 1.3 * (alone.segmentation + alone.material)
    only = spread(lambda segmentation, material: segmentation * material)
    assert only.segmentation == only.material > 0


def test_draws_are_centred_and_of_the_variance_that_is_said():
    found = spread(lambda segmentation, material: segmentation + 2 * material)
    assert found.draws.shape == (64,)
    assert found.draws.mean() == pytest.approx(0, abs=1e-12)
    assert found.draws.var(ddof=1) == pytest.approx(found.segmentation + found.material)
    np.testing.assert_allclose(found.material_draws, 2 * (MATERIALS[1:] - MATERIALS[1:].mean()))


@pytest.mark.parametrize(("segmentations", "materials", "number"), [(12, 0, 12), (0, 64, 64), (0, 0, 1), (1, 0, 1)])
def test_one_source_alone_is_its_own_spread(segmentations, materials, number):
    found = spread(lambda segmentation, material: segmentation + material, segmentations, materials)
    assert found.draws.shape == (number,)
    expected = SEGMENTATIONS[1:].var(ddof=1) if segmentations == 12 else 0.0
    assert found.segmentation == pytest.approx(expected)
    expected = MATERIALS[1:].var(ddof=1) if materials else 0.0
    assert found.material == pytest.approx(expected)


def test_more_segmentations_than_materials_all_take_part():
    rows = Variations.of(12, 5, 0)
    assert set(rows.graph[rows.pairs]) == set(range(1, 13))
    assert np.bincount(rows.material[rows.pairs])[1:].min() >= 2
