from __future__ import annotations

import pandas as pd
import pytest

from napari_ssbi.views.export import write_nodes
from ssbi_core.errors import OutputError


def test_the_chosen_nodes_are_written_in_full(graph, tmp_path):
    path = write_nodes(graph.nodes, {3, 0}, tmp_path / "nodes")
    assert path == tmp_path / "nodes.csv"
    again = pd.read_csv(path, index_col="node")
    pd.testing.assert_frame_equal(again, graph.nodes.loc[[0, 3]], check_names=False, check_dtype=False)
    assert [file.name for file in tmp_path.iterdir()] == ["nodes.csv"]


def test_a_folder_that_is_not_there_is_said(graph, tmp_path):
    with pytest.raises(OutputError):
        write_nodes(graph.nodes, {0}, tmp_path / "nowhere" / "nodes.csv")
