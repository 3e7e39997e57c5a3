"""Groups of interfaces of one hidden material, some measured: what the net says of the others once it has learned.

Of each group five are "measured": the finite elements' value with an error of 2 %. From these the net learns the
material, and predicts the others, as `ssbi predict --measured` does. Predictions are kept, by net, as they are before
the net's `learned_stretch`; so the same are calibrated on, of one seed, and measured on, of another.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from benchmarks.predict.hidden_cases import Case, planned_groups, solved_cases, true_graph, true_phases
from benchmarks.predict.studies import benchmark_folder
from ssbi_core.io.atomic import atomic_path
from ssbi_core.predict import (
    ConductivityPosterior,
    MaterialPosterior,
    Measurement,
    Predictor,
    learn_material,
    load_predictor,
    predict_phases,
)

GROUPS, MEASURED = 20, 5
MEASUREMENT_SD = 0.02


class Group(NamedTuple):
    """What was learned of a material, and the predictions of the interfaces that were not measured.

    Attributes
    ----------
    number : of the group.
    sampling : how the learning went.
    cases : not measured.
    after : prediction of each, not stretched.
    """

    number: int
    sampling: dict[str, Any]
    cases: tuple[Case, ...]
    after: tuple[ConductivityPosterior, ...]


def learned_groups(seed: int, number: int = GROUPS) -> list[Group]:
    """The first so many groups of a seed; solved, learned and predicted where they are not yet."""
    cases = solved_cases((case for case in planned_groups(seed) if case.group < number), seed)
    found = []
    for at in range(number):
        found.append(_group(seed, [case for case in cases if case.group == at]))
        print(f"\r{at + 1} of {number} groups ", end="", file=sys.stderr, flush=True)
    return found


def _group(seed: int, cases: Sequence[Case]) -> Group:
    """As an earlier run with this net found it, or as it is found now."""
    model = load_predictor()
    folder = benchmark_folder() / f"study_{seed}" / "learned" / model.sha256[:16]
    path = folder / f"group_{cases[0].group:03d}.json"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        found = _learned(seed, cases, replace(model, learned_stretch=1.0))
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(found), encoding="utf-8")
    found = json.loads(path.read_text(encoding="utf-8"))
    conformal = model.conformal.of_kind(cases[0].reaction_layer)
    after = tuple(
        ConductivityPosterior(
            **{**each, "draws": np.array(each["draws"]), "out_of_range": (), "conformal": conformal},
            temperature=case.temperature_K, axis=0, model=model.sha256,
        )
        for case, each in zip(cases[MEASURED:], found["after"], strict=True)
    )  # fmt: skip
    return Group(cases[0].group, found["sampling"], tuple(cases[MEASURED:]), after)


def _learned(seed: int, cases: Sequence[Case], model: Predictor) -> dict[str, Any]:
    errors = np.random.default_rng([seed, cases[0].group]).normal(0, MEASUREMENT_SD, MEASURED)
    knowledge = learn_material(
        [
            Measurement(
                true_graph(case.image), case.conductivity.estimate * (1 + error), case.temperature_K, MEASUREMENT_SD
            )
            for case, error in zip(cases[:MEASURED], errors.tolist(), strict=True)
        ],
        system=cases[0].system,
        model=model,
    )
    after = [_predicted(seed, case, knowledge, model) for case in cases[MEASURED:]]
    kept = [
        {"mean_S_per_cm": each.mean_S_per_cm, "variance": each.variance, "draws": each.draws.tolist()} for each in after
    ]
    return {"sampling": sampling(knowledge, cases[0]), "after": kept}


def _predicted(seed: int, case: Case, knowledge: MaterialPosterior, model: Predictor) -> ConductivityPosterior:
    return predict_phases(
        true_phases(benchmark_folder() / f"study_{seed}", case.image),
        system=case.system,
        temperature=case.temperature_K,
        graph=true_graph(case.image),
        knowledge=knowledge,
        model=model,
    )


def sampling(knowledge: MaterialPosterior, case: Case) -> dict[str, Any]:
    """How the learning went, and how far what was learned lies from the hidden truth, number by number."""
    spread = knowledge.z.std(0, ddof=1)
    return {
        "converged": knowledge.converged,
        "r_hat": float(knowledge.r_hat.max()),
        "effective_samples": float(knowledge.effective_samples.min()),
        "largest_misfit_sd": float(np.abs(knowledge.misfit).max()),
        "sd_of_prior": dict(zip(knowledge.names, spread.tolist(), strict=True)),
        "off_in_sd": dict(zip(knowledge.names, ((knowledge.z.mean(0) - case.z) / spread).tolist(), strict=True)),
    }
