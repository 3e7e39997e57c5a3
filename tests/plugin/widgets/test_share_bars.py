# ruff: noqa: RUF001 (the minus sign is meant as it stands)
"""What the bars of the resistance say beside them."""

import math

import pytest

from napari_ssbi.widgets.steps.transport import _gain_beside
from napari_ssbi.widgets.what_if import share_bars
from ssbi_core.materials import load_system


def test_rows_go_by_share_and_a_phase_that_only_stands_in_the_way_has_one():
    shares = {"llzo": 0.0796, "contact": 0.92, "reaction_layer": 0.0004, "pore": 0.0, "coating": 0.0}
    rows = share_bars(load_system("llzo_nmc"), shares, {"pore": "  (+2.7 %)", "coating": ""})
    assert [row.share for row in rows] == [0.92, 0.0796, 0.0004, 0.0]
    assert [row.words.replace("\u202f", " ") for row in rows] == ["92 %", "8.0 %", "< 0.1 %", "0 %  (+2.7 %)"]


@pytest.mark.parametrize(
    ("gain", "said"),
    [(0.36, "  (+36 %)"), (14.5, "  (×15.5)"), (-0.907, "  (−91 %)"), (1e-4, ""), (-1e-4, ""), (math.inf, "  (∞)")],
)
def test_a_gain_a_loss_and_nothing(gain, said):
    assert _gain_beside(gain).replace("\u202f", " ") == said
