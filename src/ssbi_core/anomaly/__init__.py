"""What is wrong at an interface, where, and why: scores, calibration, places."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssbi_core.anomaly.chemistry.unmodelled import UnmodelledPhase
    from ssbi_core.anomaly.config import AnomalyConfig
    from ssbi_core.anomaly.costs import LayerComparison, PhaseCost, compare_without_layer, costliest_body, phase_costs
    from ssbi_core.anomaly.mission_scores import hyperscore, seed_score
    from ssbi_core.anomaly.population import Population
    from ssbi_core.anomaly.portrait import Portrait, portray
    from ssbi_core.anomaly.report import AnomalousRegion, AnomalyReport, ImageAnomaly
    from ssbi_core.anomaly.score import score_anomalies
else:
    from ssbi_core.lazy_names import lazy_names

    lazy_names(
        __name__,
        {
            "AnomalousRegion": "report",
            "AnomalyConfig": "config",
            "AnomalyReport": "report",
            "ImageAnomaly": "report",
            "LayerComparison": "costs",
            "PhaseCost": "costs",
            "Population": "population",
            "Portrait": "portrait",
            "UnmodelledPhase": "chemistry.unmodelled",
            "compare_without_layer": "costs",
            "costliest_body": "costs",
            "hyperscore": "mission_scores",
            "phase_costs": "costs",
            "portray": "portrait",
            "score_anomalies": "score",
            "seed_score": "mission_scores",
        },
    )

__all__ = [
    "AnomalousRegion",
    "AnomalyConfig",
    "AnomalyReport",
    "ImageAnomaly",
    "LayerComparison",
    "PhaseCost",
    "Population",
    "Portrait",
    "UnmodelledPhase",
    "compare_without_layer",
    "costliest_body",
    "hyperscore",
    "phase_costs",
    "portray",
    "score_anomalies",
    "seed_score",
]
