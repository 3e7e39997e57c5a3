"""The composition of the stages; what each stage computes is tested beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ssbi_core.errors import InputError, ReadError
from ssbi_core.io import write_labels
from ssbi_core.pipeline import ALL_STAGES, AnalysisConfig, analyze, analyze_study, sample_paths
from ssbi_core.predict import PredictionConfig, predict_phases
from ssbi_core.report import result_json


@pytest.fixture
def electrolyte(tmp_path: Path) -> Path:
    """A picture with no interface in it: two grains of LLZO."""
    labels = np.ones((40, 40), np.uint8)
    labels[:, 20] = 2
    path = tmp_path / "electrolyte.tif"
    write_labels(path, labels, 5.0)
    return path


def _interface() -> np.ndarray:
    """LLZO over a reaction layer over NMC."""
    labels = np.ones((40, 40), np.uint8)
    labels[18:22], labels[22:] = 5, 3
    return labels


@pytest.fixture
def interface(tmp_path: Path) -> Path:
    path = tmp_path / "interface.tif"
    write_labels(path, _interface(), 5.0)
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
    result = analyze(electrolyte, AnalysisConfig(labels=True, axis=1, stages=("graph", "transport")))
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


def predicted(path: Path, folder: Path, **options):
    settings = {"labels": True, "predictor": str(folder), "prediction": PredictionConfig(materials=8), **options}
    return analyze(path, AnalysisConfig(**settings))


def test_every_stage_is_run_by_default() -> None:
    assert AnalysisConfig().stages == ALL_STAGES == ("segment", "graph", "transport", "predict")


def test_the_prediction_is_of_the_graph_that_was_built(
    interface: Path, untrained_folder: Path, untrained, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ssbi_core.predict import whole_image

    monkeypatch.setattr(whole_image, "build_graph", lambda *_, **__: pytest.fail("built again"))
    result = predicted(interface, untrained_folder, temperature=330.0)
    options = {"temperature": 330.0, "graph": result.graph, "model": untrained}
    alone = predict_phases(result.phases, **options, config=PredictionConfig(materials=8))
    assert result.prediction.mean_S_per_cm == alone.mean_S_per_cm
    assert result.prediction.interval(0.9) == alone.interval(0.9)
    assert result.provenance["models"]["predictor"] == untrained.sha256
    assert not result.warnings


def test_prediction_and_finite_elements_agree_on_a_laminate(interface: Path, untrained_folder: Path) -> None:
    result = predicted(interface, untrained_folder, prediction=PredictionConfig(materials=0))
    assert result.prediction.mean_S_per_cm == pytest.approx(result.transport.effective_conductivity.estimate, rel=0.15)


def test_numbers_given_by_hand_are_predicted_with(interface: Path, untrained_folder: Path) -> None:
    options = {"conductivity": {"reaction_layer": 1e-6}, "prediction": PredictionConfig(materials=0)}
    result = predicted(interface, untrained_folder, **options)
    assert result.prediction.mean_S_per_cm == pytest.approx(result.transport.effective_conductivity.estimate, rel=0.15)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"system": "latp_nmc"}, "latp_nmc for a net trained on llzo_nmc"),
        ({"conductivity": {"contact": 1e-8}}, "contact by its conductivity"),
        ({"resistance": {"reaction_layer": 30.0}}, "reaction_layer by its resistance"),
    ],
)
def test_what_cannot_be_predicted_lacks_the_key_and_says_why(
    options: dict, reason: str, interface: Path, untrained_folder: Path
) -> None:
    result = predicted(interface, untrained_folder, **options)
    assert result.transport is not None
    assert result.prediction is None
    (warning,) = result.warnings
    assert warning.startswith("no prediction from the graph: ")
    assert reason in warning
    document = result_json(result)
    assert "prediction" not in document
    assert document["notes"] == [warning]
    assert "predictor" not in document["provenance"]["models"]


def test_a_volume_is_analysed_without_a_prediction(tmp_path: Path, untrained_folder: Path) -> None:
    path = tmp_path / "volume.tif"
    write_labels(path, np.repeat(_interface()[None], 34, axis=0), 5.0)
    result = predicted(path, untrained_folder, axis=0)
    assert result.transport.percolates
    assert "3D" in result.warnings[0]


def test_a_crack_all_across_is_analysed_without_a_prediction(tmp_path: Path, untrained_folder: Path) -> None:
    labels, path = _interface(), tmp_path / "cracked.tif"
    labels[4:8] = 6
    write_labels(path, labels, 5.0)
    result = predicted(path, untrained_folder)
    assert not result.transport.percolates
    assert any("without a path" in warning for warning in result.warnings)
    with pytest.raises(InputError, match="without a path"):
        predicted(path, untrained_folder, stages=("graph", "predict"))


def test_a_net_that_was_asked_for_has_to_be_there(interface: Path, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"predictor\.json"):
        predicted(interface, tmp_path)


def test_settings_of_the_prediction_are_checked_and_recorded(interface: Path, untrained_folder: Path) -> None:
    with pytest.raises(InputError, match=r"prediction\.materials"):
        AnalysisConfig.from_options(prediction={"materials": -1})
    settings = predicted(interface, untrained_folder, stages=("predict",)).provenance["settings"]
    assert settings["prediction"]["materials"] == 8
    assert settings["predictor"] == str(untrained_folder)
