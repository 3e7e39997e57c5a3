"""Conductances of the contacts between cells, and what they make together, before anything is learned.

A contact conducts as three resistors in series: half of one cell, the line between, half of the other. Material enters
here only, as numbers that a gradient can be taken to.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.graph.cells import ConductionCells
from ssbi_core.materials import INTERFACES, PHASES, MaterialSystem, Phase
from ssbi_core.predict.kirchhoff import log_conductance
from ssbi_core.predict.padded import PaddedCells, Sizes, pad_cells, sizes_of


class MaterialValues(NamedTuple):
    """Transport properties by phase code; a pytree.

    Attributes
    ----------
    conductivity : (9,) S/cm of bodies; a dislocation conducts as its grain.
    resistance : (9,) ohm cm2 of lines, 0 of what is none.
    """

    conductivity: jax.Array
    resistance: jax.Array


def material_values(system: MaterialSystem, temperature: float) -> MaterialValues:
    """Properties of a material system at a temperature in K."""
    conductivity, resistance = np.zeros(len(Phase)), np.zeros(len(Phase))
    for phase in PHASES:
        if phase in INTERFACES:
            resistance[phase] = system.resistance(phase, temperature)
        else:
            conductivity[phase] = system.conductivity(phase, temperature)
    conductivity[Phase.DISLOCATION] = conductivity[Phase.LLZO]
    resistance[Phase.DISLOCATION] /= 2  # half of it on each of its sides
    return MaterialValues(jnp.asarray(conductivity, jnp.float32), jnp.asarray(resistance, jnp.float32))


def series_resistances(cells: PaddedCells, material: MaterialValues) -> tuple[jax.Array, jax.Array]:
    """Resistance of the two halves and the line of each contact times its size, and where all of them conduct.

    Returns
    -------
    parts : (edges, 3) half of the first cell, half of the second, line between; pixels over S/cm. 0 where insulating.
    conducts : (edges,) bool.
    """
    phase = jnp.concatenate([cells.phase, jnp.zeros(2, cells.phase.dtype)])
    body = material.conductivity.at[Phase.UNLABELLED].set(1.0)  # stands for terminals, which have no path
    ends = jnp.stack([body[phase[cells.first]], body[phase[cells.second]]], axis=1)
    conducts = (ends > 0).all(1) & (cells.contact > 0)
    halves = jnp.where(conducts[:, None], cells.path / jnp.where(ends > 0, ends, 1.0), 0.0)
    line = jnp.where(conducts, material.resistance[cells.kind] / cells.pixel_cm, 0.0)
    return jnp.concatenate([halves, line[:, None]], axis=1), conducts


def log_contacts(cells: PaddedCells, material: MaterialValues) -> jax.Array:
    """Natural logarithm of each contact's conductance, -inf where an insulator is part of it.

    In S/cm times pixels to the power of the dimensions less two: what `cells.shape` turns into S/cm.
    """
    return log_series(cells, *series_resistances(cells, material))


def log_series(cells: PaddedCells, parts: jax.Array, conducts: jax.Array) -> jax.Array:
    """Logarithm of the conductance of contacts from what `series_resistances` gave; -inf where they do not conduct."""
    size = jnp.where(conducts, cells.contact, 1.0)
    return jnp.where(conducts, jnp.log(size) - jnp.log(jnp.where(conducts, parts.sum(1), 1.0)), -jnp.inf)


def network_conductivity(cells: ConductionCells, system: MaterialSystem, temperature: float) -> float:
    """Effective conductivity of a network of cells in S/cm; 0 where nothing joins the two ends.

    Parameters
    ----------
    cells : of `conduction_cells`.
    system, temperature : material, and K.
    """
    if not len(cells):
        return 0.0
    sizes = sizes_of(cells)
    return float(np.exp(_log_network(pad_cells(cells, sizes), material_values(system, temperature), sizes)))


@partial(jax.jit, static_argnums=2)
def _log_network(cells: PaddedCells, material: MaterialValues, sizes: Sizes) -> jax.Array:
    return log_conductance(log_contacts(cells, material), cells.band, sizes.nodes, sizes.width) + cells.shape
