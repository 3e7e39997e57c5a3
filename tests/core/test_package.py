"""The public names, and what importing the package must not do."""

from __future__ import annotations

import subprocess
import sys

import ssbi_core as ssbi

PUBLIC = {
    "AnalysisConfig",
    "AnomalyConfig",
    "AnomalyReport",
    "ArrheniusFit",
    "Bottleneck",
    "Bottlenecks",
    "CathodeSolution",
    "ConductionSolution",
    "ConductivityPosterior",
    "DifferentiableStructure",
    "ImageResult",
    "ImpedanceSpectrum",
    "InterfaceGraph",
    "Learned",
    "LearningConfig",
    "MaterialParameters",
    "MaterialPosterior",
    "MaterialSystem",
    "Measurement",
    "Micrograph",
    "Phase",
    "PhaseMap",
    "PolarisationCurve",
    "PredictionConfig",
    "ProcessParameters",
    "RepresentativeVolume",
    "SsbiError",
    "TemperatureSweep",
    "ThicknessProfile",
    "Tortuosity",
    "__version__",
    "analyze",
    "analyze_study",
    "build_graph",
    "differentiable_structure",
    "effective_conductivity",
    "impedance",
    "layer_thickness",
    "Streamlines",
    "WhatIf",
    "WhatIfAnswer",
    "streamlines",
    "ClosedLoopConfig",
    "OptimizationResult",
    "optimize",
    "recommendation",
    "learn_from_strokes",
    "learn_material",
    "load_system",
    "polarisation_curve",
    "predict",
    "predict_phases",
    "read",
    "read_labels",
    "representative_volume",
    "rotated_conductivity",
    "score_anomalies",
    "segment",
    "simulate_study",
    "solve_conduction",
    "temperature_sweep",
    "tortuosity",
    "tortuosity_by_axis",
    "train_predictor",
    "train_segmenter",
    "two_potential_cathode",
    "where_to_paint",
    "with_strokes",
}


def _run(code: str) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=400)


def test_public_names_are_pinned() -> None:
    assert set(ssbi.__all__) == PUBLIC
    assert set(dir(ssbi)) >= PUBLIC


def test_functions_win_over_stage_folders_of_the_same_name() -> None:
    from ssbi_core.segment.inference import segment  # makes Python bind the folder on the package

    assert ssbi.segment is segment


def test_the_function_predict_wins_over_its_package_and_the_package_still_imports() -> None:
    from ssbi_core.predict import Predictor  # makes Python bind the folder on the package
    from ssbi_core.predict.prediction import predict

    assert ssbi.predict is predict
    assert Predictor.__module__ == "ssbi_core.predict.predictor"


def test_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(ssbi, "no_such_thing")


def test_import_is_light() -> None:
    _run(
        "import sys, ssbi_core; heavy = {'jax', 'scipy', 'matplotlib', 'pandas'} & set(sys.modules);"
        "assert not heavy, heavy"
    )


def test_core_needs_neither_display_nor_gmsh_nor_petsc() -> None:
    _run(
        "import sys; sys.modules.update(dict.fromkeys(['napari', 'qtpy', 'PyQt6', 'gmsh', 'petsc4py', 'pypardiso']));"
        "import ssbi_core.cli, ssbi_core.pipeline, ssbi_core.transport"
    )
