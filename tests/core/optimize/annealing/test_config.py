from __future__ import annotations

import pytest
from pydantic import ValidationError

from ssbi_core.optimize.annealing.config import AnnealingConfig


def test_every_setting_says_what_it_is():
    for name, field in AnnealingConfig.model_fields.items():
        assert field.title, name
        assert field.description, name
        assert field.json_schema_extra["unit"], name


@pytest.mark.parametrize(
    "wrong",
    [
        {"plain": 0, "ingber": 0, "coordinate": 0, "differential": 0},
        {"chains": 3, "plain": 0, "ingber": 0, "coordinate": 0},
        {"chains": 0},
        {"target_acceptance": 1.0},
        {"unknown": 1},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong):
    with pytest.raises(ValidationError):
        AnnealingConfig(**wrong)


def test_plain_annealing_has_one_kind_of_move():
    config = AnnealingConfig.plain_annealing(chains=16)
    assert (config.shares, config.descents, config.batch) == ((1.0, 0.0, 0.0, 0.0), 0, 16)
