import numpy as np

from ssbi_core.optimize.closed_loop.pareto import thinned, undominated


def _dominated(aims, at):
    return any((row <= aims[at]).all() and (row < aims[at]).any() for row in aims)


def test_the_front_is_what_no_other_row_beats():
    aims = np.random.default_rng(0).normal(size=(200, 3)).round(1)
    kept = undominated(aims)
    assert not any(_dominated(aims, at) for at in kept)
    unique = {tuple(row) for row in aims[[at for at in range(len(aims)) if not _dominated(aims, at)]]}
    assert unique == {tuple(aims[at]) for at in kept}


def test_thinning_keeps_the_best_of_each_aim_and_spreads_the_others():
    line = np.linspace(0, 1, 101)
    aims = np.stack([line, 1 - line], axis=1)
    kept = thinned(aims, 5)
    assert {0, 100} <= set(kept.tolist())
    assert len(kept) == 5
    assert np.diff(np.sort(kept)).min() >= 20


def test_fewer_rows_than_wanted_are_all_kept():
    assert sorted(thinned(np.array([[0.0, 1.0], [1.0, 0.0]]), 5).tolist()) == [0, 1]
