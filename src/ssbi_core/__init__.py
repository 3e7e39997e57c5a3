"""Solid-state battery interfaces: from STEM/EDS images to phases, graph and ionic conductivity.

>>> import ssbi_core as ssbi
>>> micrograph = ssbi.read("scan.emd")
>>> phases = ssbi.segment(micrograph)
>>> transport = ssbi.solve_conduction(phases, temperature=298.15)
>>> posterior = ssbi.predict_phases(phases, temperature=298.15)

Names load on first use, so importing the package costs nothing and pulls in neither JAX nor a display.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbi_core.lazy_names import lazy_names

if TYPE_CHECKING:
    from ssbi_core.anomaly import AnomalyConfig, AnomalyReport, score_anomalies
    from ssbi_core.errors import SsbiError
    from ssbi_core.graph import InterfaceGraph, ThicknessProfile, build_graph, layer_thickness
    from ssbi_core.io import Micrograph, PhaseMap, read, read_labels
    from ssbi_core.materials import MaterialSystem, Phase, load_system
    from ssbi_core.pipeline import AnalysisConfig, analyze, analyze_study
    from ssbi_core.predict import (
        ConductivityPosterior,
        MaterialPosterior,
        Measurement,
        PredictionConfig,
        learn_material,
        predict,
        predict_phases,
        train_predictor,
    )
    from ssbi_core.report import ImageResult
    from ssbi_core.segment import (
        Learned,
        LearningConfig,
        learn_from_strokes,
        segment,
        train_segmenter,
        where_to_paint,
        with_strokes,
    )
    from ssbi_core.simulate import ProcessParameters, simulate_study
    from ssbi_core.transport import (
        ArrheniusFit,
        Bottleneck,
        Bottlenecks,
        CathodeSolution,
        ConductionSolution,
        DifferentiableStructure,
        ImpedanceSpectrum,
        MaterialParameters,
        PolarisationCurve,
        RepresentativeVolume,
        Streamlines,
        TemperatureSweep,
        Tortuosity,
        WhatIf,
        WhatIfAnswer,
        differentiable_structure,
        effective_conductivity,
        impedance,
        polarisation_curve,
        representative_volume,
        rotated_conductivity,
        solve_conduction,
        streamlines,
        temperature_sweep,
        tortuosity,
        tortuosity_by_axis,
        two_potential_cathode,
    )

__version__ = "0.1.0"

_HOME = {
    "SsbiError": "errors",
    "AnomalyConfig": "anomaly",
    "AnomalyReport": "anomaly",
    "score_anomalies": "anomaly",
    "InterfaceGraph": "graph",
    "ThicknessProfile": "graph",
    "build_graph": "graph",
    "layer_thickness": "graph",
    "Micrograph": "io",
    "PhaseMap": "io",
    "read": "io",
    "read_labels": "io",
    "MaterialSystem": "materials",
    "Phase": "materials",
    "load_system": "materials",
    "AnalysisConfig": "pipeline",
    "analyze": "pipeline",
    "analyze_study": "pipeline",
    "ConductivityPosterior": "predict",
    "MaterialPosterior": "predict",
    "Measurement": "predict",
    "PredictionConfig": "predict",
    "learn_material": "predict",
    "predict": "predict",
    "predict_phases": "predict",
    "train_predictor": "predict",
    "ImageResult": "report",
    "Learned": "segment",
    "LearningConfig": "segment",
    "learn_from_strokes": "segment",
    "where_to_paint": "segment",
    "with_strokes": "segment",
    "segment": "segment",
    "train_segmenter": "segment",
    "ProcessParameters": "simulate",
    "simulate_study": "simulate",
    "ConductionSolution": "transport",
    "solve_conduction": "transport",
    "Streamlines": "transport",
    "streamlines": "transport",
    "WhatIf": "transport",
    "WhatIfAnswer": "transport",
    "ArrheniusFit": "transport",
    "CathodeSolution": "transport",
    "PolarisationCurve": "transport",
    "TemperatureSweep": "transport",
    "polarisation_curve": "transport",
    "rotated_conductivity": "transport",
    "temperature_sweep": "transport",
    "two_potential_cathode": "transport",
    "ImpedanceSpectrum": "transport",
    "impedance": "transport",
    "Bottleneck": "transport",
    "Bottlenecks": "transport",
    "RepresentativeVolume": "transport",
    "Tortuosity": "transport",
    "representative_volume": "transport",
    "tortuosity": "transport",
    "tortuosity_by_axis": "transport",
    "DifferentiableStructure": "transport",
    "MaterialParameters": "transport",
    "differentiable_structure": "transport",
    "effective_conductivity": "transport",
}

__all__ = [
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
    "Streamlines",
    "TemperatureSweep",
    "ThicknessProfile",
    "Tortuosity",
    "WhatIf",
    "WhatIfAnswer",
    "__version__",
    "analyze",
    "analyze_study",
    "build_graph",
    "differentiable_structure",
    "effective_conductivity",
    "impedance",
    "layer_thickness",
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
    "streamlines",
    "temperature_sweep",
    "tortuosity",
    "tortuosity_by_axis",
    "train_predictor",
    "train_segmenter",
    "two_potential_cathode",
    "where_to_paint",
    "with_strokes",
]

lazy_names(__name__, _HOME)
