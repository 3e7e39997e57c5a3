from __future__ import annotations

import numpy as np
import pytest

from napari_ssbi.views.features import number, numeric_features, sentence, stem_and_unit, title, words


@pytest.mark.parametrize(
    ("column", "shown"),
    [
        ("area_nm2", "Area (nm²)"),
        ("volume_nm3", "Volume (nm³)"),
        ("equivalent_diameter_nm", "Equivalent diameter (nm)"),
        ("orientation_deg", "Orientation (°)"),
        ("conductivity_S_per_cm", "Conductivity (S/cm)"),
        ("mean_eds_La", "Mean EDS La"),
        ("mean_haadf", "Mean HAADF"),
        ("elongation", "Elongation"),
        ("phase", "Phase"),
    ],
)
def test_titles_are_words_with_their_unit(column, shown):
    assert title(column) == shown


def test_every_unit_of_a_real_table_is_split_off(graph):
    for column in graph.nodes:
        stem, _ = stem_and_unit(column)
        assert not stem.endswith(("_nm", "_nm2", "_deg", "_cm", "_px"))


def test_features_are_measures_and_not_names_flags_or_boxes(graph):
    found = numeric_features(graph.nodes)
    assert {"area_nm2", "elongation", "conductivity_S_per_cm"} <= set(found)
    assert not {"phase", "touches_edge"} & set(found)
    assert not [name for name in found if name.startswith("bbox")]
    empty = graph.nodes.assign(never=np.nan)
    assert "never" not in numeric_features(empty)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1234.5, "1230"), (np.nan, "–"), (True, "yes"), (np.False_, "no"), (7, "7"), ("reaction_layer", "reaction layer")],  # noqa: RUF001
)
def test_cells_are_short(value, shown):
    assert words(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (0.0123456, "0.0123"),
        (12.345, "12.3"),
        (9996.0, "1.00 × 10⁴"),
        (1.2e-13, "1.20 × 10⁻¹³"),
        (-4.5, "-4.50"),
    ],
)
def test_numbers_have_three_digits(value, shown):
    assert number(value) == shown


def test_a_node_in_one_line_has_its_number_and_only_measures_it_has(graph):
    layer = graph.nodes.index[graph.nodes["phase"] == "reaction_layer"][0]
    assert sentence(graph.nodes, layer).startswith(f"Reaction layer {layer} · ")
    assert "thickness" in sentence(graph.nodes, layer)
    terminal = graph.nodes.index[-1]
    assert sentence(graph.nodes, terminal) == f"Last terminal {terminal}"
