"""The composition of the stages; what each stage computes is tested beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.io import write_labels
from ssbi_core.pipeline import AnalysisConfig, analyze, analyze_study, sample_paths


@pytest.fixture
def electrolyte(tmp_path: Path) -> Path:
    """A picture with no interface in it: two grains of LLZO."""
    labels = np.ones((40, 40), np.uint8)
    labels[:, 20] = 2
    path = tmp_path / "electrolyte.tif"
    write_labels(path, labels, 5.0)
    return path


def test_sample_study_is_bundled() -> None:
    assert [path.name for path in sample_paths()] == [
        "broken_layer.ome.tif",
        "calm_interface.ome.tif",
        "planted_anomalies.ome.tif",
        "thick_layer_and_pores.ome.tif",
    ]


def test_no_interface_in_the_picture_is_said_and_rows_are_taken(electrolyte: Path) -> None:
    result = analyze(electrolyte, AnalysisConfig(labels=True))
    assert result.graph.axis == result.transport.axis == 0
    assert any("interface" in warning for warning in result.warnings)


def test_an_axis_that_is_given_is_kept_without_a_warning(electrolyte: Path) -> None:
    result = analyze(electrolyte, AnalysisConfig(labels=True, axis=1))
    assert result.graph.axis == result.transport.axis == 1
    assert not result.warnings


def test_stages_not_asked_for_are_not_run(electrolyte: Path) -> None:
    result = analyze(electrolyte, AnalysisConfig(labels=True, stages=("graph",)))
    assert result.transport is None
    assert result.graph is not None


def test_settings_that_make_no_sense_are_named() -> None:
    with pytest.raises(InputError, match="temperature"):
        AnalysisConfig.from_options(temperature=-1.0)
    with pytest.raises(InputError, match="at least two"):
        AnalysisConfig.from_options(temperatures=(300.0,))


def test_a_sweep_is_of_the_same_structure_as_the_solve(electrolyte: Path) -> None:
    options = {"labels": True, "stages": ("transport",), "axis": 1, "resistance": {"grain_boundary": 2.0}}
    result = analyze(electrolyte, AnalysisConfig(**options, temperatures=(298.15, 350.0)))
    sweep, alone = result.temperature_sweep, result.transport
    assert sweep.conductivity[0] == pytest.approx(alone.effective_conductivity.estimate, rel=1e-9)
    assert sweep.settings["axis"] == 1


def test_progress_runs_from_start_to_end(electrolyte: Path, tmp_path: Path) -> None:
    seen: list[float] = []
    analyze_study(
        [electrolyte], tmp_path / "out", AnalysisConfig(labels=True), progress=lambda _, done: seen.append(done)
    )
    assert seen == sorted(seen)
    assert 0 <= seen[0] < seen[-1] <= 1


def test_a_study_of_failures_writes_no_report(tmp_path: Path) -> None:
    for name in ("a.tif", "b.tif"):
        (tmp_path / name).write_bytes(b"not an image")
    with pytest.raises(InputError, match=r"a\.tif"):
        analyze_study([tmp_path], tmp_path / "out", AnalysisConfig(labels=True))
    assert not (tmp_path / "out" / "report.html").exists()
