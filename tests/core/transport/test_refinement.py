"""Finer meshes bring the bounds together, never past each other or the truth."""

from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.transport import Surfaces, conduct, solve_conduction
from ssbi_core.transport.conductivity_field import ConductionField
from ssbi_core.transport.refinement import subdivided, tighten


def checkerboard(size=32, contrast=10.0):
    """2 x 2 squares; the exact conductivity is the geometric mean (Keller)."""
    field = np.ones((size, size))
    field[: size // 2, : size // 2] = field[size // 2 :, size // 2 :] = contrast
    return ConductionField(field, np.ones(field.shape, dtype=np.uint8), Surfaces.none(), 1.0)


def test_bounds_close_in_on_the_exact_value():
    field = checkerboard()
    known = conduct(field.conductivity).effective_conductivity
    found = tighten(field, 0, known, 0.02)
    assert found.reached
    assert found.factor > 1
    got = found.effective_conductivity
    assert (got.upper - got.lower) / got.estimate <= 0.02
    assert known.lower <= got.lower <= np.sqrt(10) <= got.upper <= known.upper


def test_what_is_close_enough_is_left_alone():
    field = checkerboard(contrast=1.0)
    known = conduct(field.conductivity).effective_conductivity
    found = tighten(field, 0, known, 1e-6)
    assert (found.factor, found.effective_conductivity) == (1, known)


def test_a_gap_that_does_not_fit_in_memory_is_reported(monkeypatch):
    monkeypatch.setattr("ssbi_core.transport.refinement._MOST_PIXELS", {2: 10_000})
    field = checkerboard()
    found = tighten(field, 0, conduct(field.conductivity).effective_conductivity, 1e-4)
    assert not found.reached
    assert found.factor == 2


@pytest.mark.parametrize("shape", [(6, 5), (4, 3, 5)])
@pytest.mark.parametrize("factor", [2, 3])
def test_cut_faces_carry_the_same_resistance(shape, factor):
    """A sheet of faces across the current adds its resistance exactly, at any fineness."""
    first = np.arange(np.prod(shape)).reshape(shape)[1].ravel()
    faces = Surfaces.between(first, 0, 2.5, shape)
    field = ConductionField(np.ones(shape), np.ones(shape, dtype=np.uint8), faces, 1.0)
    fine = subdivided(field, factor)
    assert len(fine.surfaces) == len(faces) * factor ** (len(shape) - 1)
    exact = shape[0] / (shape[0] + 2.5)
    got = conduct(fine.conductivity, fine.voxel_size, surfaces=fine.surfaces).effective_conductivity
    np.testing.assert_allclose(got, exact, rtol=1e-12)


def test_a_gap_asked_of_a_label_image_is_met_and_recorded():
    labels = np.full((48, 40), Phase.LLZO, dtype=np.uint8)
    labels[10:18, 12:32] = labels[30:36, :20] = Phase.PORE
    phases = PhaseMap(labels=labels, pixel_size_nm=2.0, name="gap")
    wide = solve_conduction(phases, axis=0, knockout=False).effective_conductivity
    close = solve_conduction(phases, axis=0, knockout=False, rel_gap=0.005)
    got = close.effective_conductivity
    assert (wide.upper - wide.lower) / wide.estimate > 0.005
    assert (got.upper - got.lower) / got.estimate <= 0.005
    assert wide.lower <= got.lower <= got.estimate <= got.upper <= wide.upper
    assert any("closer bounds" in note for note in close.settings["notes"])
