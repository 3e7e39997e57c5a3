"""States of a material that a study is solved at: temperature, chemistry of the reaction layer, and what is uncertain.

A net that has only seen the values of the material file errs where a resistance is ten times that, and says so too
little: states with uncertain numbers drawn from their prior teach it the rest.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ssbi_core.materials import MaterialSystem
from ssbi_core.predict.prior import material_prior

TEMPERATURES = (298.15, 323.15, 348.15, 373.15)
FACTOR = "factor_"
"""Columns of a table of records that start so tell a number over the value of the material file, 1 where missing."""


class State(NamedTuple):
    """Of a material.

    Attributes
    ----------
    temperature : K.
    layer : chemistry of the reaction layer.
    factors : conductivity of a body, resistance of a line, over the value of the material file, by phase.
    """

    temperature: float
    layer: str
    factors: dict[str, float]

    def of(self, system: MaterialSystem) -> MaterialSystem:
        """The system in this state."""
        return system.with_reaction_layer(self.layer).scaled(self.factors)


def file_states(system: MaterialSystem, number: int, seed: int, index: int) -> list[State]:
    """States of picture `index` with the values of the material file."""
    return [State(*each, {}) for each in _conditions(system, number, np.random.default_rng([seed, index]))]


def drawn_states(system: MaterialSystem, number: int, seed: int, index: int) -> list[State]:
    """States of picture `index` with all uncertain numbers drawn from their priors."""
    rng = np.random.default_rng([seed, index, 1])
    found = []
    for temperature, layer in _conditions(system, number, rng):
        prior = material_prior(system.with_reaction_layer(layer), temperature)
        found.append(State(temperature, layer, prior.factors(rng.standard_normal(len(prior)))))
    return found


def _conditions(system: MaterialSystem, number: int, rng: np.random.Generator) -> list[tuple[float, str]]:
    chemistries = sorted(system.reaction_layers)
    layers = rng.choice(chemistries, number, replace=number > len(chemistries))
    return [(float(rng.choice(TEMPERATURES)), str(layer)) for layer in layers]
