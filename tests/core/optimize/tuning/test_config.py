import pytest
from pydantic import ValidationError

from ssbi_core.optimize.tuning.config import TuningConfig


@pytest.mark.parametrize("settings", [{"trials": 0}, {"repeats": 1}, {"workers": 0}, {"parts": 2, "splits": 3}])
def test_settings_that_do_not_fit_are_refused(settings):
    with pytest.raises(ValidationError):
        TuningConfig(**settings)
