"""Interfaces whose material is hidden, solved by finite elements: what two benchmarks are measured on.

The interfaces are of a seed that nobody learned from; the uncertain numbers of their materials are drawn from the prior
that the material file stands for. Loners have a material each: what says how often intervals hold. Every round shows
each interface once. The others come in 60 groups of 10 of one material at one temperature, of which some can be
measured and the rest predicted. Over a round, and over the groups, materials are a Latin hypercube.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np

from benchmarks.predict.solves import Solved, solved
from benchmarks.predict.studies import benchmark_folder
from ssbi_core.compilation import keep_compiled_programs
from ssbi_core.graph import build_graph
from ssbi_core.graph.interface_graph import InterfaceGraph
from ssbi_core.io import PhaseMap, read_labels
from ssbi_core.materials import MaterialSystem, load_system
from ssbi_core.predict.prior import MaterialPrior, material_prior
from ssbi_core.predict.states import TEMPERATURES
from ssbi_core.simulate import simulate_study
from ssbi_core.simulate.study import PIXEL_SIZE_NM

SEED, IMAGES = 13, 150
GROUPS, OF_GROUP = 60, 10
ROUNDS = 1  # of loners; more can be added
SYSTEM = "llzo_nmc"


class Case(NamedTuple):
    """An interface of a hidden material.

    Attributes
    ----------
    group, place : of the case, and its place in the group; a loner is a group of one.
    image : name.
    reaction_layer, temperature_K : what is known of the material.
    z : standardised deviations of what is not, in the order of the prior's names.
    conductivity : by finite elements.
    """

    group: int
    place: int
    image: str
    reaction_layer: str
    temperature_K: float
    z: np.ndarray
    conductivity: Solved

    @property
    def system(self) -> MaterialSystem:
        """The material of the file, with this chemistry."""
        return load_system(SYSTEM, reaction_layer=self.reaction_layer)


def solved_cases(planned: Iterable[Case], seed: int = SEED) -> list[Case]:
    """Those cases of a seed that have a trustworthy reference, solved where they are not yet."""
    folder = benchmark_folder() / f"study_{seed}"
    simulate_study(IMAGES, seed, folder, images=False)
    found = [_solved(folder, case) for case in planned]
    return [case for case in found if case.conductivity.trustworthy]


@cache
def planned_groups(seed: int = SEED) -> tuple[Case, ...]:
    """All cases of all groups in order, with a conductivity of 0; they depend on nothing but the seed."""
    return _planned(jax.random.key(seed), np.random.default_rng(seed), range(GROUPS), OF_GROUP, seed)


@cache
def planned_loners() -> tuple[Case, ...]:
    """All cases whose material is no other's, round by round; they are numbered on from the groups."""
    rounds = [
        _planned(
            jax.random.fold_in(jax.random.key(SEED), 1 + turn),
            np.random.default_rng([SEED, 1 + turn]),
            range(GROUPS + turn * IMAGES, GROUPS + (turn + 1) * IMAGES),
            1,
        )
        for turn in range(ROUNDS)
    ]
    return tuple(case for turn in rounds for case in turn)


def _planned(
    key: jax.Array, rng: np.random.Generator, groups: range, of_group: int, seed: int = SEED
) -> tuple[Case, ...]:
    """Chemistries, temperatures and interfaces take turns, interfaces in random order."""
    keep_compiled_programs()
    chemistries = sorted(load_system(SYSTEM).reaction_layers)
    prior = material_prior(load_system(SYSTEM), TEMPERATURES[0])
    z = np.asarray(prior.sample(key, len(groups)), float)
    deals = [rng.permutation(IMAGES) for _ in range(-(-len(groups) * of_group // IMAGES))]
    images = np.concatenate(deals)[: len(groups) * of_group].reshape(len(groups), of_group)
    return tuple(
        Case(
            group,
            place,
            f"sim_{seed}_{image:05d}",
            chemistries[at % len(chemistries)],
            TEMPERATURES[at // len(chemistries) % len(TEMPERATURES)],
            z[at],
            Solved(0.0, 0.0, 0.0),
        )
        for at, group in enumerate(groups)
        for place, image in enumerate(images[at].tolist())
    )


def _solved(folder: Path, case: Case) -> Case:
    """The case with the conductivity of its hidden material."""
    prior = material_prior(case.system, case.temperature_K)
    path = folder / "hidden" / f"group_{case.group:03d}_{case.place:02d}.json"
    if not path.is_file():
        print(f"\rsolving group {case.group}, interface {case.place} ", end="", file=sys.stderr, flush=True)
    phases = true_phases(folder, case.image)
    found = solved(path, phases, hidden_system(prior, case.z), case.temperature_K)
    return case._replace(conductivity=found)


def hidden_system(prior: MaterialPrior, z: np.ndarray) -> MaterialSystem:
    """The material at standardised deviations (k,), as a system that finite elements take."""
    return prior.system.scaled(prior.factors(z))


def true_phases(folder: Path, image: str) -> PhaseMap:
    """True labels of a picture of a study."""
    labels = read_labels(folder / "labels" / f"{image}.tif", pixel_size_nm=PIXEL_SIZE_NM).labels
    return PhaseMap(labels, PIXEL_SIZE_NM, name=image)


@lru_cache(maxsize=IMAGES)
def true_graph(image: str) -> InterfaceGraph:
    """Graph of the true labels; it depends on neither temperature nor chemistry but in what features say."""
    folder = benchmark_folder() / f"study_{image.split('_')[1]}"
    return build_graph(true_phases(folder, image), system=SYSTEM)
