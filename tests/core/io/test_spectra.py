from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.io.element_maps import collect_maps
from ssbi_core.io.planes import planes_of
from ssbi_core.io.regrid import resample_counts
from ssbi_core.io.signals import EnergyAxis, Signal
from ssbi_core.io.spectra import element_maps
from ssbi_core.io.xray_lines import FAMILIES, _caught, fwhm_keV, line_window, lines_nearby, side_windows
from ssbi_core.materials import load_system

ENERGY = EnergyAxis(-0.2, 0.01, 1000)
SYSTEM = load_system("llzo_nmc")


def spectrum(element: str, counts: float) -> np.ndarray:
    """Expected counts per channel of the family that maps the element, `counts` in its own line."""
    energies = ENERGY.offset_keV + ENERGY.scale_keV * np.arange(ENERGY.size)
    total = np.zeros(ENERGY.size)
    for line, weight in FAMILIES[element][0]:
        sigma = fwhm_keV(line) / 2.3548
        total += counts * weight * np.exp(-0.5 * ((energies - line) / sigma) ** 2) * ENERGY.scale_keV / sigma / 2.5066
    return total


def signal(parts: dict[str, np.ndarray], background: float = 0.004, seed: int = 0) -> Signal:
    """Counted spectra of a field: element -> expected counts per pixel."""
    shape = next(iter(parts.values())).shape
    expected = np.full((*shape, ENERGY.size), background)
    for element, counts in parts.items():
        expected += counts[..., None] * spectrum(element, 1.0)
    counted = np.random.default_rng(seed).poisson(expected).astype(np.uint8)
    return Signal("EDS", counted, "YXE", (1.0, 1.0), energy=ENERGY, technique="EDS")


@pytest.fixture(scope="module")
def halves() -> dict[str, np.ndarray]:
    """LLZO on the left (La, Zr), NMC on the right (Ni, Mn, Co)."""
    left = np.zeros((24, 32))
    left[:, :16] = 1
    return {"La": 30 * left, "Zr": 20 * left, "Ni": 30 * (1 - left), "Mn": 10 * (1 - left), "Co": 10 * (1 - left)}


def test_maps_hold_the_counts_of_their_lines(halves):
    maps = element_maps(signal(halves), SYSTEM, [])
    for element, expected in halves.items():
        caught = expected.sum() * _caught(FAMILIES[element][0], line_window(SYSTEM.elements[element].energy_keV))
        assert maps[element].sum() == pytest.approx(caught, rel=0.1), element


def test_satellites_of_one_element_are_not_counted_as_another(halves):
    maps = element_maps(signal(halves), SYSTEM, [])
    assert maps["Mn"][:, :16].mean() < 0.15 * maps["Mn"][:, 16:].mean()
    assert maps["Ni"][:, :16].mean() < 0.1 * maps["Ni"][:, 16:].mean()


def test_elements_that_are_not_there_get_no_map(halves):
    notes: list[str] = []
    maps = element_maps(signal({"La": halves["La"], "Zr": halves["Zr"]}), SYSTEM, notes)
    assert set(maps) == {"La", "Zr"}
    assert "no map of" in notes[0]
    assert "Mn" in notes[0]


def test_side_windows_avoid_every_line():
    lines = lines_nearby(SYSTEM.elements)
    for element, line in SYSTEM.elements.items():
        for low, high in side_windows(line.energy_keV, lines, (0.15, 20)):
            assert not any(low < e < high for start, end in map(line_window, lines) for e in (start, end)), element


def test_detector_width_is_130_eV_at_mn_ka_and_narrower_below():
    assert fwhm_keV(5.899) == pytest.approx(0.130)
    assert fwhm_keV(0.277) == pytest.approx(0.053, abs=0.002)


@pytest.mark.parametrize("shape", [(48, 64), (36, 48), (31, 45)])
def test_maps_of_another_resolution_are_put_on_the_haadf_grid_with_their_counts(halves, shape):
    image = np.random.default_rng(0).random(shape).astype(np.float32)
    haadf = Signal("HAADF", image, "YX", (24 / shape[0], 32 / shape[1]))
    planes = planes_of([haadf, signal(halves)])
    notes: list[str] = []
    maps = collect_maps(planes, planes[0], SYSTEM, notes)
    alone = element_maps(signal(halves), SYSTEM, [])
    for element, counts in maps.items():
        assert counts.shape == shape
        assert counts.sum() == pytest.approx(alone[element].sum(), rel=1e-5)
    assert any("counts kept" in note for note in notes)


def test_spectra_of_another_field_are_left_out(halves):
    image = np.random.default_rng(0).random((48, 64)).astype(np.float32)
    planes = planes_of([Signal("HAADF", image, "YX", (5.0, 5.0)), signal(halves)])
    notes: list[str] = []
    assert collect_maps(planes, planes[0], SYSTEM, notes) == {}
    assert "another field of view" in notes[0]


def test_an_energy_axis_in_front_is_understood(halves):
    behind = signal(halves)
    front = Signal("EDS", np.moveaxis(behind.data, -1, 0), "EYX", (1.0, 1.0), energy=ENERGY, technique="EDS")
    np.testing.assert_array_equal(element_maps(front, SYSTEM, [])["La"], element_maps(behind, SYSTEM, [])["La"])


@pytest.mark.parametrize("shape", [(1, 1), (7, 5), (20, 30), (13, 64)])
def test_regridding_keeps_the_sum(shape):
    counts = np.random.default_rng(3).random((13, 21)).astype(np.float32)
    assert resample_counts(counts, shape).sum() == pytest.approx(counts.sum(), rel=1e-5)
