import numpy as np
import pandas as pd
import pytest

from ssbi_core.errors import InputError
from ssbi_core.optimize.tuning.division import Division

TABLE = pd.DataFrame({"sample": [f"s{row // 2}" for row in range(40)]})


def test_every_row_is_held_back_once():
    held_back = [Division(4, 5, part).rows(TABLE)[1] for part in range(5)]
    assert sorted(np.concatenate(held_back)) == list(range(40))


@pytest.mark.parametrize("part", range(5))
def test_no_sample_is_learned_from_and_validated_on(part):
    learn, validate = Division(4, 5, part).rows(TABLE)
    assert len(learn) == 32
    assert not set(TABLE["sample"][learn]) & set(TABLE["sample"][validate])


def test_another_seed_deals_otherwise_and_draws_other_weights():
    one, other = Division(0, 5, 4), Division(1, 5, 0)
    assert not np.array_equal(one.rows(TABLE)[1], Division(1, 5, 4).rows(TABLE)[1])
    assert one.training_seed != other.training_seed


def test_fewer_samples_than_parts_are_refused():
    with pytest.raises(InputError, match="3 samples"):
        Division(0, 5, 0).rows(TABLE.iloc[:6])
