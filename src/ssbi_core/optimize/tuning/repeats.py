"""Best and default once more, on divisions of the study that the search never saw.

The least of many noisy errors is small by luck too. So both settings learn anew, with other weights, on the samples
dealt otherwise; the default's spread over these divisions says what a difference has to exceed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import as_completed

import numpy as np
from optuna.study import Study

from ssbi_core.optimize.tuning.config import TuningConfig
from ssbi_core.optimize.tuning.division import Division
from ssbi_core.optimize.tuning.search import Progress
from ssbi_core.optimize.tuning.subject import Parameters
from ssbi_core.optimize.tuning.workers import Submit


def repeated(
    study: Study, compared: Mapping[str, Parameters], config: TuningConfig, submit: Submit, progress: Progress
) -> dict[str, np.ndarray]:
    """Error of settings on other divisions: of each name (repeats,), means over as many parts as in the search.

    What an earlier run found is taken from the search's storage.
    """
    divisions = [
        Division(config.seed + repeat, config.parts, part)
        for repeat in range(1, config.repeats + 1)
        for part in range(config.splits)
    ]
    wanted = {_key(each, division): (each, division) for division in divisions for each in compared.values()}
    missing = [key for key in wanted if key not in study.user_attrs]
    for start in range(0, len(missing), config.workers):
        futures = {submit(*wanted[key]): key for key in missing[start : start + config.workers]}
        for future in as_completed(futures):
            study.set_user_attr(futures[future], future.result().error)
        progress("best and default on other divisions", (start + len(futures)) / len(missing))
    found = study.user_attrs
    return {
        name: np.array([found[_key(each, division)] for division in divisions]).reshape(config.repeats, -1).mean(1)
        for name, each in compared.items()
    }


def _key(parameters: Parameters, division: Division) -> str:
    digest = hashlib.sha256(json.dumps(dict(parameters), sort_keys=True).encode()).hexdigest()
    return f"repeat {digest[:16]} {division.seed} {division.part}"
