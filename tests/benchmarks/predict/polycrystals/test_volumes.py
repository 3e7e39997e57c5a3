import numpy as np
from benchmarks.predict.polycrystals.volumes import GRAINS, RATIO, effective_conductivity, solved_volume, volume

from ssbi_core.materials import Phase


def test_laminates_conduct_in_series_across_and_in_parallel_along():
    labels = np.full((8, 8, 8), Phase.LLZO, np.uint8)
    labels[:, 3:5] = Phase.GRAIN_BOUNDARY  # array axes are slices, rows, columns
    np.testing.assert_allclose(effective_conductivity(labels, 0.1), [8 / (6 + 20), 6.2 / 8, 6.2 / 8], rtol=1e-6)


def test_a_volume_conducts_between_its_bounds_along_every_axis():
    solved = solved_volume(2, edge=16)
    boundary = np.mean(solved.labels == Phase.GRAIN_BOUNDARY)
    assert RATIO[0] <= solved.ratio <= RATIO[1]
    assert GRAINS[0] <= solved.grains <= GRAINS[1]
    assert (solved.conductivity < boundary * solved.ratio + (1 - boundary)).all()
    assert (solved.conductivity > 1 / (boundary / solved.ratio + (1 - boundary))).all()
    assert np.ptp(solved.conductivity) > 1e-3 * solved.conductivity.mean()  # three components, not one


def test_a_kept_volume_is_read_as_it_was_solved(tmp_path, monkeypatch):
    solved = solved_volume(2, edge=16)
    monkeypatch.setattr(f"{volume.__module__}.EDGE", 16)
    monkeypatch.setattr(f"{volume.__module__}.solved_volume", lambda index: solved)
    volume(tmp_path, 2)
    monkeypatch.setattr(f"{volume.__module__}.solved_volume", None)
    found = volume(tmp_path, 2)
    np.testing.assert_array_equal(found.labels, solved.labels)
    np.testing.assert_array_equal(found.conductivity, solved.conductivity)
    assert (found.ratio, found.grains) == (solved.ratio, solved.grains)
