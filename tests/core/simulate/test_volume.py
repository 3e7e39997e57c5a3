import jax
import numpy as np
import pytest
from scipy import ndimage

from ssbi_core.errors import InputError
from ssbi_core.materials import Phase
from ssbi_core.simulate import MicrostructureConfig, simulate_microstructure_3d

CONFIG = MicrostructureConfig(
    shape=(40, 44), grain_size_nm=7, boundary_width_nm=0, porosity=0.05, pore_size_nm=4, layer_thickness_nm=2
)


def test_volume_holds_all_bodies_and_is_reproducible():
    volume = simulate_microstructure_3d(jax.random.key(0), CONFIG, 36)
    assert volume.labels.shape == (36, 40, 44)
    assert {Phase.LLZO, Phase.GRAIN_BOUNDARY, Phase.NMC, Phase.REACTION_LAYER, Phase.PORE} <= set(volume.labels.flat)
    np.testing.assert_array_equal(simulate_microstructure_3d(jax.random.key(0), CONFIG, 36).labels, volume.labels)


def test_boundaries_separate_grains_even_across_corners():
    volume = simulate_microstructure_3d(jax.random.key(1), CONFIG, 36)
    regions, count = ndimage.label(volume.labels == Phase.LLZO, np.ones((3, 3, 3)))
    assert count > 5
    for region in range(1, count + 1):
        assert len(np.unique(volume.grain_ids[regions == region])) == 1


def test_a_volume_of_one_slice_is_refused():
    with pytest.raises(InputError, match="2 or more slices"):
        simulate_microstructure_3d(jax.random.key(0), CONFIG, 1)
