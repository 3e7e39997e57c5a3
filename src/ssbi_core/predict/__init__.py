"""Conductivity from the microstructure graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssbi_core.predict.conductance import MaterialValues, material_values, network_conductivity
    from ssbi_core.predict.kirchhoff import log_conductance, power_shares
    from ssbi_core.predict.learning import Measurement, learn_material
    from ssbi_core.predict.measured import MaterialPosterior
    from ssbi_core.predict.posterior import ConductivityPosterior
    from ssbi_core.predict.prediction import predict
    from ssbi_core.predict.prediction_config import PredictionConfig
    from ssbi_core.predict.predictor import Predictor, load_predictor
    from ssbi_core.predict.train_study import train_predictor
    from ssbi_core.predict.whole_image import predict_phases
else:
    from ssbi_core.lazy_names import lazy_names

    lazy_names(
        __name__,
        {
            "ConductivityPosterior": "posterior",
            "MaterialPosterior": "measured",
            "MaterialValues": "conductance",
            "Measurement": "learning",
            "PredictionConfig": "prediction_config",
            "Predictor": "predictor",
            "learn_material": "learning",
            "load_predictor": "predictor",
            "log_conductance": "kirchhoff",
            "material_values": "conductance",
            "network_conductivity": "conductance",
            "power_shares": "kirchhoff",
            "predict": "prediction",
            "predict_phases": "whole_image",
            "train_predictor": "train_study",
        },
    )

__all__ = [
    "ConductivityPosterior",
    "MaterialPosterior",
    "MaterialValues",
    "Measurement",
    "PredictionConfig",
    "Predictor",
    "learn_material",
    "load_predictor",
    "log_conductance",
    "material_values",
    "network_conductivity",
    "power_shares",
    "predict",
    "predict_phases",
    "train_predictor",
]
