import json

import numpy as np
import pandas as pd
import pytest

from ssbi_core.errors import OutputError
from ssbi_core.graph import read_graph
from ssbi_core.io import read_labels
from ssbi_core.report import ImageResult, render_image, results_table, write_result, write_results_table


def test_every_stage_leaves_its_files(result, tmp_path):
    names = {path.name for path in write_result(result, tmp_path)}
    assert names == {
        "labels.tif",
        "uncertainty.tif",
        "graph.parquet",
        "graph.graphml",
        "potential.tif",
        "current_density.tif",
        "result.json",
    }
    assert names == {path.name for path in tmp_path.iterdir()}
    phases = read_labels(tmp_path / "labels.tif")
    np.testing.assert_array_equal(phases.labels, result.phases.labels)
    assert phases.pixel_size_nm == pytest.approx(result.phases.pixel_size_nm)
    assert len(read_graph(tmp_path).nodes) == len(result.graph.nodes)
    assert json.loads((tmp_path / "result.json").read_text())["image"] == "scan_01"


def test_only_what_was_computed_is_written(result, tmp_path):
    labels_only = ImageResult(phases=result.phases, system=result.system)
    assert {path.name for path in write_result(labels_only, tmp_path)} == {
        "labels.tif",
        "uncertainty.tif",
        "result.json",
    }


def test_rendered_images_make_the_same_table_as_results(result, blocked_result, tmp_path):
    path = write_results_table(tmp_path / "results.parquet", [render_image(result, figures=False), blocked_result])
    pd.testing.assert_frame_equal(pd.read_parquet(path), results_table([result, blocked_result]))


def test_a_missing_folder_is_an_output_error(result, tmp_path):
    with pytest.raises(OutputError):
        write_result(result, tmp_path / "missing")
    with pytest.raises(OutputError):
        write_results_table(tmp_path / "missing" / "results.parquet", [result])
