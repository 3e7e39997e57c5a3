"""Multigrid on pixels: never wrong without saying so, against a direct factorisation."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from ssbi_core.errors import InputError
from ssbi_core.transport import conduct, effective_conductivity
from ssbi_core.transport.multigrid import solve, solve_many_on_pixels, solve_on_pixels
from ssbi_core.transport.multigrid.banded_grid import factorise_band
from ssbi_core.transport.multigrid.buckets import bucket
from ssbi_core.transport.multigrid.cycle import product
from ssbi_core.transport.multigrid.iteration import advance, evaluate, free_shape, prepare
from ssbi_core.transport.multigrid.layout import colours, joined, split, with_ghosts
from ssbi_core.transport.percolation import percolates

SHAPES = [(37, 29), (31, 3), (9, 11, 8)]  # few: each is compiled
MORE_SHAPES = [(2, 1), (2, 9), (16, 24), (23, 23), (64, 65), (2, 1, 1), (2, 5, 7), (12, 3, 5), (17, 16, 15)]


def structure(shape, seed, decades):
    """Blobs, near percolation or not, with pores or not, or independent pixels."""
    rng = np.random.default_rng(seed)
    smooth = ndimage.gaussian_filter(rng.standard_normal(shape), rng.uniform(0, 3))
    level = np.quantile(smooth, rng.uniform(0.2, 0.8))
    weak = 10.0**-decades
    return [
        lambda: np.where(smooth > level, 1.0, weak),
        lambda: np.where(smooth > level, 1.0, 0.0),
        lambda: np.select([smooth > level, smooth > np.quantile(smooth, 0.1)], [1.0, weak], 0.0),
        lambda: 10.0 ** rng.uniform(-decades, 0, shape),
    ][seed % 4]()


def exact(field):
    return conduct(field, bounds=False, mesh="pixels", method="auto", throw=False).from_potential


def assert_right_or_reported(field, tolerance=1e-6):
    found = solve_on_pixels(field, tolerance=tolerance)
    if found.converged:
        assert found.effective_conductivity == pytest.approx(exact(field), rel=tolerance)
    return found.converged


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.sampled_from(SHAPES), st.integers(0, 10**6), st.floats(0, 9))
def test_right_or_reported_at_contrasts_up_to_1e9(shape, seed, decades):
    field = structure(shape, seed, decades)
    if percolates(field > 0, 0):
        assert assert_right_or_reported(field)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(st.sampled_from(SHAPES + MORE_SHAPES), st.integers(0, 10**6), st.floats(0, 9))
def test_five_hundred_structures_right_or_reported(shape, seed, decades):
    field = structure(shape, seed, decades)
    if percolates(field > 0, 0):
        assert_right_or_reported(field)


@pytest.mark.parametrize("shape", [(37, 29), (9, 11, 8)])
def test_the_product_is_that_of_the_assembled_matrix(shape):
    """Checked on the energy of random nodal values, 0 on the fixed rows."""
    rng = np.random.default_rng(1)
    field = rng.uniform(0.1, 1, shape)
    with jax.enable_x64(True):
        nodes = free_shape(shape)
        values = rng.normal(size=nodes)
        levels = prepare(field, shape[0], 1)[0]
        x = split(with_ghosts(jax.numpy.asarray(values)))
        image = np.asarray(joined(product(levels[0].operator, x), nodes))[(slice(1, -1),) * len(shape)]
        square = np.asarray(evaluate(x, field, shape[0])[1])
        nothing = {p: np.zeros_like(v) for p, v in x.items()}
        hat = np.asarray(evaluate(nothing, field, shape[0])[1])
        doubled = np.asarray(evaluate({p: 2 * v for p, v in x.items()}, field, shape[0])[1])
    # evaluate() adds 1 on the first row: the quadratic part in x alone is found by differences.
    quadratic = (doubled - 2 * square + hat) / 2
    assert np.sum(values * image) == pytest.approx(np.sum(field * quadratic), rel=1e-10)


@pytest.mark.parametrize(("shape", "depth"), [((37, 29), 1), ((37, 29), 2), ((9, 11, 8), 1)])
def test_coarse_operators_are_symmetric_and_positive(shape, depth):
    field = 10.0 ** np.random.default_rng(2).uniform(-4, 0, shape)
    with jax.enable_x64(True):
        matrix = dense({step: np.asarray(v) for step, v in prepare(field, shape[0], depth)[1].items()})
    eigenvalues = np.linalg.eigvalsh(matrix / np.sqrt(np.outer(np.diag(matrix), np.diag(matrix))))
    assert eigenvalues.min() > 0
    assert eigenvalues.max() < 2 ** len(shape)


def dense(couplings):
    shape = next(iter(couplings.values())).shape
    index = np.arange(np.prod(shape)).reshape(shape)
    matrix = np.zeros((index.size, index.size))
    for step, values in couplings.items():
        low = tuple(slice(max(-s, 0), n - max(s, 0)) for s, n in zip(step, shape, strict=True))
        high = tuple(slice(max(s, 0), n + min(s, 0)) for s, n in zip(step, shape, strict=True))
        held = values[tuple(slice(0, n - abs(s)) for s, n in zip(step, shape, strict=True))].ravel()
        a, b = index[low].ravel(), index[high].ravel()
        if any(step):
            matrix[a, b] -= held
            matrix[b, a] -= held
        else:
            matrix[a, a] += held
    return matrix


def test_split_and_joined_are_inverse():
    rng = np.random.default_rng(3)
    for shape in ((5, 8), (1, 4), (3, 6, 7)):
        values = rng.normal(size=shape)
        parts = split(with_ghosts(jax.numpy.asarray(values)))
        assert set(parts) == set(colours(len(shape)))
        np.testing.assert_array_equal(np.asarray(joined(parts, shape))[(slice(1, -1),) * len(shape)], parts_of(values))


def parts_of(values):
    return np.asarray(jax.numpy.asarray(values))


def test_iterations_hardly_grow_with_the_picture():
    steps = {}
    for size in (64, 256):
        smooth = ndimage.gaussian_filter(np.random.default_rng(0).standard_normal((size, size)), 4, mode="wrap")
        for contrast in (1e4, 1e6):
            found = solve_on_pixels(np.where(smooth > np.median(smooth), 1.0, 1 / contrast))
            assert found.converged
            steps[size, contrast] = found.iterations
    assert all(steps[256, contrast] <= 1.5 * steps[64, contrast] for contrast in (1e4, 1e6))


def test_pictures_solved_together_are_right_each():
    fields = [structure((37, 29), seed, 1.5 * seed) for seed in range(7)]  # two programs' worth, the last one filled up
    fields = [field for field in fields if percolates(field > 0, 0)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solve, "_TOGETHER", 4 * fields[0].size)
        together = solve_many_on_pixels(fields)
    assert len(together) == len(fields) > 4
    for field, found in zip(fields, together, strict=True):
        alone = solve_on_pixels(field, tolerance=1e-13)
        assert found.converged
        assert found.energy == pytest.approx(alone.energy, rel=1e-6)
        assert found.potential.shape == alone.potential.shape
    assert solve_many_on_pixels([]) == []


def test_pictures_of_several_shapes_are_refused():
    with pytest.raises(InputError, match=r"\(3, 4\)"):
        solve_many_on_pixels([np.ones((3, 4)), np.ones((4, 4))])


def test_the_band_factorisation_solves_the_dense_matrix():
    rng = np.random.default_rng(4)
    for shape, depth in (((37, 29), 2), ((9, 11, 8), 1)):
        with jax.enable_x64(True):
            coarsest = prepare(10.0 ** rng.uniform(-3, 0, shape), shape[0], depth)[1]
        couplings = {step: np.asarray(values) for step, values in coarsest.items()}
        right = rng.normal(size=next(iter(couplings.values())).shape)
        found = factorise_band(couplings)(right)
        np.testing.assert_allclose(dense(couplings) @ found.ravel(), right.ravel(), atol=1e-10)


def test_fluxes_and_gradient_agree_with_the_sparse_matrix():
    field = structure((37, 29), 2, 3)
    found = solve_on_pixels(field, tolerance=1e-13)
    other = conduct(field, bounds=False, mesh="pixels")
    scale = 37**2 / field.size
    live = field > 0
    got, want = found.gradient_square[live] * scale, other.sensitivity[live]
    np.testing.assert_allclose(got, want, atol=1e-6 * want.max())
    assert found.inlet == pytest.approx(found.outlet, rel=1e-5)
    assert found.energy * scale == pytest.approx(other.from_potential, rel=1e-12)


def test_a_new_picture_of_a_known_size_compiles_nothing():
    solve_on_pixels(structure((37, 29), 0, 2))
    before = (prepare._cache_size(), advance._cache_size(), evaluate._cache_size())
    solve_on_pixels(structure((37, 29), 3, 5))
    solve_on_pixels(structure((38, 29), 3, 5))  # neither does one that fits the same arrays
    assert (prepare._cache_size(), advance._cache_size(), evaluate._cache_size()) == before


@pytest.mark.parametrize("size", [1, 2, 15, 16, 31, 33, 63, 64, 65, 1000, 1025])
def test_arrays_are_little_larger_than_their_picture(size):
    assert size <= bucket(size) <= size * 17 / 16
    assert bucket(bucket(size)) == bucket(size)


def test_an_iteration_cut_short_says_so():
    found = solve_on_pixels(structure((37, 29), 0, 6), max_iterations=1)
    assert not found.converged
    assert found.energy_error > 1e-6


def test_conduct_by_multigrid():
    field = structure((37, 29), 3, 4)
    for axis in (0, 1):
        want = conduct(field, axis=axis, mesh="pixels")
        got = conduct(field, axis=axis, mesh="pixels", method="multigrid")
        assert got.method == "multigrid"
        np.testing.assert_allclose(got.effective_conductivity, want.effective_conductivity, rtol=1e-9)
        np.testing.assert_allclose(got.potential, want.potential, atol=1e-5)


def test_rounding_is_not_taken_for_an_unsolved_system():
    """Good conductors around a weak layer: the potential at the inlet falls by little more than rounding."""
    field = np.ones((38, 29))
    field[17:21] = 1e-8
    found = conduct(field, bounds=False, mesh="pixels", method="multigrid")
    assert found.method == "multigrid"
    assert found.from_potential == pytest.approx(38 / (34 + 4e8), rel=1e-7)


def test_multigrid_is_for_scalar_pixels():
    with pytest.raises(InputError, match="multigrid solver for a 2D or insulating tensor"):
        conduct(np.ones((8, 8, 1, 1)) * np.eye(2), method="multigrid")


def test_layout_and_precision_of_the_input_do_not_matter():
    field = np.float32(structure((37, 29), 1, 2))
    want = solve_on_pixels(field.astype(np.float64)).energy
    assert solve_on_pixels(field).energy == pytest.approx(want, rel=1e-12)
    assert solve_on_pixels(np.asfortranarray(field)).energy == pytest.approx(want, rel=1e-12)


def test_eager_and_compiled_values_agree():
    field = structure((37, 29), 3, 2)
    with jax.enable_x64(True):
        eager = effective_conductivity(jax.numpy.asarray(field))
        compiled = jax.jit(effective_conductivity)(field)
    assert float(eager) == pytest.approx(float(compiled), rel=1e-9)
