import pytest

from ssbi_core.errors import InputError
from ssbi_core.optimize.tuning.config import TuningConfig
from ssbi_core.optimize.tuning.tune import tune

from .toy import ToySubject


def test_share_done_rises_to_one(study, tmp_path):
    shares = []
    tune(
        ToySubject(), study, tmp_path / "out", TuningConfig(trials=4), progress=lambda text, share: shares.append(share)
    )
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_more_trials_find_no_worse_and_know_what_was_compared(study, tmp_path):
    first = tune(ToySubject(), study, tmp_path / "out", TuningConfig(trials=3))
    more = tune(ToySubject(), study, tmp_path / "out", TuningConfig(trials=12))
    assert more.best["error"] <= first.best["error"]
    assert list(more.repeated["default"]) == list(first.repeated["default"])


def test_default_that_learns_nothing_is_refused(study, tmp_path):
    with pytest.raises(InputError, match="no finite error"):
        tune(ToySubject(trap="diverge"), study, tmp_path / "out", TuningConfig(trials=3))
