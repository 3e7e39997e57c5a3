from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree
from skimage.segmentation import find_boundaries

from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.transport import solve_conduction
from ssbi_core.transport.conductivity_field import build_field

LENGTH, WIDTH = 120, 80


def _tilted_line(degrees: float, style: str) -> np.ndarray:
    angle = np.radians(degrees)
    row, column = np.mgrid[:LENGTH, :WIDTH] - np.array([LENGTH - 1, WIDTH - 1])[:, None, None] / 2
    row = row + 0.13
    across = row - np.tan(angle) * column
    if style == "8-connected":
        return np.round(across + 0.5) == 0
    if style == "4-connected":
        return np.abs(across) <= (1 + np.tan(angle)) / 2
    return np.abs(across * np.cos(angle)) < 2.5


@pytest.mark.parametrize("style", ["8-connected", "4-connected", "thick"])
@pytest.mark.parametrize("degrees", [0, 3, 14, 22, 30, 37, 45])
@pytest.mark.parametrize("resistance", [3.0, 1000.0])
def test_tilted_line_has_the_resistance_of_its_true_length(degrees, style, resistance):
    labels = np.where(_tilted_line(degrees, style), 2, 1).astype(np.uint8)
    got = solve_conduction(
        PhaseMap(labels, 1e7),
        conductivity={"llzo": 1.0},
        resistance={"grain_boundary": resistance},
        axis=0,
        knockout=False,
    )
    exact = LENGTH / (LENGTH + resistance * np.cos(np.radians(degrees)))
    assert got.effective_conductivity.estimate == pytest.approx(exact, rel=0.01)


def _grains(pixels: int, drawing: str) -> np.ndarray:
    points = np.random.default_rng(1).random((40, 2))
    grain = cKDTree(points).query((np.stack(np.mgrid[:pixels, :pixels], -1) + 0.5) / pixels)[1]
    lines = find_boundaries(grain, mode="thick")
    if drawing == "thin":
        lines = np.zeros_like(lines)
        lines[:-1] |= grain[:-1] != grain[1:]
        lines[:, :-1] |= grain[:, :-1] != grain[:, 1:]
    return np.where(lines, 2, 1).astype(np.uint8)


@pytest.mark.parametrize("drawing", ["thin", "thick"])
@pytest.mark.parametrize("resistance", [0.003, 0.3])
def test_pixel_size_changes_a_polycrystal_by_less_than_two_percent(drawing, resistance):
    half, one, two = (
        solve_conduction(
            PhaseMap(_grains(n, drawing), 2000 / n),
            conductivity={"llzo": 5e-4},
            resistance={"grain_boundary": resistance},
            axis=0,
            knockout=False,
        ).effective_conductivity.estimate
        for n in (256, 128, 64)
    )
    assert half == pytest.approx(one, rel=0.02)
    assert two == pytest.approx(one, rel=0.02)


def test_line_that_ends_inside_a_grain_still_resists():
    labels = np.ones((40, 40), np.uint8)
    labels[20, 8:32] = 7
    settings = {"conductivity": {"llzo": 1.0}, "axis": 0, "knockout": False}
    free = solve_conduction(PhaseMap(labels, 1e7), resistance={"dislocation": 0.0}, **settings)
    blocked = solve_conduction(PhaseMap(labels, 1e7), resistance={"dislocation": 1e6}, **settings)
    assert free.effective_conductivity.estimate == pytest.approx(1.0)
    assert blocked.effective_conductivity.estimate < 0.85


def test_gap_in_a_boundary_opens_only_its_surroundings():
    labels = np.ones((40, 200), np.uint8)
    labels[20] = 2
    labels[20, 100] = 1
    got = solve_conduction(
        PhaseMap(labels, 1e7), conductivity={"llzo": 1.0}, resistance={"grain_boundary": 40.0}, axis=0, knockout=False
    )
    assert 0.5 < got.effective_conductivity.estimate < 0.65


def test_surface_in_a_stack_is_exact():
    labels = np.ones((6, 8, 5), np.uint8)
    labels[:, 4] = 2
    got = solve_conduction(
        PhaseMap(labels, 1e7), conductivity={"llzo": 1.0}, resistance={"grain_boundary": 5.0}, axis=0, knockout=False
    )
    np.testing.assert_allclose(got.effective_conductivity, 8 / 13, rtol=1e-12)


def test_grain_boundary_that_runs_into_nmc_does_not_short_the_contact():
    labels = np.full((12, 9), Phase.LLZO, np.uint8)
    labels[:, 4] = Phase.GRAIN_BOUNDARY
    labels[6], labels[7:] = Phase.CONTACT, Phase.NMC
    labels[6, 4] = Phase.GRAIN_BOUNDARY
    resistance = {Phase.GRAIN_BOUNDARY: 0.3, Phase.CONTACT: 25.7}
    field = build_field(labels, 1e-7, {Phase.LLZO: 1e-3, Phase.NMC: 1e-4}, resistance)
    faces, body = field.surfaces, field.body.ravel()
    across = body[faces.first] != body[faces.second]
    assert across.sum() >= labels.shape[1]
    assert set(faces.phase[across]) == {Phase.CONTACT}
    assert set(faces.phase[~across]) == {Phase.GRAIN_BOUNDARY}
