"""The filter understands what it documents, and says what it does not understand."""

from __future__ import annotations

import contextlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_ssbi.views.filter import node_filter
from ssbi_core.errors import InputError

NODES = pd.DataFrame(
    {
        "phase": ["llzo", "nmc", "reaction_layer", "pore", "terminal_first"],
        "area_nm2": [100.0, 900.0, 500.0, 20.0, np.nan],
        "thickness_nm": [np.nan, np.nan, 4.0, np.nan, np.nan],
        "centroid_row_nm": [1.0, 2.0, 3.0, 4.0, 5.0],
        "centroid_column_nm": [1.0, 2.0, 3.0, 4.0, 5.0],
        "touches_edge": [True, False, False, False, True],
    }
)


def chosen(text):
    return np.flatnonzero(node_filter(text, NODES)).tolist()


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("", [0, 1, 2, 3, 4]),
        ("  ", [0, 1, 2, 3, 4]),
        ("nmc", [1]),
        ("Reaction Layer", [2]),
        ("layer", [2]),
        ("terminal", [4]),
        ("3", [3]),
        ("node >= 3", [3, 4]),
        ("area_nm2 > 500", [1]),
        ("area>=500", [1, 2]),
        ("area ≥ 5e2", [1, 2]),
        ("AREA < 101", [0, 3]),
        ("area != 500", [0, 1, 3]),
        ("thick < 5", [2]),
        ("phase = pore", [3]),
        ('phase = "reaction layer"', [2]),
        ("phase != pore", [0, 1, 2, 4]),
        ("touches_edge", [0, 4]),
        ("touches_edge = no", [1, 2, 3]),
        ("nmc or pore", [1, 3]),
        ("not llzo and not nmc", [2, 3, 4]),
        ("area > 50, area < 600", [0, 2]),
        ("llzo area > 50", [0]),
        ("llzo area > 500", []),
        ("pore or area > 50 and area < 200", [0, 3]),
        ("not area > 50", [3, 4]),
        ("area > -1", [0, 1, 2, 3]),
    ],
)
def test_filters_mean_what_they_say(text, nodes):
    assert chosen(text) == nodes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("zircon", "'zircon'"),
        ("reaktion_layer", "did you mean reaction_layer"),
        ("are_nm2 > 5", "did you mean area_nm2"),
        ("area > ", "both sides"),
        ("> 5", "both sides"),
        ("area > 5x", "a number"),
        ("centroid > 5", "no feature 'centroid'"),
        ("nmc or", "nothing on one side"),
        ("and nmc", "nothing on one side"),
        ("not", "'not'"),
        ("not not", "'not'"),
        ("phase > nmc", "phase = "),
        ("touches_edge > 1", "touches_edge = "),
        ("touches_edge = maybe", "yes or no"),
        ('phase = "nmc', "quotation"),
        ("__import__('os').system('x')", "in the filter"),
        ("area > (1+1)", "a number"),
    ],
)
def test_what_is_not_understood_is_said(text, words):
    with pytest.raises(InputError, match=words):
        node_filter(text, NODES)


@given(st.text(alphabet=" abnmc_0159.<>=!≤,&\"'()+-ort", max_size=30))
def test_any_text_filters_or_is_refused(text):
    with contextlib.suppress(InputError):
        assert node_filter(text, NODES).shape == (5,)
