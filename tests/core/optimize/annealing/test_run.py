from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jax
import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.optimize.annealing import run
from ssbi_core.optimize.annealing.config import AnnealingConfig
from ssbi_core.optimize.annealing.run import anneal, anneal_batches
from ssbi_core.optimize.annealing.space import Real, Space

SMALL = AnnealingConfig(chains=4, descents=1, descent_size=4, descent_levels=2, seed=3)
SQUARE = Space((Real("x", -1.0, 2.0), Real("y", -1.0, 2.0)))


def bowl(values):
    return np.sum((values - 0.5) ** 2, axis=1)


@pytest.mark.parametrize("which", [0, 1, 2], ids=["sphere", "rastrigin", "rosenbrock"])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_known_optimum_is_found_in_20000_evaluations(cube, valley, which, seed):
    result = anneal(valley(which), cube, 20_000, AnnealingConfig(seed=seed))
    assert result.best_value < 1e-3
    at = {0: 1.5, 1: 0.0, 2: 1.0}[which]
    np.testing.assert_allclose(list(result.best.values()), at, atol=0.05)
    assert 0 <= result.evaluations - 20_000 < AnnealingConfig().batch


def test_one_program_serves_all_seeds_lengths_and_parameters(cube, valley):
    anneal(valley(0), cube, 64)
    before = run.run_block._cache_size()
    for seed, which, evaluations in ((1, 0, 64), (2, 1, 640), (3, 2, 320)):
        anneal(valley(which), cube, evaluations, AnnealingConfig(seed=seed))
    assert run.run_block._cache_size() == before


def test_the_same_seed_gives_the_same_search(cube, valley):
    one, same, other = (anneal(valley(1), cube, 640, AnnealingConfig(seed=seed)) for seed in (5, 5, 6))
    assert one.best == same.best
    assert one.best != other.best


def test_parameters_of_all_kinds(mixed):
    def cost(values):
        temperature, rate, layers, coating = values.T
        return (temperature / 1000 - 1.2) ** 2 + np.log10(rate / 1e-2) ** 2 + (layers - 4) ** 2 + (coating != 2)

    result = anneal_batches(cost, mixed, 2400, SMALL)
    assert (result.best["layers"], result.best["coating"]) == (4, "Li3BO3")
    assert result.best["temperature"] == pytest.approx(1200, abs=20)


def test_what_is_not_a_number_is_reported_and_not_taken():
    def half(values):
        return np.where(values[:, 0] < 0.5, np.nan, bowl(values))

    result = anneal_batches(half, SQUARE, 400, SMALL)
    assert result.unusable > 0
    assert result.unusable == result.history.unusable.sum()
    assert result.best["x"] >= 0.5
    assert np.isfinite(result.best_value)


def test_an_objective_without_any_number_is_refused():
    with pytest.raises(InputError, match="without a finite value"):
        anneal_batches(lambda values: np.full(len(values), np.nan), SQUARE, 40, SMALL)


def test_an_objective_that_gives_the_wrong_number_of_values_is_refused():
    with pytest.raises(InputError, match="one value for each"):
        anneal_batches(lambda values: np.zeros(3), SQUARE, 40, SMALL)


def test_the_constraint_holds_wherever_the_objective_is_asked():
    asked = []

    def keep(values):
        asked.append(values)
        return bowl(values)

    result = anneal_batches(keep, SQUARE, 400, SMALL, constraint=lambda x: x[0] + x[1] < 0.5)
    points = np.concatenate(asked)
    assert (points.sum(axis=1) < 0.5).all()
    assert len(points) == result.evaluations
    assert result.infeasible > 0
    assert result.best["x"] + result.best["y"] == pytest.approx(0.5, abs=0.05)


def test_constraints_that_nothing_meets_are_refused():
    with pytest.raises(InputError, match="constraints that none"):
        anneal_batches(bowl, SQUARE, 40, SMALL, constraint=lambda x: x[0] > 3)


def test_a_start_is_evaluated_first_and_never_lost():
    result = anneal_batches(bowl, SQUARE, 8, SMALL, start=[{"x": 0.5, "y": 0.5}])
    assert result.best_value < 1e-12


def test_too_many_starts_are_refused():
    with pytest.raises(InputError):
        anneal_batches(bowl, SQUARE, 8, SMALL, start=[{"x": 0.5, "y": 0.5}] * 5)


def test_the_polish_ends_closer(cube, valley):
    rough = anneal(valley(2), cube, 2000)
    fine = anneal(valley(2), cube, 2000, AnnealingConfig(polish=60))
    assert fine.best_value < 1e-3 * rough.best_value
    assert fine.evaluations > rough.evaluations


def test_a_checkpoint_of_another_search_is_refused(tmp_path):
    path = tmp_path / "search.safetensors"
    anneal_batches(bowl, SQUARE, 40, SMALL, checkpoint=path)
    with pytest.raises(InputError, match="config"):
        anneal_batches(bowl, SQUARE, 40, SMALL.model_copy(update={"seed": 4}), checkpoint=path)


KILLED = """
import os, sys, time
import numpy as np
from tests_of_run import SMALL, SQUARE, bowl
from pathlib import Path
from ssbi_core.optimize.annealing.run import anneal_batches

def slow(values):
    time.sleep(0.02)
    return bowl(values)

anneal_batches(slow, SQUARE, 8 * 400, SMALL, checkpoint=Path(sys.argv[1]))
"""


def test_killed_and_resumed_is_bit_for_bit_the_same_as_never_interrupted(tmp_path):
    path, code = tmp_path / "search.safetensors", tmp_path / "killed.py"
    code.write_text(KILLED)
    (tmp_path / "tests_of_run.py").write_text(Path(__file__).read_text())
    here = os.pathsep.join([str(Path(run.__file__).parents[3]), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen([sys.executable, code, path], env={**os.environ, "PYTHONPATH": here})
    while not path.with_suffix(".json").exists() and process.poll() is None:
        time.sleep(0.05)
    time.sleep(0.3)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL  # it had not come to its end
    told = []
    resumed = anneal_batches(
        bowl, SQUARE, 8 * 400, SMALL, checkpoint=path, every=50, report=lambda done, *_: told.append(done)
    )
    whole = anneal_batches(bowl, SQUARE, 8 * 400, SMALL)
    assert 50 < told[0] < 400
    assert resumed.best == whole.best
    for one, other in zip(_leaves(resumed), _leaves(whole), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_compiled_search_goes_on_from_its_checkpoint_bit_for_bit(tmp_path, cube, valley):
    path = tmp_path / "search.safetensors"

    def stop(done, *_):
        if done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        anneal(valley(1), cube, 32 * 50, checkpoint=path, every=10, report=stop)
    resumed = anneal(valley(1), cube, 32 * 50, checkpoint=path, every=10)
    for one, other in zip(_leaves(resumed), _leaves(anneal(valley(1), cube, 32 * 50)), strict=True):
        np.testing.assert_array_equal(one, other)


def _leaves(result):
    state = result.state._replace(rng_key=jax.random.key_data(result.state.rng_key))
    return jax.tree.leaves((state, result.history))
