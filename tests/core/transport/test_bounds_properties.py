"""Laws that every effective conductivity obeys."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ssbi_core.transport import conduct

grids = st.one_of(
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9),
    hnp.array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=5),
)
fields = grids.flatmap(lambda s: hnp.arrays(np.float64, s, elements=st.floats(-6, 0).map(lambda e: 10.0**e)))
planes = hnp.arrays(np.float64, (6, 7), elements=st.floats(-4, 0).map(lambda e: 10.0**e))


@settings(max_examples=40, deadline=None)
@given(fields)
def test_wiener_bounds_hold(field):
    got = conduct(field).effective_conductivity
    assert 1 / np.mean(1 / field) <= got.upper * (1 + 1e-9)
    assert got.lower <= np.mean(field) * (1 + 1e-9)
    assert got.lower <= got.estimate <= got.upper


@settings(max_examples=20, deadline=None)
@given(fields, st.floats(1e-8, 1e8))
def test_scaling_the_conductivity_scales_the_result(field, factor):
    np.testing.assert_allclose(
        conduct(factor * field).effective_conductivity,
        factor * np.array(conduct(field).effective_conductivity),
        rtol=1e-7,
    )


@settings(max_examples=20, deadline=None)
@given(planes)
def test_transposing_the_picture_swaps_the_axes(field):
    np.testing.assert_allclose(
        conduct(field, axis=0).effective_conductivity, conduct(field.T, axis=1).effective_conductivity, rtol=1e-7
    )


@settings(max_examples=20, deadline=None)
@given(planes)
def test_keller_identity_pairs_upper_and_lower_bounds(field):
    along, across = conduct(field, axis=0).effective_conductivity, conduct(1 / field, axis=1).effective_conductivity
    np.testing.assert_allclose([along.lower * across.upper, along.upper * across.lower], 1.0, rtol=1e-7)


@settings(max_examples=20, deadline=None)
@given(planes, st.integers(0, 41))
def test_a_better_pixel_never_hurts(field, pixel):
    better = field.copy()
    better.ravel()[pixel] *= 10
    before, after = conduct(field).effective_conductivity, conduct(better).effective_conductivity
    assert after.upper >= before.upper * (1 - 1e-9)
    assert after.lower >= before.lower * (1 - 1e-9)
