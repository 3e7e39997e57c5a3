import optuna
import pytest
from optuna.trial import TrialState

from ssbi_core.optimize.tuning.importance import importance

from .toy import ToyObjective, ToySubject


def test_the_setting_that_decides_is_found(searched):
    shares = searched[1].importance
    assert list(shares) == ["rate", "depth"]
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["rate"] > 0.7


def test_few_trials_tell_nothing():
    study, objective = optuna.create_study(), ToyObjective(ToySubject(), "")
    for _ in range(11):
        trial = study.ask(objective.subject.space)
        trial.report(trial.params["rate"], 0)
        study.tell(trial, state=TrialState.PRUNED)
    assert importance(study) == {}
    trial = study.ask(objective.subject.space)
    trial.report(0.5, 0)
    study.tell(trial, 0.5)
    assert set(importance(study)) == {"rate", "depth"}
