"""The loop on made-up answers: no microstructure is realised, nothing is solved."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ssbi_core.optimize import ClosedLoopConfig
from ssbi_core.optimize.closed_loop.fields import Answer
from ssbi_core.optimize.closed_loop.levers import Levers
from ssbi_core.optimize.closed_loop.search import search
from ssbi_core.simulate import ProcessParameters


class MadeUp:
    """Conducts the better the thinner the layer."""

    def __init__(self, levers):
        self.levers, self.kept = levers, 0

    def _answer(self, process, view):
        layer = self.levers.statistics(process).layer_thickness_nm
        return Answer(math.log(1e-5) - 0.1 * layer + 0.01 * view, 0.1)

    def predicted(self, asked):
        return [self._answer(*each) for each in asked]

    def solved(self, process, view):
        return self._answer(process, view)

    def keep(self):
        self.kept += 1


@pytest.fixture(scope="module")
def run(small):
    levers = Levers.of(ProcessParameters(), ClosedLoopConfig.of(**small))
    fields, heard, watched = MadeUp(levers), [], []
    found = search(levers, fields, lambda text, share: heard.append((text, share)), watched.append)
    return found, fields, heard, watched


def test_who_watches_is_told_of_every_round_in_plain_arrays(run, small):
    found, _, _, (first, last) = run
    assert first.values.shape == (small["designs"] + 1, len(ProcessParameters.model_fields))
    assert set(first.round) == {0}
    np.testing.assert_array_equal(last.values, [design.values for design in found.designs])
    np.testing.assert_array_equal(last.round, [design.round for design in found.designs])
    np.testing.assert_allclose(last.best_by_round, np.exp(found.best_by_round))
    np.testing.assert_allclose(first.best_by_round, np.exp(found.best_by_round[:1]))
    assert np.isfinite(last.predicted).all()
    assert np.nanmax(last.solved) == pytest.approx(last.best_by_round[-1])


def test_progress_never_goes_back_and_says_what_is_solved(run):
    _, _, heard, _ = run
    shares = [share for _, share in heard]
    assert shares == sorted(shares)
    assert shares[-1] < 1
    assert any("solving 1 of" in text for text, _ in heard)


def test_every_process_that_was_solved_is_kept_at_once(run):
    found, fields, _, _ = run
    assert fields.kept >= sum(np.isfinite(design.solved) for design in found.designs)
