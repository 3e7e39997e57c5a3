"""How often intervals hold where the material is hidden: `python -m benchmarks.predict.hidden_resistance`.

Resistances of boundaries, contacts and layers and the conductivities of bodies are drawn from the material file's prior
and given to the finite elements alone. The shipped net sees labels and the file, as `ssbi predict --labels` does, and
says what it makes of not knowing them. 150 interfaces nobody learned from, each with a material of its own; beside
them the 600 of groups that share a material, of which there are 60 only.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from typing import Any

from benchmarks.predict.hidden_cases import (
    SEED,
    SYSTEM,
    Case,
    planned_groups,
    planned_loners,
    solved_cases,
    true_graph,
    true_phases,
)
from benchmarks.predict.posterior_scores import COVERED, WIDTHS, averaged, by_class, scores
from benchmarks.predict.studies import benchmark_folder
from benchmarks.results_file import write_results
from ssbi_core.materials import load_system
from ssbi_core.predict import ConductivityPosterior, load_predictor, predict_phases

_SHOWN = [*COVERED, *WIDTHS, "sd_decades"]


def main() -> None:
    """Solve what is not solved yet, predict, write."""
    loners, grouped = scored(solved_cases(planned_loners())), scored(solved_cases(planned_groups()))
    results = {
        **summary(loners, ("image",)),
        "in_groups": summary(grouped, ("image", "group")),
        "sha256": load_predictor().sha256,
        "rows": loners,
        "rows_in_groups": grouped,
    }
    write_results("predict.hidden_resistance", results)
    print({key: value for key, value in results.items() if not key.startswith("rows")})


def scored(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """What the shipped net says of each case before anything of its material is known."""
    rows = []
    for case in sorted(cases, key=lambda case: (case.reaction_layer, case.temperature_K, case.image)):
        posterior = prior_predictive(case)
        rows.append({**state_of(case), **scores(posterior, case.conductivity.estimate), **shares_of(posterior)})
        print(f"\r{len(rows)} of {len(cases)} predicted ", end="", file=sys.stderr, flush=True)
    return rows


def prior_predictive(case: Case) -> ConductivityPosterior:
    """What the shipped net says of a case whose material is known from the file only."""
    return _prior_predictive(case.image, case.reaction_layer, case.temperature_K)


@cache
def _prior_predictive(image: str, reaction_layer: str, temperature: float) -> ConductivityPosterior:
    phases = true_phases(benchmark_folder() / f"study_{SEED}", image)
    system = load_system(SYSTEM, reaction_layer=reaction_layer)
    return predict_phases(phases, system=system, temperature=temperature, graph=true_graph(image))


def state_of(case: Case) -> dict[str, Any]:
    """Which case it is, for the record."""
    return {
        **{name: getattr(case, name) for name in ("group", "image", "reaction_layer", "temperature_K")},
        "conductivity_S_per_cm": case.conductivity.estimate,
    }


def shares_of(posterior: ConductivityPosterior) -> dict[str, float]:
    """What makes the prediction uncertain, as shares of the variance."""
    return {f"share_{source}": share for source, share in posterior.variance_share.items()}


def summary(rows: Sequence[dict[str, Any]], factors: Sequence[str]) -> dict[str, Any]:
    """Coverage and widths, in all and by class; rows that share a factor, image or material, are dependent."""
    return {
        "graphs": len(rows),
        "interfaces": len({row["image"] for row in rows}),
        "materials": len({row["group"] for row in rows}),
        "scores": averaged(rows, _SHOWN, factors),
        "classes": {name: by_class(rows, name, _SHOWN) for name in ("reaction_layer", "temperature_K")},
    }


if __name__ == "__main__":
    main()
