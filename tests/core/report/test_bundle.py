"""A bundle is complete, or absent; its two programs give its numbers without napari."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from ssbi_core.errors import InputError, OutputError
from ssbi_core.io import Micrograph, PhaseMap, read, read_labels, write_image
from ssbi_core.materials import Phase, load_system
from ssbi_core.pipeline import AnalysisConfig, analyze
from ssbi_core.preprocess import register_elements
from ssbi_core.report import ImageResult, Recipe, ReportBundle, bundle, write_report_bundle
from ssbi_core.segment import SegmentationConfig, segment
from ssbi_core.simulate import simulate_sample
from ssbi_core.transport import TransportConfig, solve_conduction

LAST_DIGITS = 1e-12  # MKL adds in an order that depends on where the memory lies
SIGMA = "effective_conductivity_S_per_cm"


@pytest.fixture(scope="module")
def acquisition(tmp_path_factory) -> Path:
    """A small image with element maps, under a name that a shell would trip over."""
    micrograph, _, _ = simulate_sample(5, 1, shape=(96, 112))
    planes = {"HAADF": micrograph.haadf, **micrograph.elements}
    path = tmp_path_factory.mktemp("acquired") / "it's $one & (only).ome.tif"
    return write_image(path, np.stack(list(planes.values())), micrograph.pixel_size_nm, list(planes))


@pytest.fixture(scope="module")
def analyzed(acquisition) -> ImageResult:
    options = {"reaction_layer": "Li2ZrO3", "temperature": 333.0, "axis": 1, "resistance": {"contact": 7.0}}
    config = AnalysisConfig.from_options(**options, conductivity={"nmc": 1.25e-4})
    return analyze(acquisition, config)


@pytest.fixture(scope="module")
def from_file(analyzed, acquisition, tmp_path_factory) -> ReportBundle:
    return write_report_bundle(analyzed, tmp_path_factory.mktemp("bundles") / "from file", source=acquisition)


def conductivity(folder: Path) -> dict[str, float]:
    return json.loads((folder / "result.json").read_text(encoding="utf-8"))[SIGMA]


def run_script(made: ReportBundle) -> str:
    done = subprocess.run([sys.executable, str(made.script)], capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_command(made: ReportBundle) -> dict[str, float]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHON": sys.executable}
    done = subprocess.run(
        ["sh", str(made.command)], capture_output=True, text=True, check=False, timeout=400, env=environment
    )
    assert done.returncode == 0, done.stderr
    (written,) = (made.folder / "reproduced").glob("*/result.json")
    return conductivity(written.parent)


def assert_both_agree(made: ReportBundle) -> None:
    assert "\nas in result.json" in run_script(made)
    assert run_command(made) == pytest.approx(conductivity(made.folder), rel=LAST_DIGITS, abs=0)


def test_a_bundle_holds_report_numbers_figures_and_programs(from_file):
    parts = {path.name for path in from_file.folder.iterdir()}
    assert {"report.html", "result.json", "labels.tif", "figures", "analysis.py", "analysis.sh"} <= parts
    assert not any(part.startswith(".") for part in parts)
    assert {path.stem for path in from_file.figures} >= {"micrograph", "phases", "current_density", "resistance_share"}
    for figure in from_file.figures:
        if figure.suffix == ".svg":
            assert ElementTree.parse(figure).getroot().tag.endswith("svg")
        else:
            assert Image.open(figure).info["dpi"] == pytest.approx((300, 300), abs=0.1)


@pytest.mark.skipif(os.name == "nt", reason="no sh")
def test_both_programs_give_the_same_numbers_from_the_users_file(from_file, acquisition):
    assert from_file.starts_from == str(acquisition)
    assert_both_agree(from_file)


@pytest.mark.skipif(os.name == "nt", reason="no sh")
def test_hand_edited_labels_give_the_same_numbers_from_the_bundle(analyzed, acquisition, tmp_path):
    labels = analyzed.phases.labels.copy()
    labels[30:40, 20:60] = Phase.PORE
    phases = replace(analyzed.phases, labels=labels)
    config = TransportConfig(temperature=310.0, conductivity={"nmc": 3e-4})
    transport = solve_conduction(phases, system="llzo_nmc", config=config)
    result = replace(analyzed, phases=phases, transport=transport, system=load_system(), graph=None)
    made = write_report_bundle(result, tmp_path / "b", Recipe(transport=config, edited=True), source=acquisition)
    assert made.starts_from == "labels.tif"
    np.testing.assert_array_equal(read_labels(made.folder / "labels.tif").labels, labels)
    assert_both_agree(made)


@pytest.mark.skipif(os.name == "nt", reason="no sh")
def test_a_picture_without_a_file_is_put_into_the_bundle(acquisition, tmp_path):
    micrograph = cropped(read(acquisition), slice(8, 90))
    phases = segment(register_elements(micrograph)[0])
    result = ImageResult(phases, load_system(), micrograph, transport=solve_conduction(phases))
    made = write_report_bundle(result, tmp_path / "b", Recipe(), source=acquisition)  # the file is not the crop
    assert made.starts_from == "input.ome.tif"
    kept = read(made.folder / "input.ome.tif")
    np.testing.assert_array_equal(kept.haadf, micrograph.haadf)
    assert list(kept.elements) == list(micrograph.elements)
    assert_both_agree(made)


def cropped(micrograph: Micrograph, rows: slice) -> Micrograph:
    maps = {symbol: counts[rows] for symbol, counts in micrograph.elements.items()}
    return replace(micrograph, haadf=micrograph.haadf[rows], elements=maps)


def test_maps_that_were_moved_already_are_not_moved_again(analyzed, tmp_path):
    assert "eds_registration" in analyzed.micrograph.metadata
    made = write_report_bundle(analyzed, tmp_path / "b")
    assert made.starts_from == "labels.tif"
    assert not (made.folder / "input.ome.tif").exists()


@pytest.mark.skipif(os.name == "nt", reason="no sh")
def test_settings_unknown_to_the_command_line_are_kept_by_both_programs(acquisition, tmp_path):
    micrograph = read(acquisition, pixel_size_nm=0.75)
    settings = Recipe(
        segmentation=SegmentationConfig(clean=False),
        transport=TransportConfig(mesh="graded", bounds=False, knockout=False),
    )
    phases = segment(register_elements(micrograph)[0], config=settings.segmentation)
    transport = solve_conduction(phases, config=settings.transport)
    result = ImageResult(phases, load_system(), micrograph, transport=transport)
    made = write_report_bundle(result, tmp_path / "b", settings, source=acquisition)
    assert made.starts_from == str(acquisition)
    assert "\nas in result.json" in run_script(made)
    assert "analysis.py" in made.command.read_text(encoding="utf-8")
    assert "ssbi analyze" not in made.command.read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="no sh")
def test_a_material_system_of_ones_own_travels_along(tmp_path):
    shipped = Path(sys.modules["ssbi_core.materials"].__file__).parent / "systems" / "llzo_nmc.toml"
    own = tmp_path / "mine.toml"
    own.write_bytes(shipped.read_bytes())
    labels = np.ones((20, 20), np.uint8)
    labels[9:12] = Phase.GRAIN_BOUNDARY
    phases = PhaseMap(labels, 5.0)
    result = ImageResult(phases, load_system(str(own)), transport=solve_conduction(phases, system=str(own)))
    made = write_report_bundle(result, tmp_path / "b", Recipe(system=str(own)))
    own.unlink()
    assert_both_agree(made)
    with pytest.raises(InputError, match="gone"):
        write_report_bundle(result, tmp_path / "c", Recipe(system=str(own)))
    assert not (tmp_path / "c").exists()


def test_an_occupied_folder_is_left_alone_unless_told_otherwise(result, tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "mine.txt").write_text("kept")
    with pytest.raises(OutputError, match="not empty"):
        write_report_bundle(result, tmp_path / "b", Recipe())
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["mine.txt"]
    made = write_report_bundle(result, tmp_path / "b", Recipe(), overwrite=True)
    assert made.report.is_file()
    assert (tmp_path / "b" / "mine.txt").read_text() == "kept"


def test_an_interruption_leaves_nothing(result, tmp_path, monkeypatch):
    def interrupted(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(bundle, "write_report", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_report_bundle(result, tmp_path / "b", Recipe())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["file", "file/b"])
def test_a_place_that_cannot_be_written_is_said(result, tmp_path, place):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_report_bundle(result, tmp_path / place, Recipe())
    assert (tmp_path / "file").read_text() == ""


def test_progress_runs_from_start_to_end(result, tmp_path):
    seen: list[float] = []
    write_report_bundle(result, tmp_path / "b", Recipe(), progress=lambda _, done: seen.append(done))
    assert seen == sorted(seen)
    assert len(seen) > 2
    assert 0 <= seen[0] < seen[-1] <= 1
