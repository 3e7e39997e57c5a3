"""Conductances of the contacts between cells, and what they make together, before anything is learned.

A contact conducts as three resistors in series: half of one cell, the line between, half of the other. Material enters
here only, as numbers that a gradient can be taken to.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.graph.cells import ConductionCells
from ssbi_core.materials import INTERFACES, PHASES, MaterialSystem, Phase
from ssbi_core.predict.kirchhoff import band_of, log_conductance

_CM_PER_NM = 1e-7


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
    return MaterialValues(jnp.asarray(conductivity), jnp.asarray(resistance))


def log_contacts(cells: ConductionCells, material: MaterialValues) -> jax.Array:
    """Natural logarithm of each contact's conductance, -inf where an insulator is part of it.

    In S/cm times pixels to the power of the dimensions less two: what `network_conductivity` turns into S/cm.
    """
    phase = np.append(cells.phase, [Phase.UNLABELLED] * 2)
    body = material.conductivity.at[Phase.UNLABELLED].set(1.0)  # stands for terminals, which have no path
    ends = [body[phase[cells.first]], body[phase[cells.second]]]
    conducts = (ends[0] > 0) & (ends[1] > 0)
    inside = sum(cells.path[:, side] / jnp.where(conducts, ends[side], 1.0) for side in range(2))
    line = material.resistance[cells.kind] / (cells.pixel_size_nm * _CM_PER_NM)
    return jnp.where(conducts, jnp.log(cells.contact) - jnp.log(inside + line), -jnp.inf)


def network_conductivity(cells: ConductionCells, system: MaterialSystem, temperature: float) -> float:
    """Effective conductivity of a network of cells in S/cm; 0 where nothing joins the two ends.

    Parameters
    ----------
    cells : of `conduction_cells`.
    system, temperature : material, and K.
    """
    if not len(cells):
        return 0.0
    band, width = band_of(cells.first, cells.second, len(cells))
    contacts = log_contacts(cells, material_values(system, temperature))
    total = log_conductance(contacts, band, len(cells), max(width, 1))
    return float(np.exp(np.asarray(total)) * cells.shape[0] / np.prod(cells.shape[1:]))
