"""Structural distance."""

from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.anomaly.distance import StructureSpace, own_distances, shrunk_covariance


@pytest.fixture
def cloud() -> np.ndarray:
    """80 images, 6 descriptors; the last two say the same."""
    rng = np.random.default_rng(0)
    table = rng.normal(size=(80, 6)) * [1, 10, 0.1, 1, 1, 1]
    table[:, 5] = table[:, 4] + 0.05 * rng.normal(size=80)
    return table


def test_shrunk_covariance_is_the_one_of_scikit_learn() -> None:
    covariance = pytest.importorskip("sklearn.covariance")
    data = np.random.default_rng(1).normal(size=(30, 5)) @ np.diag([1, 2, 3, 4, 5])
    theirs, _ = covariance.ledoit_wolf(data, assume_centered=True)
    assert shrunk_covariance(data) == pytest.approx(theirs, rel=1e-9)


def test_units_do_not_matter(cloud: np.ndarray) -> None:
    row = np.full(6, 2.0)
    scale = np.array([1e-9, 1e6, 3, 1, 2, 5])
    one = StructureSpace.of(cloud).distance(row, 5)
    other = StructureSpace.of(cloud * scale).distance(row * scale, 5)
    assert other == pytest.approx(one, rel=1e-6)


def test_breaking_a_correlation_is_far_although_each_number_is_ordinary(cloud: np.ndarray) -> None:
    usual, broken = np.zeros(6), np.zeros(6)
    usual[4:], broken[4:] = (1.5, 1.5), (1.5, -1.5)
    space = StructureSpace.of(cloud)
    assert space.distance(broken, 5) > 2 * space.distance(usual, 5)


def test_own_images_are_as_far_as_new_ones() -> None:
    rng = np.random.default_rng(2)
    own, new = [], []
    for _ in range(10):
        table = rng.normal(size=(40, 20))
        own.append(own_distances(table, 3).mean())
        space = StructureSpace.of(table)
        new.append(np.mean([space.distance(row, 3) for row in rng.normal(size=(20, 20))]))
    assert np.mean(own) == pytest.approx(np.mean(new), rel=0.05)


def test_unknown_descriptors_are_ordinary_and_mostly_unknown_ones_unused(cloud: np.ndarray) -> None:
    cloud[:60, 0] = np.nan
    cloud[0, 1] = np.nan
    space = StructureSpace.of(cloud)
    assert space.used.tolist() == [False, True, True, True, True, True]
    assert np.isfinite(space.distance(np.full(6, np.nan), 5))


def test_a_constant_descriptor_is_unused(cloud: np.ndarray) -> None:
    cloud[:, 2] = 7.0
    assert not StructureSpace.of(cloud).used[2]
