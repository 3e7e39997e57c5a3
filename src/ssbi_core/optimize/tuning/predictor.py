"""The predictor as something to tune: what is searched, and the error of a fit.

The error is the mean of |ln sigma predicted - ln sigma| of the maximum a posteriori fit. It is the MAPE for small
errors, but counts half and double alike: the MAPE forgives a prediction that is far too low, whose error cannot exceed
100 %, and one that is far too high outweighs all others. The posterior is not needed for it, and costs more than the
fit.

All pictures are cut and padded once for all settings: compiled programs depend on the padded shapes, the size of the
net and the batch alone, so the parts held back in turn share them. The space ends where a fit takes minutes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from pydantic import BaseModel

from ssbi_core.optimize.tuning.division import Division
from ssbi_core.optimize.tuning.subject import Parameters
from ssbi_core.predict.cells_file import Lattice
from ssbi_core.predict.config import NetworkConfig, TrainingConfig
from ssbi_core.predict.data import GraphData
from ssbi_core.predict.fit import fit, predict_rows
from ssbi_core.predict.records import LATTICES, load_records
from ssbi_core.predict.train_study import shown_lattices, study_data

_LATTICES = {f"{body}x{layer}": (body, layer) for body, layer in LATTICES}
_OF_NETWORK = ("hidden", "steps")
_OF_TRAINING = ("lattices", "learning_rate", "penalty", "epochs", "batch")


@dataclass(frozen=True)
class PredictorSubject:
    """The predictor.

    Attributes
    ----------
    network, training : settings to beat, and those that are not searched.
    """

    network: NetworkConfig
    training: TrainingConfig
    name: str = "predictor"
    measure: str = "mean |error of ln σ| on samples not learned from"

    @property
    def space(self) -> Mapping[str, BaseDistribution]:
        """What is searched; few sizes and batches, since each is a program to compile."""
        return {
            "hidden": IntDistribution(8, 32, step=8),
            "steps": IntDistribution(1, 5),
            "lattice": CategoricalDistribution(list(_LATTICES)),
            "lattices": IntDistribution(1, len(LATTICES)),
            "learning_rate": FloatDistribution(1e-3, 2e-2, log=True),
            "penalty": FloatDistribution(1e-8, 1e-3, log=True),
            "epochs": IntDistribution(12, 48, log=True),
            "batch": IntDistribution(8, 32, step=8),
        }

    @property
    def start(self) -> Parameters:
        """Settings to beat."""
        return {
            **self.network.model_dump(include=set(_OF_NETWORK)),
            "lattice": f"{self.network.across}x{self.network.layer_across}",
            **self.training.model_dump(include=set(_OF_TRAINING)),
        }

    def settings(self, parameters: Parameters) -> Mapping[str, BaseModel]:
        """Of the net and of its training."""
        network, training = self.configured(parameters)
        return {"network": network, "training": training}

    def load(self, study: Path) -> PredictorObjective:
        """Read a solved study, cut along all lattices; raises as `load_records`."""
        records = load_records(study).trustworthy()
        everything = np.arange(len(records.table))
        data, rows = study_data(records, [(everything, [lattice]) for lattice in LATTICES])
        return PredictorObjective(self, records.table, data, dict(zip(LATTICES, rows, strict=True)))

    def configured(self, parameters: Parameters) -> tuple[NetworkConfig, TrainingConfig]:
        """As `settings`."""
        across, layer_across = _LATTICES[parameters["lattice"]]
        network = {name: parameters[name] for name in _OF_NETWORK}
        training = {name: parameters[name] for name in _OF_TRAINING}
        return (
            self.network.model_copy(update={**network, "across": across, "layer_across": layer_across}),
            self.training.model_copy(update=training),
        )


@dataclass(frozen=True, eq=False)
class PredictorObjective:
    """A solved study in memory.

    Attributes
    ----------
    subject : settings that are not searched.
    table : of the records.
    data : graphs of all rows along all lattices.
    rows : of `data`, for each lattice, in the order of the table.
    """

    subject: PredictorSubject
    table: pd.DataFrame
    data: GraphData
    rows: Mapping[Lattice, np.ndarray]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the records."""
        return hashlib.sha256(self.table.to_csv(index=False).encode()).hexdigest()

    @property
    def size(self) -> Mapping[str, int]:
        """Samples and rows."""
        return {"samples": len(set(self.table["sample"])), "rows": len(self.table)}

    def error(self, parameters: Parameters, division: Division) -> float:
        """Mean |error of ln sigma|."""
        network, training = self.subject.configured(parameters)
        learn, validate = division.rows(self.table)
        shown = shown_lattices(network, training)
        rows = np.concatenate([self.rows[lattice][learn] for lattice in shown])
        weights = fit(self.data, rows, network, training.model_copy(update={"seed": division.training_seed}))
        asked = self.rows[shown[0]][validate]
        predicted, _ = predict_rows(self.data, asked, network, weights)
        return float(np.mean(np.abs(predicted - self.data.target[asked])))
