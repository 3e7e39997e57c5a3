from dataclasses import replace

import numpy as np
import pytest

from ssbi_core.report.figures.current import current_panel


def scale_of(result, density):
    return current_panel(replace(result, transport=replace(result.transport, current_density=density))).scale.norm


def test_the_scale_spans_at_most_four_decades_and_is_not_set_by_one_hot_pixel(result):
    rng = np.random.default_rng(0)
    density = 10 ** rng.uniform(-9, 0, result.phases.labels.shape)
    density[0, 0] = 1e9
    norm = scale_of(result, density)
    assert norm.vmax / norm.vmin == pytest.approx(1e4)
    assert norm.vmax <= 1.0


def test_a_uniform_current_still_has_a_scale(result):
    norm = scale_of(result, np.full(result.phases.labels.shape, 2.0))
    assert norm.vmin < norm.vmax == pytest.approx(2.0)


def test_no_panel_without_a_current(result, blocked_result):
    assert current_panel(replace(result, transport=None)) is None
    assert current_panel(blocked_result) is None
