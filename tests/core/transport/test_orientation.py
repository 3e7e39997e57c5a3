from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from ssbi_core.errors import InputError
from ssbi_core.transport import conduct, rotated_conductivity


def _slab(shape: tuple[int, int], angles: list[float], principal: tuple[float, float], axis: int = 0) -> float:
    """Conductivity along an axis of layers stacked along rows, each with its own angle."""
    grains = np.repeat(np.arange(len(angles)), shape[0] // len(angles))[:, None] * np.ones(shape[1], int)
    return conduct(rotated_conductivity(grains, angles, principal), axis=axis, bounds=False).from_potential


@pytest.mark.parametrize("contrast", [2.0, 9.0])
def test_polycrystal_of_two_orientations_conducts_as_the_root_of_the_determinant(contrast):
    grains = np.kron(np.indices((2, 2)).sum(axis=0) % 2, np.ones((48, 48), int))
    field = rotated_conductivity(grains, {0: 0.0, 1: np.pi / 2}, [contrast, 1.0])
    bounds = conduct(field).effective_conductivity
    assert bounds.lower <= np.sqrt(contrast) <= bounds.upper
    assert bounds.estimate == pytest.approx(np.sqrt(contrast), rel=1e-3)


def test_quarter_turn_swaps_the_axes():
    grains = np.zeros((5, 6), int)
    straight = rotated_conductivity(grains, [0.0], [3.0, 0.5])
    turned = rotated_conductivity(grains, [np.pi / 2], [3.0, 0.5])
    np.testing.assert_allclose(straight[0, 0], np.diag([3.0, 0.5]), atol=1e-15)
    np.testing.assert_allclose(turned[0, 0], np.diag([0.5, 3.0]), atol=1e-15)
    for axis in (0, 1):
        value = conduct(turned, axis=axis).effective_conductivity.estimate
        assert value == pytest.approx((0.5, 3.0)[axis], rel=1e-12)


def test_angle_turns_the_first_axis_from_rows_to_columns():
    angle = np.radians(30)
    tensor = rotated_conductivity(np.zeros((2, 2), int), [angle], [1.0, 0.0])[0, 0]
    along = np.array([np.cos(angle), np.sin(angle)])
    np.testing.assert_allclose(tensor, np.outer(along, along), atol=1e-15)


@pytest.mark.parametrize("angles", [[0.5], [0.5, -0.3], [1.1, 0.2]])
def test_layers_of_turned_grains_between_wide_electrodes_conduct_in_series(angles):
    # Between wide electrodes the field has no tangential part: each layer conducts by its own normal component.
    # The free ends disturb that over a fixed width, which drops out of the difference of two widths.
    principal, height = (1.0, 0.3), 4
    wide, wider = (_slab((height, width), angles, principal) * width for width in (60, 120))
    normal = [principal[0] * np.cos(a) ** 2 + principal[1] * np.sin(a) ** 2 for a in angles]
    assert (wider - wide) / 60 == pytest.approx(1 / np.mean(1 / np.array(normal)), rel=1e-6)


def test_turned_grain_in_a_long_bar_conducts_by_its_resistivity():
    principal, angle, width = (1.0, 0.3), 0.5, 4
    long, longer = (length / _slab((length, width), [angle], principal) for length in (60, 120))
    resistivity = np.cos(angle) ** 2 / principal[0] + np.sin(angle) ** 2 / principal[1]
    assert (longer - long) / 60 == pytest.approx(resistivity, rel=1e-6)


def test_rotations_in_three_dimensions_keep_the_principal_values():
    grains = np.arange(8).reshape(2, 2, 2)
    rotations = Rotation.random(8, random_state=0).as_matrix()
    field = rotated_conductivity(grains, rotations, [1.0, 0.4, 0.1])
    assert field.shape == (2, 2, 2, 3, 3)
    np.testing.assert_allclose(np.linalg.eigvalsh(field), np.broadcast_to([0.1, 0.4, 1.0], (2, 2, 2, 3)), rtol=1e-12)
    axis = rotations[5][:, 0]
    assert axis @ field[1, 0, 1] @ axis == pytest.approx(1.0, rel=1e-12)
    bounds = conduct(field).effective_conductivity
    assert 0.1 < bounds.lower <= bounds.upper < 1


def test_grains_may_differ_in_principal_values_and_pixels_of_no_grain_be_isotropic():
    grains = np.array([[1, 2], [7, 0]])
    field = rotated_conductivity(grains, {1: 0.0, 2: 0.0, 7: 0.3}, {1: [1, 2], 2: [3, 4], 7: [5, 5]}, background=0.25)
    np.testing.assert_allclose(field[0, 0], np.diag([1, 2]))
    np.testing.assert_allclose(field[0, 1], np.diag([3, 4]))
    np.testing.assert_allclose(field[1, 0], 5 * np.eye(2), atol=1e-14)
    np.testing.assert_allclose(field[1, 1], 0.25 * np.eye(2))


@pytest.mark.parametrize(
    ("grains", "orientation", "principal"),
    [
        (np.zeros((3, 3)), [0.0], [1.0, 1.0]),
        (np.zeros(3, int), [0.0], [1.0, 1.0]),
        (np.full((3, 3), 4), [0.0], [1.0, 1.0]),
        (np.full((3, 3), -1), [0.0], [1.0, 1.0]),
        (np.zeros((3, 3), int), [np.eye(2)], [1.0, 1.0]),
        (np.zeros((3, 3), int), [float("nan")], [1.0, 1.0]),
        (np.zeros((3, 3), int), [0.0], [1.0, -1.0]),
        (np.zeros((3, 3), int), [0.0], [1.0, 1.0, 1.0]),
        (np.zeros((3, 3), int), [0.0], {1: [1.0, 1.0]}),
        (np.zeros((3, 3, 3), int), [0.0], [1.0, 1.0, 1.0]),
        (np.zeros((3, 3, 3), int), [2 * np.eye(3)], [1.0, 1.0, 1.0]),
    ],
)
def test_what_makes_no_polycrystal_is_refused_with_a_mend(grains, orientation, principal):
    with pytest.raises(InputError) as caught:
        rotated_conductivity(grains, orientation, principal)
    assert caught.value.to_do
