"""The shares of all cells add up to the gap between the bounds, whatever the structure and the mesh."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ssbi_core.transport import Surfaces
from ssbi_core.transport.conduct import ConductionProblem
from ssbi_core.transport.conduction import Promise
from ssbi_core.transport.mesh_bounds import bounds_on
from ssbi_core.transport.node_splitting import torn_nodes
from ssbi_core.transport.percolation import percolates
from ssbi_core.transport.tensors import strength

SHAPE = (9, 8)
PROMISE = Promise(1e-6, True, "auto")
exponents = hnp.arrays(np.float64, SHAPE, elements=st.floats(-4, 0))
insulating = hnp.arrays(np.bool_, SHAPE, elements=st.booleans())
faces = hnp.arrays(np.bool_, (2, *SHAPE), elements=st.booleans())


def resistive(marked, resistance):
    """Faces behind the pixels marked, along each axis."""
    pixel, parts = np.arange(marked[0].size).reshape(SHAPE), []
    for axis in (0, 1):
        inner = np.s_[:-1] if axis == 0 else np.s_[:, :-1]
        parts.append(Surfaces.between(pixel[inner][marked[axis][inner]], axis, resistance, SHAPE))
    names = ("first", "second", "axis", "resistance", "phase")
    return Surfaces(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))


def check(field, surfaces, axis, seed):
    rng = np.random.default_rng(seed)
    with ConductionProblem(field, 1.0, axis, surfaces=surfaces, mesh="graded") as problem:
        assert problem.mesh is not None
        torn, tips = torn_nodes(strength(problem.field), problem.faces)
        mesh = replace(problem.mesh, torn=torn, tips=tips)
        for _ in range(4):
            found = bounds_on(mesh, problem, PROMISE)
            estimate, lower, upper = found.effective_conductivity
            assert found.share.sum() == pytest.approx(upper - lower, rel=1e-9, abs=1e-9 * estimate)
            if not len(torn):
                assert found.share.min() >= -1e-12 * estimate
            mesh = mesh.cut(rng.random(len(mesh)) < 0.2, depth=3)


@settings(max_examples=30, deadline=None)
@given(exponents, faces, st.floats(-2, 3), st.integers(0, 1), st.integers(0, 9))
def test_shares_add_up_to_the_gap(exponent, marked, resistance, axis, seed):
    check(10**exponent, resistive(marked, 10**resistance), axis, seed)


@settings(max_examples=20, deadline=None)
@given(exponents, insulating, faces, st.integers(0, 1), st.integers(0, 9))
def test_shares_add_up_beside_insulators(exponent, dead, marked, axis, seed):
    field = np.where(dead, 0.0, 10**exponent)
    if percolates(field > 0, axis):
        check(field, resistive(marked, 3.0), axis, seed)


@settings(max_examples=20, deadline=None)
@given(exponents, exponents, hnp.arrays(np.float64, SHAPE, elements=st.floats(0, 3)), faces, st.integers(0, 1))
def test_shares_add_up_in_tensor_fields(first, second, angle, marked, axis):
    turn = np.moveaxis(np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]), (0, 1), (2, 3))
    principal = np.zeros((*SHAPE, 2, 2))
    principal[..., 0, 0], principal[..., 1, 1] = 10**first, 10**second
    field = turn @ principal @ np.swapaxes(turn, 2, 3)
    check((field + np.swapaxes(field, 2, 3)) / 2, resistive(marked, 10.0), axis, 0)


def test_the_share_is_largest_where_materials_meet_in_a_corner():
    field = np.ones((12, 12))
    field[:6, :6] = field[6:, 6:] = 100.0
    with ConductionProblem(field, mesh="graded") as problem:
        assert problem.mesh is not None
        found = bounds_on(problem.mesh, problem, PROMISE)
        largest = np.sort(problem.mesh.tree.pixel[np.argsort(-found.share)[:4]])
    np.testing.assert_array_equal(largest, [5 * 12 + 5, 5 * 12 + 6, 6 * 12 + 5, 6 * 12 + 6])
