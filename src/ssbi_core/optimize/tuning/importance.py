"""Which settings decided whether a trial was among the best: PED-ANOVA (Watanabe, Bansal and Hutter, IJCAI 2023).

It compares where the best trials lie with where all of them do, setting by setting. Trials stopped early are part of
all, with the error they were stopped at: left out, the worst would be missing from what is compared with.
"""

from __future__ import annotations

import math

import optuna
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState, create_trial

_FEWEST = 12  # trials, below which it would be drawn from the air
_BEST = 5  # at least
_SHARE = 0.1  # of all, the best


def importance(study: Study) -> dict[str, float]:
    """Share of each setting, largest first, summing to 1; empty where trials are too few to tell."""
    trials = [each for each in map(_complete, study.get_trials(deepcopy=False)) if each is not None]
    if len(trials) < _FEWEST:
        return {}
    copy = optuna.create_study()
    copy.add_trials(trials)
    evaluator = PedAnovaImportanceEvaluator(target_quantile=max(_SHARE, _BEST / len(trials)))
    return get_param_importances(copy, evaluator=evaluator)


def _complete(trial: FrozenTrial) -> FrozenTrial | None:
    """The trial as if it had run to its end; None if it says nothing."""
    if trial.state not in (TrialState.COMPLETE, TrialState.PRUNED) or not trial.intermediate_values:
        return None
    last = trial.intermediate_values[max(trial.intermediate_values)]
    if not math.isfinite(last):
        return None
    return create_trial(params=trial.params, distributions=trial.distributions, value=last)
