import jax
import numpy as np
import pytest
from scipy import ndimage

from ssbi_core.errors import InputError
from ssbi_core.materials import Phase
from ssbi_core.simulate import simulate_polycrystal

KEY = jax.random.key(3)


def centres(volume):
    numbers = np.unique(volume.grain_ids)[1:]
    return np.array(ndimage.center_of_mass(volume.grain_ids > 0, volume.grain_ids, numbers))


def test_a_volume_is_llzo_and_boundary_and_reproducible():
    volume = simulate_polycrystal(KEY, 12, edge=32, pixel_size_nm=2.5)
    assert volume.labels.shape == volume.grain_ids.shape == (32, 32, 32)
    assert volume.labels.dtype == np.uint8
    assert volume.pixel_size_nm == 2.5
    assert set(volume.labels.flat) == {Phase.LLZO, Phase.GRAIN_BOUNDARY}
    np.testing.assert_array_equal(volume.grain_ids > 0, volume.labels == Phase.LLZO)
    np.testing.assert_array_equal(simulate_polycrystal(KEY, 12, edge=32).labels, volume.labels)
    assert not np.array_equal(simulate_polycrystal(jax.random.key(4), 12, edge=32).labels, volume.labels)


@pytest.mark.parametrize("grains", [40, 160])
def test_the_mean_grain_volume_is_the_one_asked_for(grains):
    inside = 0
    for seed in range(6):
        at = centres(simulate_polycrystal(jax.random.key(seed), grains, edge=48, boundary_width=0))
        inside += (np.abs(at - 23.5) < 12).all(1).sum()  # an eighth of the volume, away from the faces
    expected = 6 * grains / 8
    assert abs(inside - expected) < 3 * np.sqrt(expected)


@pytest.mark.parametrize("width", [0.0, 2.0])
def test_boundaries_have_no_hole_even_across_corners(width):
    volume = simulate_polycrystal(KEY, 30, edge=40, boundary_width=width)
    regions, count = ndimage.label(volume.labels == Phase.LLZO, np.ones((3, 3, 3)))
    assert count >= 30
    for region in range(1, count + 1):
        assert len(np.unique(volume.grain_ids[regions == region])) == 1


def test_boundary_volume_grows_with_width():
    thin, wide = (
        (simulate_polycrystal(KEY, 2, edge=64, boundary_width=width).labels == Phase.GRAIN_BOUNDARY).mean()
        for width in (3.0, 6.0)
    )
    assert 1.8 < wide / thin < 2.2


def test_the_voxel_size_changes_nothing_but_the_scale():
    fine, coarse = (simulate_polycrystal(KEY, 10, edge=24, pixel_size_nm=size) for size in (1.0, 50.0))
    np.testing.assert_array_equal(fine.labels, coarse.labels)
    assert (fine.pixel_size_nm, coarse.pixel_size_nm) == (1.0, 50.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"grains": 0},
        {"grains": 5000},
        {"grains": 10, "edge": 1},
        {"grains": 10, "boundary_width": -1.0},
        {"grains": 10, "pixel_size_nm": 0.0},
    ],
)
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(InputError):
        simulate_polycrystal(KEY, **{"edge": 32, **wrong})
