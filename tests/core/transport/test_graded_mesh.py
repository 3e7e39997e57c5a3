"""Cells larger than a pixel: where they may lie, that they stay conforming, and that both bounds stay bounds."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.draw import disk

from ssbi_core.errors import InputError
from ssbi_core.transport import Surfaces, conduct
from ssbi_core.transport.cell_size import LARGEST, cell_sizes
from ssbi_core.transport.graded_mesh import GradedMesh

SHAPES = [(128, 96), (101, 67), (33, 130), (16, 16)]


def spotted(shape, seed, levels=(1.0, 1e-3, 50.0)):
    rng = np.random.default_rng(seed)
    field = np.full(shape, levels[0])
    for level in (*levels[1:], *levels[1:]):
        field[disk(rng.uniform(0, shape), rng.uniform(2, min(shape) / 3), shape=shape)] = level
    return field


def grain_faces(shape, resistance=3.0):
    """A closed square of resistive faces, and a loose end."""
    a, b = shape[0] // 4, 3 * shape[0] // 4
    c, d = shape[1] // 4, 3 * shape[1] // 4
    rows, columns = np.arange(a, b), np.arange(c, d)
    parts = [
        Surfaces.between((a - 1) * shape[1] + columns, 0, resistance, shape),
        Surfaces.between((b - 1) * shape[1] + columns, 0, resistance, shape),
        Surfaces.between(rows * shape[1] + c - 1, 1, resistance, shape),
        Surfaces.between(rows[: len(rows) // 2] * shape[1] + d - 1, 1, resistance, shape),
    ]
    fields = ("first", "second", "axis", "resistance", "phase")
    return Surfaces(*(np.concatenate([getattr(p, name) for p in parts]) for name in fields))


@pytest.mark.parametrize("shape", SHAPES)
def test_cells_are_aligned_uniform_and_graded(shape):
    field, faces = spotted(shape, 1), grain_faces(shape)
    size = cell_sizes([field], faces)
    assert size.shape == shape
    for i, j in np.ndindex(shape):
        s = size[i, j]
        cell = np.s_[i - i % s : i - i % s + s, j - j % s : j - j % s + s]
        assert (size[cell] == s).all()
        assert size[cell].shape == (s, s)
        assert np.ptp(field[cell]) == 0
    for axis in (0, 1):
        ratio = np.exp2(np.abs(np.diff(np.log2(size), axis=axis)))
        assert ratio.max(initial=1) <= 2
    assert (size.ravel()[faces.first] == 1).all()
    assert (size.ravel()[faces.second] == 1).all()


def test_a_uniform_picture_takes_the_largest_cells():
    assert (cell_sizes([np.ones((64, 48))], Surfaces.none()) == LARGEST).all()


def cut_at_random(mesh, seed, rounds=4, share=0.05):
    """Cells of a sixteenth of a pixel and less, in no order."""
    rng = np.random.default_rng(seed)
    for _ in range(rounds):
        mesh = mesh.cut(rng.random(len(mesh)) < share)
    return mesh


@pytest.fixture(params=[False, True], ids=["pixels", "parts of pixels"])
def mesh(request):
    """Cells of many sizes, with faces between some."""
    shape = (69, 96)
    found = GradedMesh.of([spotted(shape, 3)], grain_faces(shape))
    return cut_at_random(found, 0) if request.param else found


def test_cells_tile_the_picture(mesh):
    tree = mesh.tree
    rows, columns = np.multiply(tree.shape, tree.unit)
    area = np.sum(tree.edge.astype(np.int64) ** 2)
    assert area == rows * columns
    assert (tree.start % tree.edge[:, None] == 0).all()
    assert (np.add(tree.start, tree.edge[:, None]) <= (rows, columns)).all()
    np.testing.assert_array_equal(tree.leaf_at(tree.start), np.arange(len(tree)))
    np.testing.assert_array_equal(tree.leaf_at(tree.start + tree.edge[:, None] - 1), np.arange(len(tree)))


def test_neighbours_differ_by_a_factor_of_two_at_most(mesh):
    tree = mesh.tree
    assert np.ptp(np.log2(tree.edge)) >= 3
    for side in np.ndindex(3, 3):
        points = tree.start + np.where(np.equal(side, 0), -1, (np.array(side) > 1) * tree.edge[:, None])
        within = tree.inside(points)
        assert (tree.edge[tree.leaf_at(points[within])] <= 2 * tree.edge[within]).all()


def test_linear_functions_pass_through_hanging_nodes(mesh):
    at = mesh.at_corners(mesh.position @ (0.3, -1.7) + 2, mesh.corners)
    first, edge = mesh.tree.start / mesh.tree.unit, mesh.tree.edge / mesh.tree.unit
    expected = np.stack([(first + np.outer(edge, corner)) @ (0.3, -1.7) + 2 for corner in np.ndindex(2, 2)], axis=1)
    np.testing.assert_allclose(at, expected, rtol=0, atol=1e-12)
    node = np.stack(np.meshgrid(*[np.arange(n + 1) for n in mesh.tree.shape], indexing="ij"), axis=-1) @ (0.3, -1.7) + 2
    corners = [node[i : i + mesh.tree.shape[0], j : j + mesh.tree.shape[1]].ravel() for i, j in np.ndindex(2, 2)]
    np.testing.assert_allclose(mesh.on_pixels(at), np.stack(corners, axis=1), rtol=0, atol=1e-12)


def test_neighbouring_cells_agree_on_the_edge_they_share(mesh):
    """Both cells beside a piece of edge give the same value at its middle."""
    tree = mesh.tree
    at = mesh.at_corners(np.random.default_rng(0).normal(size=len(mesh.position)), mesh.corners)
    unit, found = tree.unit, 0
    for axis in (0, 1):
        cells, beside = tree.beside(axis, 0)
        cells, beside = (v[tree.edge[beside] >= tree.edge[cells]] for v in (cells, beside))
        middle = (tree.start[cells] + np.where(np.arange(2) == axis, 0, tree.edge[cells, None] / 2)) / unit
        sides = []
        for cell in (cells, beside):
            place = (middle - tree.start[cell] / unit) / (tree.edge[cell, None] / unit)
            hats = [np.stack([1 - place[:, k], place[:, k]], axis=1) for k in (0, 1)]
            sides.append(np.einsum("nab,na,nb->n", at[cell].reshape(-1, 2, 2), *hats))
        np.testing.assert_allclose(*sides, rtol=0, atol=1e-12)
        found += np.count_nonzero(tree.edge[beside] > tree.edge[cells])
    assert found > 100


def test_pieces_make_up_the_faces_and_lie_between_equal_cells(mesh):
    pieces, tree = mesh.pieces, mesh.tree
    np.testing.assert_allclose(np.bincount(pieces.face, pieces.length), np.ones(len(mesh.surfaces)))
    np.testing.assert_array_equal(tree.edge[pieces.first], tree.edge[pieces.second])
    np.testing.assert_array_equal(tree.pixel[pieces.first], mesh.surfaces.first[pieces.face])
    np.testing.assert_array_equal(tree.pixel[pieces.second], mesh.surfaces.second[pieces.face])
    assert (np.diff(pieces.face) >= 0).all()


def test_a_cut_to_a_depth_goes_down_at_corners_of_pixels_only():
    mesh = GradedMesh.of([np.ones((2, 2))], Surfaces.none())
    tree = mesh.cut(np.arange(4) == 0, 3).tree
    assert tree.unit == 8
    smallest = tree.edge == 1
    assert smallest.sum() > 4
    corner = np.round((tree.start[smallest] + 0.5) / tree.unit)
    assert (np.abs(tree.start[smallest] + 0.5 - corner * tree.unit) <= 1.5).all()


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("levels", [(1.0, 1e-3, 50.0), (1.0, 0.0, 1e-6)])
def test_bounds_enclose_those_of_the_pixel_mesh(seed, axis, levels):
    field = spotted((112, 97), seed, levels)
    faces = grain_faces(field.shape)
    fine = conduct(field, axis=axis, surfaces=faces, mesh="pixels").effective_conductivity
    coarse = conduct(field, axis=axis, surfaces=faces, mesh="graded").effective_conductivity
    assert coarse.lower <= fine.lower * (1 + 1e-9)
    assert coarse.upper >= fine.upper * (1 - 1e-9)
    assert coarse.estimate == pytest.approx(fine.estimate, rel=2e-3)


def test_tensors_are_solved_on_cells_too():
    scalar = spotted((96, 96), 5)
    field = scalar[..., None, None] * np.array([[2.0, 0.3], [0.3, 1.0]])
    fine = conduct(field, mesh="pixels")
    coarse = conduct(field, mesh="graded")
    assert coarse.effective_conductivity.lower <= fine.effective_conductivity.lower * (1 + 1e-9)
    assert coarse.effective_conductivity.upper >= fine.effective_conductivity.upper * (1 - 1e-9)
    assert coarse.effective_conductivity.estimate == pytest.approx(fine.effective_conductivity.estimate, rel=2e-3)


def test_pixel_fields_add_up_to_the_whole():
    field = spotted((128, 128), 7)
    got = conduct(field, surfaces=grain_faces(field.shape), mesh="graded")
    assert got.dissipation.sum() + got.face_dissipation.sum() == pytest.approx(1, rel=1e-9)
    # Euler: the upper bound is homogeneous of degree one in all conductances.
    bulk = np.sum(got.sensitivity * field)
    assert bulk == pytest.approx(got.from_potential * got.dissipation.sum(), rel=1e-9)
    # Weak form tested with the linear ramp: the mean current is that through the faces.
    assert got.current_density[0].mean() * 128 == pytest.approx(got.from_potential, rel=1e-9)


def test_a_layered_picture_is_exact():
    field = np.ones((160, 160))
    field[40:57] = 1e-4
    field[57:60] = 30.0
    expected = 160 / np.sum(1 / field[:, 0])
    got = conduct(field, mesh="graded").effective_conductivity
    np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_a_conductivity_that_varies_within_a_cell_is_refused():
    mesh = GradedMesh.of([np.ones((32, 32))], Surfaces.none())
    varied = np.ones((1, 32 * 32))
    varied[0, 5] = 2
    with pytest.raises(InputError, match="varies within cells"):
        mesh.coefficients(varied)


def test_large_pictures_are_graded_and_small_ones_are_not(monkeypatch):
    made = []
    original = GradedMesh.of
    monkeypatch.setattr(GradedMesh, "of", lambda *a: made.append(a) or original(*a))
    conduct(np.ones((64, 64)))
    assert not made
    conduct(np.ones((400, 400)))
    assert made


def test_a_graded_mesh_in_3d_is_refused():
    with pytest.raises(InputError, match="graded mesh for a 3D grid"):
        conduct(np.ones((4, 4, 4)), mesh="graded")
