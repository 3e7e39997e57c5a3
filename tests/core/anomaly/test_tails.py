"""Probabilities of an upper tail."""

from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.anomaly.tails import Tail


def test_within_the_sample_it_is_the_rank() -> None:
    tail = Tail.of(np.arange(1.0, 100.0))
    assert 10 ** -tail.surprise(50.0) == pytest.approx(51 / 100)
    assert 10 ** -tail.surprise(0.0) == pytest.approx(1.0)


def test_beyond_the_sample_surprise_goes_on_growing() -> None:
    tail = Tail.of(np.random.default_rng(0).exponential(size=500))
    inside, beyond, far = (tail.surprise(v) for v in (3.0, 12.0, 20.0))
    assert inside < beyond < far


def test_an_exponential_tail_is_continued_at_its_own_rate() -> None:
    tail = Tail.of(np.random.default_rng(1).exponential(size=20000))
    assert tail.surprise(14.0) == pytest.approx(14.0 / np.log(10), rel=0.15)


def test_a_few_wild_values_do_not_hide_another_one() -> None:
    sample = np.random.default_rng(2).normal(size=200)
    with_wild = np.append(sample, [50.0, 60.0, 70.0])
    assert Tail.of(with_wild).surprise(55.0) > 3


def test_leaving_a_value_out_is_the_tail_of_the_others() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0])
    assert Tail.of(values).without(3.0).values.tolist() == [1.0, 2.0, 4.0]
    assert Tail.of(values).without(2.5).values.tolist() == values.tolist()


def test_nothing_known_surprises_nobody() -> None:
    assert Tail.of(np.array([np.nan])).surprise(3.0) == 0.0
    assert Tail.of(np.arange(9.0)).surprise(np.nan) == 0.0


def test_a_sample_of_one_value_is_surprised_by_any_larger_one() -> None:
    tail = Tail.of(np.ones(50))
    assert tail.surprise(1.0) == pytest.approx(0.0)
    assert tail.surprise(1.1) >= np.log10(51) - 1e-9


def test_a_kind_that_few_images_have_is_no_sure_anomaly() -> None:
    mostly_without = np.concatenate([np.full(114, -0.3), [0.0, 0.2, 0.3, 0.4, 0.7, 0.9]])
    tail = Tail.of(mostly_without)
    assert np.log10(121) <= tail.surprise(1.0) < 3
    assert tail.without(0.9).surprise(0.9) < 3
