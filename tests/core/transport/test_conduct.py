from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.transport import Surfaces, conduct

EXACT = 1e-12


@pytest.mark.parametrize("shape", [(12, 7), (9, 4, 5)])
@pytest.mark.parametrize("contrast", [3.0, 1e-3, 2e-7, 1e-9])
def test_series_laminate_is_exact(shape, contrast):
    field = np.ones(shape)
    field[shape[0] // 3 :] = contrast
    thick = shape[0] // 3
    exact = shape[0] / (thick + (shape[0] - thick) / contrast)
    np.testing.assert_allclose(conduct(field).effective_conductivity, exact, rtol=EXACT)


@pytest.mark.parametrize("shape", [(12, 7), (9, 4, 5)])
@pytest.mark.parametrize("contrast", [3.0, 1e-3, 1e-9])
def test_parallel_laminate_is_exact(shape, contrast):
    field = np.ones(shape)
    field[:, 2:] = contrast
    for axis in {0, len(shape) - 1} - {1}:
        np.testing.assert_allclose(conduct(field, axis=axis).effective_conductivity, field.mean(), rtol=EXACT)


@pytest.mark.parametrize("shape", [(10, 6), (8, 5, 4)])
@pytest.mark.parametrize("resistance", [1e-2, 3.0, 1e4])
def test_series_laminate_with_interface_resistance_is_exact(shape, resistance):
    field = np.full(shape, 2.0)
    field[4:] = 0.5
    plane = int(np.prod(shape[1:]))
    faces = Surfaces.between(np.arange(plane) + 3 * plane, 0, resistance, shape)
    exact = shape[0] / (4 / 2.0 + (shape[0] - 4) / 0.5 + resistance)
    got = conduct(field, surfaces=faces)
    np.testing.assert_allclose(got.effective_conductivity, exact, rtol=EXACT)
    np.testing.assert_allclose(got.face_dissipation.sum(), resistance * exact / shape[0], rtol=1e-9)


@pytest.mark.parametrize("ndim", [2, 3])
def test_tensor_of_a_single_crystal_without_shear_is_its_diagonal(ndim):
    tensor = np.diag([1.0, 0.1, 0.01][:ndim])
    field = np.broadcast_to(tensor, (*[5] * ndim, ndim, ndim)).copy()
    for axis in range(ndim):
        np.testing.assert_allclose(conduct(field, axis=axis).effective_conductivity, tensor[axis, axis], rtol=EXACT)


def test_tilted_crystal_confined_to_a_thin_wide_slab_conducts_along_the_field():
    turn = np.radians(30)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    tensor = rotation @ np.diag([1.0, 0.2]) @ rotation.T
    wide = np.broadcast_to(tensor, (4, 400, 2, 2)).copy()
    got = conduct(wide).effective_conductivity
    assert got.lower <= got.upper
    assert got.estimate == pytest.approx(tensor[0, 0], rel=0.01)
    long = np.broadcast_to(tensor, (400, 4, 2, 2)).copy()
    assert conduct(long).effective_conductivity.estimate == pytest.approx(1 / np.linalg.inv(tensor)[0, 0], rel=0.01)


def test_axis_of_one_pixel_is_the_parallel_sum():
    np.testing.assert_allclose(conduct(np.array([[1.0, 3.0, 5.0]])).effective_conductivity, 3.0, rtol=EXACT)
    np.testing.assert_allclose(conduct(np.array([[2.0]])).effective_conductivity, 2.0, rtol=EXACT)


def test_pixel_size_does_not_change_the_conductivity_but_the_current_density():
    field = np.random.default_rng(0).uniform(0.1, 1, (8, 8))
    small, large = conduct(field, 1e-7), conduct(field, 1e-4)
    np.testing.assert_allclose(small.effective_conductivity, large.effective_conductivity, rtol=1e-12)
    np.testing.assert_allclose(small.current_density, 1e3 * large.current_density, rtol=1e-9)


def test_mean_current_density_is_conductivity_over_length():
    field = np.random.default_rng(1).uniform(0.1, 1, (9, 7))
    got = conduct(field, 1e-6, axis=0)
    expected = got.effective_conductivity.upper / (9 * 1e-6)
    assert got.current_density[0].mean() == pytest.approx(expected, rel=1e-9)


def test_sensitivity_weighted_by_conductivity_sums_to_the_effective_one():
    field = np.random.default_rng(2).uniform(0.1, 1, (9, 7))
    got = conduct(field)
    assert np.sum(got.sensitivity * field) == pytest.approx(got.effective_conductivity.upper, rel=1e-12)


def test_blocked_structure_conducts_nothing():
    field = np.ones((6, 6))
    field[3] = 0
    got = conduct(field)
    assert got.effective_conductivity == (0, 0, 0)
    assert not got.percolates


def test_corner_contact_does_not_percolate():
    got = conduct(np.kron(np.eye(2), np.ones((3, 3))))
    assert not got.percolates


@pytest.mark.parametrize("shape", [(24, 25), (9, 10, 8)])
def test_insulating_islands_and_floating_grains_are_taken_out(shape):
    field = np.ones(shape)
    field[2:7, 2:7] = 0
    field[4, 4] = 1
    got = conduct(field)
    assert 0 < got.effective_conductivity.lower <= got.effective_conductivity.upper < 1
    assert np.isnan(got.potential[4, 4]).all()
    assert got.flux_imbalance < 1e-9


def test_uniform_channel_between_pores_is_exact():
    field = np.zeros((8, 9))
    field[:, 3:6] = 2.0
    np.testing.assert_allclose(conduct(field).effective_conductivity, 2 / 3, rtol=EXACT)


@pytest.mark.parametrize(
    "bad", [-np.ones((3, 3)), np.full((3, 3), np.nan), np.ones(3), np.ones((0, 3)), np.ones((2, 2, 3, 3))]
)
def test_bad_fields_are_refused(bad):
    with pytest.raises(InputError):
        conduct(bad)


@pytest.mark.parametrize(
    "arguments", [{"axis": 2}, {"axis": -1}, {"axis": True}, {"voxel_size": 0}, {"voxel_size": np.nan}]
)
def test_bad_arguments_are_refused(arguments):
    with pytest.raises(InputError):
        conduct(np.ones((3, 3)), **arguments)


def test_indefinite_tensor_is_refused():
    with pytest.raises(InputError, match="positive definite"):
        conduct(np.broadcast_to(np.diag([1.0, -1.0]), (3, 3, 2, 2)))


@pytest.mark.parametrize("method", ["superlu", "amg"])
def test_every_linear_solver_gives_the_same(method):
    rng = np.random.default_rng(3)
    field = np.where(rng.random((40, 40)) < 0.2, 0.0, 10 ** rng.uniform(-4, 0, (40, 40)))
    auto, other = conduct(field), conduct(field, method=method)
    assert other.method == method
    np.testing.assert_allclose(other.effective_conductivity, auto.effective_conductivity, rtol=1e-8)
