from dataclasses import replace

import numpy as np
import pytest

from ssbi_core.report.figures.canvas import style
from ssbi_core.report.figures.panel import panel_png
from ssbi_core.report.figures.potential import potential_panel


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("cut_off", [0.0, 0.2, 1.0])
def test_pixels_without_a_potential_are_grey_and_the_caption_says_so(result, cut_off):
    potential = result.transport.potential.copy()
    potential[: round(cut_off * len(potential))] = np.nan
    panel = potential_panel(replace(result, transport=replace(result.transport, potential=potential)))
    assert ("no conducting path" in panel.caption) == (cut_off > 0)
    with style():
        assert panel_png(panel)


def test_no_panel_without_percolation(blocked_result):
    assert potential_panel(blocked_result) is None
