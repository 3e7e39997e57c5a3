from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.transport.line_geometry import local_thickness, run_length


def test_run_lengths_count_pixels_and_are_infinite_at_the_edge():
    mask = np.array([[0, 1, 1, 0, 1], [1, 0, 1, 0, 0]], bool)
    assert run_length(mask, 1)[mask].tolist() == [2, 2, np.inf, np.inf, 1]


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_plane_layer_in_a_stack_has_its_thickness(axis):
    mask = np.zeros((12, 12, 12), bool)
    mask[(slice(None),) * axis + (slice(4, 7),)] = True
    assert np.all(local_thickness(mask)[mask] == 3)


@pytest.mark.parametrize("degrees", [10, 25, 45])
def test_tilted_layer_has_its_thickness_on_average(degrees):
    angle = np.radians(degrees)
    row, column = np.mgrid[:160, :160] - 79.6
    mask = np.abs(row * np.cos(angle) - column * np.sin(angle)) < 6
    middle = mask & (np.abs(row) < 40) & (np.abs(column) < 40)
    assert local_thickness(mask)[middle].mean() == pytest.approx(12, rel=0.03)
