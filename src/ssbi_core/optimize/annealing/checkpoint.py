"""A search on disk, to be continued after whatever ended its process: safetensors, and a JSON file that says of what.

The arrays are those of the state and of the history, which has room for the whole run: their shapes never change, so
a process that is killed between the two files of a checkpoint leaves a pair that fits.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.optimize.annealing.annealer import Problem
from ssbi_core.optimize.annealing.state import AnnealingInfo, AnnealingState
from ssbi_core.segment.checkpoint import load_tree, read_facts, save_tree


class Progress(NamedTuple):
    """A run so far.

    Attributes
    ----------
    state : after the last step.
    history : what every step said, (steps, ...); steps to come are NaN or 0.
    """

    state: AnnealingState
    history: AnnealingInfo


def save_progress(path: Path, progress: Progress, problem: Problem, seed: int, num_steps: int) -> None:
    """Write NAME.safetensors and NAME.json, each whole or not at all."""
    save_tree(path, _as_arrays(progress), _facts(problem, seed, num_steps))


def load_progress(path: Path, template: Progress, problem: Problem, seed: int, num_steps: int) -> Progress:
    """Read what `save_progress` wrote.

    Raises
    ------
    ReadError
        If a file is damaged.
    InputError
        If it is of another search.
    """
    facts, wanted = read_facts(path), json.loads(json.dumps(_facts(problem, seed, num_steps)))
    other = sorted(name for name in wanted.keys() | facts.keys() if wanted.get(name) != facts.get(name))
    if other:
        raise InputError(
            f"checkpoint {path} of a search with other {', '.join(other)}",
            "one of the same parameters, settings and number of steps",
            "continue it with the settings it was begun with, or choose another file",
        )
    read, _ = load_tree(path, _as_arrays(template))
    history = AnnealingInfo(
        *(np.array(column) for column in read.history)
    )  # to be written to, which JAX arrays are not
    return Progress(read.state._replace(rng_key=jax.random.wrap_key_data(read.state.rng_key)), history)


def _as_arrays(progress: Progress) -> Progress:
    state = progress.state
    return progress._replace(state=state._replace(rng_key=jax.random.key_data(state.rng_key)))


def _facts(problem: Problem, seed: int, num_steps: int) -> dict[str, Any]:
    parameters = [{"kind": type(each).__name__, **dataclasses.asdict(each)} for each in problem.space.parameters]
    config = {**problem.config.model_dump(mode="json"), "seed": seed}
    return {"parameters": parameters, "config": config, "num_steps": num_steps}
