"""Known thicknesses from simple geometry."""

from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.errors import CalibrationError, InputError
from ssbi_core.graph import layer_thickness
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase

SIZE = 240
ROWS, COLUMNS = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2


def band(thickness: float, degrees: float = 0.0) -> np.ndarray:
    """LLZO above, NMC below a layer through the middle, tilted by an angle."""
    angle = np.radians(degrees)
    depth = ROWS * np.cos(angle) - COLUMNS * np.sin(angle)
    sides = np.where(depth < 0, Phase.LLZO, Phase.NMC)
    return np.where(np.abs(depth) < thickness / 2, Phase.REACTION_LAYER, sides).astype(np.uint8)


@pytest.mark.parametrize("degrees", [0, 5, 20, 45])
@pytest.mark.parametrize("thickness", [6, 12, 30])
def test_a_tilted_layer_is_as_thick_as_it_is(degrees, thickness):
    labels = band(thickness, degrees)
    profile = layer_thickness(labels, 0, pixel_size_nm=0.5)
    drawn = 0.5 * (labels == Phase.REACTION_LAYER)[:, 60:180].sum(axis=0).mean() * np.cos(np.radians(degrees))
    assert drawn == pytest.approx(thickness / 2, abs=0.25)  # to half a pixel: it is drawn in whole ones
    assert profile.mean_nm == pytest.approx(drawn, rel=0.02)
    assert profile.percentile_nm(5) == pytest.approx(drawn, abs=0.5)
    assert profile.percentile_nm(95) == pytest.approx(drawn, abs=0.5)
    assert profile.uncovered_share == 0


@pytest.mark.parametrize("degrees", [0, 20, 45])
def test_positions_count_the_length_of_the_interface(degrees):
    profile = layer_thickness(band(12, degrees), 0, pixel_size_nm=2.0)
    seen = np.linalg.norm(profile.place[-1] - profile.place[0])  # where the normal leaves the picture is not measured
    assert profile.position_nm[-1] == pytest.approx(2 * seen, rel=0.01)
    assert np.all(np.diff(profile.position_nm) > 0)
    assert np.all(np.diff(profile.place[:, 1]) > 0)


def test_transposed_picture_gives_the_transposed_profile():
    labels = band(12, 20)
    along, across = (
        layer_thickness(x, axis, pixel_size_nm=1.0) for x, axis in ((labels, 0), (np.ascontiguousarray(labels.T), 1))
    )
    assert across.median_nm == pytest.approx(along.median_nm, rel=0.01)
    np.testing.assert_allclose(across.place[:, ::-1].mean(axis=0), along.place.mean(axis=0), atol=1)


@pytest.mark.parametrize("filling", [Phase.PORE, Phase.LLZO, Phase.NMC, Phase.COATING])
def test_a_broken_layer_is_zero_where_it_is_broken(filling):
    labels = band(10)
    gap = slice(80, 140)
    labels[:, gap] = np.where(labels[:, gap] == Phase.REACTION_LAYER, filling, labels[:, gap])
    profile = layer_thickness(labels, 0, pixel_size_nm=1.0)
    inside = (profile.place[:, 1] > 90) & (profile.place[:, 1] < 130)
    assert np.all(profile.thickness_nm[inside] == 0)
    assert profile.uncovered_share == pytest.approx(60 / SIZE, abs=0.04)
    assert profile.median_nm == pytest.approx(10, abs=0.3)


def test_a_pore_in_the_layer_is_no_layer():
    labels = band(12)
    labels[SIZE // 2 - 2 : SIZE // 2 + 2, :] = Phase.PORE
    assert layer_thickness(labels, 0, pixel_size_nm=1.0).median_nm == pytest.approx(8, abs=0.2)


def test_a_ring_around_a_particle_is_as_thick_as_it_is():
    radius = np.hypot(ROWS, COLUMNS)
    labels = np.where(radius < 60, Phase.NMC, np.where(radius < 70, Phase.REACTION_LAYER, Phase.LLZO))
    profile = layer_thickness(labels, 0, pixel_size_nm=1.0)
    assert profile.mean_nm == pytest.approx(10, rel=0.03)
    assert profile.position_nm[-1] == pytest.approx(2 * np.pi * 65, rel=0.03)


def test_specks_of_one_solid_in_the_other_are_no_interface():
    labels = band(10)
    labels[40:42, 40:43] = Phase.NMC
    labels[SIZE // 2, 100] = Phase.NMC
    profile = layer_thickness(labels, 0, pixel_size_nm=1.0)
    assert set(profile.piece) == {0}
    assert profile.median_nm == pytest.approx(10, abs=0.2)


def test_pieces_follow_each_other_the_longest_first():
    labels = band(8)
    labels[20:50, 20:60] = Phase.NMC
    profile = layer_thickness(labels, 0, pixel_size_nm=1.0)
    assert list(np.unique(profile.piece)) == [0, 1]
    first, second = (profile.piece == number for number in (0, 1))
    assert first.sum() > second.sum()
    assert np.all(profile.thickness_nm[second] == 0)
    assert np.all(np.diff(profile.position_nm) > 0)


def test_another_layer_is_measured_on_request():
    labels = band(10)
    labels[(labels == Phase.REACTION_LAYER) & (ROWS < 0)] = Phase.COATING
    phases = PhaseMap(labels, 0.5)
    for name in ("coating", Phase.COATING, 8):
        profile = layer_thickness(phases, 0, name)
        assert profile.phase is Phase.COATING
        assert profile.median_nm == pytest.approx(2.5, abs=0.1)


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (np.where(band(10) == Phase.REACTION_LAYER, Phase.PORE, band(10)), "without any reaction_layer"),
        (np.where(band(10) == Phase.NMC, Phase.LLZO, band(10)), "an interface"),
        (np.zeros((4, 40, 40), np.uint8), "3 dimensions"),
    ],
)
def test_what_has_no_layer_to_measure_is_refused(labels, words):
    with pytest.raises(InputError, match=words):
        layer_thickness(labels, 0, pixel_size_nm=1.0)


def test_only_layers_have_a_thickness():
    with pytest.raises(InputError, match="thickness of pore"):
        layer_thickness(band(10), 0, "pore", pixel_size_nm=1.0)


@pytest.mark.parametrize("size", [None, 0.0, float("nan")])
def test_a_thickness_needs_a_pixel_size(size):
    with pytest.raises(CalibrationError):
        layer_thickness(band(10), 0, pixel_size_nm=size)
