import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.io import Micrograph
from ssbi_core.materials import load_system
from ssbi_core.segment.channels import ROLES, input_channels, normalised_haadf, role_elements


def _micrograph(**elements: np.ndarray) -> Micrograph:
    rng = np.random.default_rng(0)
    return Micrograph(rng.normal(100, 20, (40, 48)).astype(np.float32), elements, 1.0)


def _counts(mean: float, seed: int = 1) -> np.ndarray:
    ramp = np.linspace(0.2, 2.0, 48)[None] * np.ones((40, 1))
    return np.random.default_rng(seed).poisson(mean * ramp).astype(np.float32)


def test_roles_of_llzo_follow_from_its_composition():
    roles = role_elements(load_system("llzo_nmc"))
    assert roles["cation_a"] == {"La"}
    assert roles["cation_b"] == {"Zr", "Ta"}
    assert roles["electrode"] == {"Ni", "Mn", "Co"}
    assert roles["coating"] == {"Nb"}
    assert "C" in roles["other"]


@pytest.mark.parametrize("system", ["llzo_nmc", "llzo_lco", "latp_nmc"])
def test_every_role_but_haadf_has_elements_and_none_twice(system):
    roles = role_elements(load_system(system))
    assert tuple(roles) == ROLES[1:]
    named = [e for names in roles.values() for e in names]
    assert len(named) == len(set(named))
    assert roles["cation_a"]
    assert roles["electrode"]


def test_an_element_counts_for_its_role_in_each_system():
    _, llzo = input_channels(_micrograph(La=_counts(5)), load_system("llzo_nmc"))
    _, latp = input_channels(_micrograph(P=_counts(5)), load_system("latp_nmc"))
    assert llzo.tolist() == latp.tolist() == [1, 1, 0, 0, 0, 0, 0]


def test_roles_not_recorded_are_zero_and_absent():
    channels, presence = input_channels(_micrograph(), load_system())
    assert presence.tolist() == [1, 0, 0, 0, 0, 0, 0]
    assert not channels[..., 1:].any()


def test_unknown_elements_change_nothing():
    plain, _ = input_channels(_micrograph(La=_counts(5)), load_system())
    strange, _ = input_channels(_micrograph(La=_counts(5), Xx=_counts(9)), load_system())
    np.testing.assert_array_equal(plain, strange)


def test_gain_and_offset_of_haadf_do_not_matter():
    image = np.random.default_rng(2).normal(0, 1, (64, 64)).astype(np.float32)
    np.testing.assert_allclose(normalised_haadf(image), normalised_haadf(3000 * image + 700), atol=1e-4)


def test_dose_of_element_maps_does_not_matter():
    counts = {"La": _counts(5), "Ni": _counts(3, 2)}
    one, _ = input_channels(_micrograph(**counts), load_system())
    two, _ = input_channels(_micrograph(**{e: 7 * m for e, m in counts.items()}), load_system())
    np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-4)


def test_a_map_of_pure_background_is_not_blown_up():
    channels, _ = input_channels(_micrograph(La=_counts(20), Nb=np.full((40, 48), 0.02) * _counts(1)), load_system())
    assert channels[..., ROLES.index("coating")].max() < 0.6


def test_nan_pixels_become_the_median():
    image = np.random.default_rng(3).normal(0, 1, (32, 32)).astype(np.float32)
    image[4, 5] = np.nan
    assert np.isfinite(normalised_haadf(image)).all()


@pytest.mark.parametrize("value", [7.0, np.nan])
def test_an_image_without_contrast_is_refused(value):
    with pytest.raises(InputError, match="HAADF"):
        normalised_haadf(np.full((32, 32), value, np.float32))
