"""What a search found, and the files that say so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from optuna.study import Study
from optuna.trial import FrozenTrial
from pydantic import BaseModel, ValidationError

from ssbi_core import __version__
from ssbi_core.errors import ReadError
from ssbi_core.io.atomic import atomic_path
from ssbi_core.optimize.tuning.config import TuningConfig
from ssbi_core.optimize.tuning.search import ERRORS, SECONDS
from ssbi_core.optimize.tuning.storage import AGAIN, DEFAULT
from ssbi_core.optimize.tuning.subject import Parameters

Settings = TypeVar("Settings", bound=BaseModel)

_BEST, _TRIALS = "best.json", "trials.parquet"


@dataclass(frozen=True, eq=False)
class TuningOutcome:
    """A search.

    Attributes
    ----------
    net : what was tuned.
    measure : the error, in words.
    trials : one row per trial, in order: ``number``, ``state`` ("complete", "pruned", "fail"), ``error``, the mean over
        the ``parts`` it was validated on, their ``errors``, ``seconds``, ``default``, ``again`` (the trial of a process
        that died which it repeats, or -1), and a column for every setting that was searched.
    settings : complete settings of the best trial, by name.
    parameters, default : of the best trial, and to beat.
    repeated : errors of ``best`` and ``default`` on other divisions, (repeats,) each.
    importance : share of every setting, largest first; empty with too few trials.
    config : of the search.
    digest, size : of the study.
    """

    net: str
    measure: str
    trials: pd.DataFrame
    settings: Mapping[str, BaseModel]
    parameters: Parameters
    default: Parameters
    repeated: Mapping[str, np.ndarray]
    importance: Mapping[str, float]
    config: TuningConfig
    digest: str
    size: Mapping[str, int]

    @property
    def best(self) -> dict[str, Any]:
        """Row of the trial with the least error."""
        complete = [row for row in self.trials.to_dict("records") if row["state"] == "complete"]
        return min(complete, key=lambda row: row["error"])

    @property
    def finished(self) -> int:
        """Trials that ran to their end or were stopped early."""
        return sum(row["state"] != "fail" for row in self.trials.to_dict("records"))

    @property
    def default_error(self) -> float:
        """Of the settings to beat, on the parts that the search validates on."""
        rows = self.trials.to_dict("records")
        return float(next(row["error"] for row in rows if row["default"] and row["state"] == "complete"))

    @property
    def spread(self) -> float:
        """Standard deviation of the default's error over other divisions and weights."""
        return float(self.repeated["default"].std(ddof=1))

    @property
    def gain(self) -> float:
        """By how much best errs less than default on other divisions, in the mean."""
        return float((self.repeated["default"] - self.repeated["best"]).mean())

    def record(self) -> dict[str, Any]:
        """As ``best.json`` keeps it."""
        states = self.trials["state"].value_counts()
        gains = self.repeated["default"] - self.repeated["best"]
        return {
            "net": self.net,
            **{name: each.model_dump(mode="json") for name, each in self.settings.items()},
            "measure": self.measure,
            "value": float(self.best["error"]),
            "default_value": self.default_error,
            "trial": int(self.best["number"]),
            "other_divisions": {
                "best": self.repeated["best"].tolist(),
                "default": self.repeated["default"].tolist(),
                "default_spread": self.spread,
                "gain": self.gain,
                "gain_spread": float(gains.std(ddof=1)),
                "beats_by_more_than_spread": self.gain > self.spread,
            },
            "parameters": dict(self.parameters),
            "default_parameters": dict(self.default),
            "importance": dict(self.importance),
            "trials": {str(state): int(number) for state, number in states.items()},
            "search": self.config.model_dump(mode="json", include={"seed", "parts", "splits", "repeats"}),
            "study": {"sha256": self.digest, **self.size},
            "version": __version__,
        }

    def save(self, folder: Path) -> Path:
        """Write best.json and trials.parquet into an existing folder; return the former's path.

        Raises
        ------
        OutputError
            If the folder cannot be written.
        """
        with atomic_path(folder / _TRIALS) as temporary:
            self.trials.to_parquet(temporary, index=False)
        with atomic_path(folder / _BEST) as temporary:
            temporary.write_text(json.dumps(self.record(), indent=2) + "\n", encoding="utf-8")
        return folder / _BEST


def trial_table(study: Study) -> pd.DataFrame:
    """One row per trial that has ended, see `TuningOutcome`."""
    return pd.DataFrame([_row(trial) for trial in study.get_trials(deepcopy=False) if trial.state.is_finished()])


def read_settings(path: str | Path, name: str, kind: type[Settings]) -> Settings:
    """Read one of the settings that a ``best.json`` keeps.

    Parameters
    ----------
    path : of the file, or of the folder it lies in.
    name : under which they are kept.
    kind : what they are.

    Raises
    ------
    ReadError
        If the file is missing, or holds no such settings.
    """
    path = Path(path)
    path = path / _BEST if path.is_dir() else path
    try:
        return kind.model_validate(json.loads(path.read_text(encoding="utf-8"))[name])
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        reason = " ".join(str(error).split())
        wanted = f"a best.json of `ssbi tune` with {name} settings"
        raise ReadError(f"{path} ({type(error).__name__}: {reason})", wanted, "tune this net first") from error


def _row(trial: FrozenTrial) -> dict[str, Any]:
    errors = trial.user_attrs.get(ERRORS, [])
    return {
        "number": trial.number,
        "state": trial.state.name.lower(),
        "error": float(np.mean(errors)) if errors else np.nan,
        "parts": len(errors),
        "errors": errors,
        "seconds": trial.user_attrs.get(SECONDS, 0.0),
        DEFAULT: bool(trial.user_attrs.get(DEFAULT, False)),
        AGAIN: int(trial.user_attrs.get(AGAIN, -1)),
        **trial.params,
    }
