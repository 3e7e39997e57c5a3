import xml.etree.ElementTree as ET
from dataclasses import replace

import matplotlib as mpl
import pytest

from ssbi_core.errors import InputError, OutputError
from ssbi_core.report import ImageResult, figure_png, save_figures

ALL = {
    "micrograph",
    "phases",
    "uncertainty",
    "graph",
    "current_density",
    "potential",
    "resistance_share",
    "knockout_gain",
}


def test_every_figure_is_saved_as_png_and_svg(result, tmp_path):
    paths = save_figures(result, tmp_path / "figures")
    assert {path.stem for path in paths} == ALL
    assert {path.suffix for path in paths} == {".png", ".svg"}
    for path in paths:
        if path.suffix == ".svg":
            ET.parse(path)
        else:
            assert path.read_bytes().startswith(b"\x89PNG")


def test_the_same_result_gives_the_same_files(result, tmp_path):
    first, second = save_figures(result, tmp_path / "a"), save_figures(result, tmp_path / "b")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_only_what_was_run_is_drawn(result, blocked_result, volume_result, tmp_path):
    labels_only = ImageResult(phases=replace(result.phases, uncertainty=None), system=result.system)
    assert {path.stem for path in save_figures(labels_only, tmp_path / "labels")} == {"phases"}
    blocked = {path.stem for path in save_figures(blocked_result, tmp_path / "blocked")}
    assert blocked == {"micrograph", "phases", "uncertainty", "graph"}
    assert "current_density" in {path.stem for path in save_figures(volume_result, tmp_path / "volume")}


def test_matplotlib_settings_of_the_caller_are_left_alone(result, tmp_path):
    with mpl.rc_context({"font.size": 31.0, "svg.hashsalt": "mine"}):
        before = dict(mpl.rcParams)
        save_figures(ImageResult(phases=result.phases, system=result.system), tmp_path)
        assert dict(mpl.rcParams) == before


def test_a_figure_that_does_not_exist_is_refused_by_name(blocked_result):
    assert figure_png(blocked_result, "phases").startswith(b"\x89PNG")
    with pytest.raises(InputError, match="current_density"):
        figure_png(blocked_result, "current_density")


def test_a_folder_that_cannot_be_made_is_an_output_error(result, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        save_figures(result, tmp_path / "file" / "figures")
