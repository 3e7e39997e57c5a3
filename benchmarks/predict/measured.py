"""What five measured conductivities tell of the other samples: `python -m benchmarks.predict.measured`.

Ten interfaces share one hidden material, five are measured, the others are predicted before and after the net has
learned from these. Reported is by how much the standard deviation of a prediction shrinks, and whether intervals hold
as well as before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.predict.hidden_cases import SEED, Case
from benchmarks.predict.hidden_resistance import prior_predictive, state_of
from benchmarks.predict.learned_groups import MEASURED, Group, learned_groups
from benchmarks.predict.posterior_scores import COVERED, WIDTHS, averaged, by_class, scores
from benchmarks.results_file import write_results
from ssbi_core.predict import ConductivityPosterior, load_predictor

_SHOWN = ["ape", "sd_decades", *COVERED, *WIDTHS]


def main() -> None:
    """Learn and predict group by group what was not yet, write."""
    model = load_predictor()
    found = [_record(group, model.learned_stretch) for group in learned_groups(SEED)]
    results = {**summary(found), "learned_stretch": model.learned_stretch, "sha256": model.sha256, "groups": found}
    write_results("predict.measured", results)
    print({key: value for key, value in results.items() if key != "groups"})


def _record(group: Group, stretch: float) -> dict[str, Any]:
    rows = [
        {**state_of(case), **_compared(case, after.stretched(stretch))}
        for case, after in zip(group.cases, group.after, strict=True)
    ]
    return {"group": group.number, **group.sampling, "rows": rows}


def _compared(case: Case, after: ConductivityPosterior) -> dict[str, Any]:
    """Scores of a case before and after, and by how much its standard deviation shrinks."""
    before, truth = prior_predictive(case), case.conductivity.estimate
    shrinks = {"sd_shrinks_by": 1 - after.sd_log10 / before.sd_log10}
    return {**shrinks, "before": scores(before, truth), "after": scores(after, truth)}


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
