"""Whatever finishes first, batches come back in order; a failure is not lost."""

from __future__ import annotations

import threading
import time

import pytest

from ssbi_core.predict.side_by_side import side_by_side


def test_results_come_with_their_batches_in_order():
    def run(batch):
        time.sleep(0.02 * (batch % 3))
        return 10 * batch

    assert list(side_by_side(run, range(9))) == [(each, 10 * each) for each in range(9)]


def test_runs_outside_of_the_callers_thread_and_does_not_draw_all_batches_at_once():
    drawn, seen = [], set()

    def batches():
        for each in range(100):
            drawn.append(each)
            yield each

    def run(batch):
        seen.add(threading.current_thread())
        return batch

    found = side_by_side(run, batches())
    next(found)
    assert len(drawn) < 50
    assert [batch for batch, _ in found] == list(range(1, 100))
    assert threading.current_thread() not in seen


def test_failure_is_raised():
    def run(batch):
        if batch == 3:
            raise ValueError("no such batch")
        return batch

    with pytest.raises(ValueError, match="no such batch"):
        list(side_by_side(run, range(5)))
