import numpy as np
import pytest
from benchmarks.predict.polycrystals.volumes import GRAIN_CONDUCTIVITY, GRAINS, PRINCIPAL, RATIO, solved_volume

from ssbi_core.graph.regions import find_regions
from ssbi_core.materials import Phase


@pytest.mark.slow  # the solver's programs are compiled
def test_a_volume_conducts_between_its_bounds_along_every_axis():
    solved = solved_volume(2, edge=16)
    relative = solved.conductivity / GRAIN_CONDUCTIVITY
    boundary = np.mean(solved.labels == Phase.GRAIN_BOUNDARY)
    assert RATIO[0] <= solved.ratio <= RATIO[1]
    assert (relative < boundary * solved.ratio + (1 - boundary)).all()
    assert (relative > 1 / (boundary / solved.ratio + (1 - boundary) / PRINCIPAL[2])).all()
    assert np.ptp(relative) > 1e-3 * relative.mean()  # three components, not one


@pytest.mark.slow
def test_every_grain_has_the_principal_conductivities_in_a_direction_of_its_own():
    solved = solved_volume(0, edge=16)
    assert len(solved.tensors) == find_regions(solved.labels)[0].max() + 1
    np.testing.assert_allclose(np.linalg.eigvalsh(solved.tensors), [sorted(PRINCIPAL)] * len(solved.tensors))
    assert np.ptp(solved.tensors[:, 0, 0]) > 0.1
    assert len(solved.tensors) > GRAINS[0] * (16 / 64) ** 3
