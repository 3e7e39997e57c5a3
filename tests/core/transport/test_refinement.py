"""Finer meshes bring the bounds together, never past each other or the truth."""

from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.transport import Surfaces, conduct, solve_conduction
from ssbi_core.transport.conduct import ConductionProblem
from ssbi_core.transport.conduction import Promise
from ssbi_core.transport.conductivity_field import ConductionField
from ssbi_core.transport.graded_mesh import GradedMesh
from ssbi_core.transport.mesh_bounds import bounds_on
from ssbi_core.transport.quadtree import Quadtree
from ssbi_core.transport.refinement import tighten
from ssbi_core.transport.subdivision import subdivided


def plain(field):
    return ConductionField(field, np.ones(field.shape[:2] if field.ndim == 4 else field.shape), Surfaces.none(), 1.0)


def grains(size, seed=0):
    """Grains with boundaries of one pixel and a hundredth of the conductivity, and two round pores of a millionth."""
    rng = np.random.default_rng(seed)
    row, column = np.ogrid[:size, :size]
    label = np.argmin([(row - a) ** 2 + (column - b) ** 2 for a, b in rng.uniform(0, size, (8, 2))], axis=0)
    field = np.ones((size, size))
    for axis in (0, 1):
        field[np.diff(label, axis=axis, append=label.take([-1], axis)) != 0] = 1e-2
    for a, b in rng.uniform(0, size, (2, 2)):
        field[(row - a) ** 2 + (column - b) ** 2 < (size / 9) ** 2] = 1e-6
    return field


def with_faces(field, resistance):
    """Every eighth row and column of pixel edges resists the current, with gaps: lines that cross, turn and end."""
    pixel, parts = np.arange(field.size).reshape(field.shape), []
    for axis in (0, 1):
        lines = np.moveaxis(pixel, axis, 0)[7:-1:8]
        lines = lines[:, np.arange(lines.shape[1]) % 13 > 1]
        parts.append(Surfaces.between(lines.ravel(), axis, resistance, field.shape))
    names = ("first", "second", "axis", "resistance", "phase")
    faces = Surfaces(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))
    return ConductionField(field, np.ones(field.shape), faces, 1.0)


def checkerboard(size=32, contrast=10.0):
    """2 x 2 squares; the exact conductivity is the geometric mean (Keller)."""
    field = np.ones((size, size))
    field[: size // 2, : size // 2] = field[size // 2 :, size // 2 :] = contrast
    return plain(field)


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


def test_a_gap_that_takes_too_many_cells_is_reported():
    field = checkerboard()
    found = tighten(field, 0, conduct(field.conductivity).effective_conductivity, 1e-4, max_cells=1500)
    assert not found.reached
    assert found.factor > 1


def test_a_gap_finer_than_any_cell_is_given_up(monkeypatch):
    """At a contrast of 1000, one more level at the centre takes 5 % off its share."""
    monkeypatch.setattr("ssbi_core.transport.refinement._MOST_UNITS", 64)
    field = checkerboard(8, 1e3)
    found = tighten(field, 0, conduct(field.conductivity).effective_conductivity, 0.01)
    assert not found.reached
    assert found.factor == 64


def test_voxels_are_cut_everywhere():
    field = np.ones((6, 6, 6))
    field[2:4, 2:4, 2:4] = 20.0
    known = conduct(field).effective_conductivity
    found = tighten(plain(field), 0, known, 0.01)
    assert found.reached
    assert found.factor == 4
    assert known.lower <= found.effective_conductivity.lower < found.effective_conductivity.upper <= known.upper


def rounds(monkeypatch, field, axis, part):
    """Bounds at first, every mesh with its own, and what is left when the gap has come down to a part of the first."""
    made = []

    def spy(mesh, *others):
        made.append((mesh, bounds_on(mesh, *others)))
        return made[-1][1]

    monkeypatch.setattr("ssbi_core.transport.refinement.bounds_on", spy)
    known = conduct(field.conductivity, axis=axis, surfaces=field.surfaces).effective_conductivity
    found = tighten(field, axis, known, part * (known.upper - known.lower) / known.estimate)
    assert found.reached
    return known, made, found


STRUCTURES = {
    "grains": lambda: plain(grains(64)),
    "insulators": lambda: plain(np.where(grains(64) < 1e-5, 0.0, grains(64))),
    "tensors": lambda: plain(grains(48)[..., None, None] * np.array([[2.0, 0.3], [0.3, 1.0]])),
    "faces": lambda: with_faces(np.ones((32, 32)), 30.0),
    "faces and insulators": lambda: with_faces(np.where(grains(48) < 1e-5, 0.0, 1.0), 3.0),
    "faces and grains": lambda: with_faces(np.maximum(grains(48), 0.02), 3.0),
    "torn": lambda: with_faces(grains(48), 3.0),
}


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("name", STRUCTURES)
def test_bounds_of_every_round_lie_inside_those_before(monkeypatch, name, axis):
    field = STRUCTURES[name]()
    known, made, found = rounds(monkeypatch, field, axis, 0.2)
    assert len(made) > 2
    lower = [b.effective_conductivity.lower for _, b in made]
    upper = [b.effective_conductivity.upper for _, b in made]
    assert (np.diff(lower) >= -1e-9 * lower[0]).all()
    assert (np.diff(upper) <= 1e-9 * upper[0]).all()
    got = found.effective_conductivity
    assert known.lower <= got.lower <= got.estimate <= got.upper <= known.upper
    assert len(made[-1][0]) < field.body.size * 16
    finest = subdivided(field, 8)
    closer = conduct(finest.conductivity, finest.voxel_size, axis, surfaces=finest.surfaces).effective_conductivity
    assert closer.lower <= got.upper
    assert got.lower <= closer.upper


@pytest.mark.parametrize("name", STRUCTURES)
def test_cutting_every_cell_is_cutting_every_pixel(name):
    field = STRUCTURES[name]()
    promise = Promise(1e-6, True, "auto")
    with ConductionProblem(field.conductivity, surfaces=field.surfaces, mesh="graded") as problem:
        sizes = np.ones(field.body.shape, dtype=np.int32)
        mesh = GradedMesh(Quadtree.of_sizes(sizes), problem.faces)
        for cut in (1, 2, 4):
            got = bounds_on(mesh, problem, promise).effective_conductivity
            fine = subdivided(field, cut)
            pixels = conduct(fine.conductivity, 1 / cut, surfaces=fine.surfaces, mesh="pixels").effective_conductivity
            assert got.lower == pytest.approx(pixels.lower, rel=1e-9)
            if name in ("insulators", "faces and insulators", "torn"):
                # Pixels join conductors that touch in a point, and pay for tears down to parts of the smaller pixel.
                assert got.lower <= got.upper <= pixels.upper * (1 + 1e-9)
            else:
                assert got.upper == pytest.approx(pixels.upper, rel=1e-9)
            mesh = mesh.cut(np.ones(len(mesh), dtype=bool))


@pytest.mark.parametrize("contrast", [10.0, 100.0])
def test_a_checkerboard_is_bracketed_ever_closer(monkeypatch, contrast):
    """The potential at its centre goes as about r^(4 / pi / sqrt(contrast)): hardly any singularity is stronger."""
    known, made, found = rounds(monkeypatch, checkerboard(16, contrast), 0, 0.05)
    for bounds in (known, *(b.effective_conductivity for _, b in made), found.effective_conductivity):
        assert bounds.lower <= np.sqrt(contrast) * (1 + 1e-9)
        assert bounds.upper >= np.sqrt(contrast) * (1 - 1e-9)


def test_conductors_that_touch_in_a_point_pass_no_current_there():
    """A plate cut by a slit that pixels draw as a staircase of corners: its conductivity is that of the way around."""
    field = np.ones((12, 12))
    field[np.arange(3, 9), np.arange(3, 9)] = 0
    field[2, 8] = 0
    with ConductionProblem(field, mesh="graded") as problem:
        assert problem.mesh is not None
        joined = conduct(field, mesh="graded").effective_conductivity
        found = bounds_on(problem.mesh, problem, Promise(1e-6, True, "auto")).effective_conductivity
    assert found.lower == pytest.approx(joined.lower, rel=1e-12)
    assert found.lower <= found.upper < joined.upper
    close = tighten(plain(field), 0, joined, 0.002)
    assert close.reached
    assert found.lower <= close.effective_conductivity.lower <= close.effective_conductivity.upper <= found.upper


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
