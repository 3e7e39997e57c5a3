"""What five measured conductivities tell of the other samples: `python -m benchmarks.predict.measured`.

Ten interfaces share one hidden material. Five are "measured": the finite elements' value with an error of 2 %. From
these the shipped net learns the material, and predicts the other five before and after, as `ssbi predict --measured`
does. Reported is by how much the standard deviation of a prediction shrinks, and whether intervals hold as well as
before. What is found of a group is kept, by net.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.predict.hidden_cases import SEED, Case, planned_groups, solved_cases, true_graph, true_phases
from benchmarks.predict.hidden_resistance import prior_predictive, state_of
from benchmarks.predict.posterior_scores import COVERED, WIDTHS, averaged, by_class, scores
from benchmarks.predict.studies import benchmark_folder
from benchmarks.results_file import write_results
from ssbi_core.io.atomic import atomic_path
from ssbi_core.predict import MaterialPosterior, Measurement, learn_material, load_predictor, predict_phases

GROUPS, MEASURED = 20, 5
MEASUREMENT_SD = 0.02
_SHOWN = ["ape", "sd_decades", *COVERED, *WIDTHS]


def main() -> None:
    """Solve what is not solved yet, learn and predict group by group, write."""
    cases = solved_cases(case for case in planned_groups() if case.group < GROUPS)
    groups = [[case for case in cases if case.group == group] for group in range(GROUPS)]
    found = []
    for group in groups:
        found.append(kept(group))
        print(f"\r{len(found)} of {len(groups)} groups ", end="", file=sys.stderr, flush=True)
    results = {**summary(found), "sha256": load_predictor().sha256, "groups": found}
    write_results("predict.measured", results)
    print({key: value for key, value in results.items() if key != "groups"})


def kept(group: Sequence[Case]) -> dict[str, Any]:
    """What an earlier run with this net found of a group, or else what it finds now."""
    folder = benchmark_folder() / f"study_{SEED}" / "measured" / load_predictor().sha256[:16]
    path = folder / f"group_{group[0].group:03d}.json"
    if path.is_file():
        return json.loads(path.read_text(encoding="utf-8"))
    found = learned(group)
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(found), encoding="utf-8")
    return found


def learned(group: Sequence[Case]) -> dict[str, Any]:
    """Learn the material of a group from the first of it and predict the rest, before and after."""
    errors = np.random.default_rng([SEED, group[0].group]).normal(0, MEASUREMENT_SD, MEASURED)
    knowledge = learn_material(
        [
            Measurement(
                true_graph(case.image), case.conductivity.estimate * (1 + error), case.temperature_K, MEASUREMENT_SD
            )
            for case, error in zip(group[:MEASURED], errors.tolist(), strict=True)
        ],
        system=group[0].system,
    )
    rows = [{**state_of(case), **compared(case, knowledge)} for case in group[MEASURED:]]
    return {"group": group[0].group, **sampling(knowledge, group[0]), "rows": rows}


def compared(case: Case, knowledge: MaterialPosterior) -> dict[str, Any]:
    """Scores of a case before and after, and by how much its standard deviation shrinks."""
    after = predict_phases(
        true_phases(benchmark_folder() / f"study_{SEED}", case.image),
        system=case.system,
        temperature=case.temperature_K,
        graph=true_graph(case.image),
        knowledge=knowledge,
    )
    before, truth = prior_predictive(case), case.conductivity.estimate
    shrinks = {"sd_shrinks_by": 1 - after.sd_log10 / before.sd_log10}
    return {**shrinks, "before": scores(before, truth), "after": scores(after, truth)}


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


def summary(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Shrinkage and coverage, in all and by chemistry; the rows of a group share what was learned."""
    rows = [row for group in found for row in group["rows"]]
    flat = [{**row, **row["after"]} for row in rows]
    return {
        "groups_of_samples": len(found),
        "converged": sum(group["converged"] for group in found),
        "measured_of_each": MEASURED,
        "predicted": len(rows),
        "sd_shrinks_by": averaged(rows, ["sd_shrinks_by"], ("group",))["sd_shrinks_by"],
        "sd_shrinks_by_median": float(np.median([row["sd_shrinks_by"] for row in rows])),
        **{
            when: averaged([{"group": row["group"], **row[when]} for row in rows], _SHOWN, ("group",))
            for when in ("before", "after")
        },
        "classes": {"reaction_layer": by_class(flat, "reaction_layer", ["sd_shrinks_by", *_SHOWN])},
    }


if __name__ == "__main__":
    main()
