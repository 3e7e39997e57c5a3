from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.ndimage import shift as shift_image

from ssbi_core.io import Micrograph
from ssbi_core.preprocess import PreprocessConfig, register_elements


def grains(seed: int = 3, size: int = 128) -> np.ndarray:
    """Two phases in blobs, 0 and 1."""
    rng = np.random.default_rng(seed)
    return (gaussian_filter(rng.standard_normal((size, size)), 6) > 0).astype(float)


def micrograph(shift: tuple[float, float], counts: float = 3.0, sign: float = 1.0) -> Micrograph:
    """HAADF and EDS of the same grains, the maps moved the other way by `shift`, blurred and counted."""
    rng = np.random.default_rng(11)
    heavy = grains()
    haadf = sign * (0.64 + 0.36 * heavy) + 0.05 * rng.standard_normal(heavy.shape)
    recorded = gaussian_filter(shift_image(heavy, [-s for s in shift], order=1, mode="nearest"), 1.5)
    maps = {"La": counts * recorded, "Ni": counts * (1 - recorded), "O": np.full_like(recorded, counts)}
    elements = {name: rng.poisson(np.clip(m, 0, None)).astype(np.float32) for name, m in maps.items()}
    return Micrograph(haadf.astype(np.float32), elements, 1.0)


@pytest.mark.parametrize("shift", [(0.0, 0.0), (2.3, -3.6), (-4.0, 1.5), (7.7, 8.2)])
def test_shift_is_found_below_a_pixel(shift):
    _, found = register_elements(micrograph(shift))
    np.testing.assert_allclose(found, shift, atol=0.25)


def test_registered_maps_follow_the_image():
    blurred = micrograph((4.0, -3.0))
    registered, shift = register_elements(blurred)
    before = np.corrcoef(blurred.haadf.ravel(), blurred.elements["La"].ravel())[0, 1]
    after = np.corrcoef(registered.haadf.ravel(), registered.elements["La"].ravel())[0, 1]
    assert after > before + 0.1
    assert registered.metadata["eds_registration"]["shift_px"] == list(shift)
    assert registered.elements["La"].dtype == np.float32
    assert registered.elements["La"].sum() == pytest.approx(blurred.elements["La"].sum(), rel=0.1)


def test_inverted_image_is_registered_too():
    _, found = register_elements(micrograph((3.0, 2.0), sign=-1.0))
    np.testing.assert_allclose(found, (3.0, 2.0), atol=0.25)


def test_unrelated_maps_are_left_where_they_are():
    source = micrograph((0, 0))
    noise = {"La": np.random.default_rng(5).poisson(0.3, source.shape).astype(np.float32)}
    unrelated = Micrograph(source.haadf, noise, 1.0)
    result, shift = register_elements(unrelated)
    assert shift == (0.0, 0.0)
    assert "correlation" in result.metadata["eds_registration"]["rejected"]
    np.testing.assert_array_equal(result.elements["La"], noise["La"])


def test_shift_beyond_the_bound_is_rejected():
    _, shift = register_elements(micrograph((9.0, 0.0)), PreprocessConfig(largest_shift=4))
    assert shift == (0.0, 0.0)


def test_without_maps_or_switched_off_nothing_happens():
    source = micrograph((3.0, 0.0))
    assert register_elements(source, PreprocessConfig(register_eds=False)) == (source, (0.0, 0.0))
    bare = Micrograph(source.haadf, {}, 1.0)
    assert register_elements(bare) == (bare, (0.0, 0.0))
