"""Length and width along the midline."""

from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.anomaly.places.slenderness import skeleton_length_and_width


def test_a_bent_line_is_as_long_as_it_is_and_as_wide() -> None:
    bodies = np.full((60, 60), -1)
    bodies[10:13, 10:50] = 1
    bodies[10:50, 47:50] = 1
    length, width = skeleton_length_and_width(bodies, 2)
    assert length[1] == pytest.approx(77, abs=5)
    assert width[1] == pytest.approx(3, abs=0.3)


def test_a_body_without_pixels_has_no_length() -> None:
    length, width = skeleton_length_and_width(np.full((8, 8), -1), 3)
    assert (length == 0).all()
    assert (width == 0).all()
