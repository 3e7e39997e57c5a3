"""Measured conductivities of samples whose microstructure was seen, to a material that agrees with them."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.graph.interface_graph import InterfaceGraph
from ssbi_core.materials import MaterialSystem, load_system
from ssbi_core.predict.conductance import MaterialValues, material_values
from ssbi_core.predict.fit import forward
from ssbi_core.predict.measured import LogConductivity, MaterialPosterior, condition_on_measured
from ssbi_core.predict.padded import pad_batch
from ssbi_core.predict.prediction import conductive_cells, refuse_other_system
from ssbi_core.predict.predictor import Predictor, load_predictor
from ssbi_core.predict.prior import material_prior
from ssbi_core.predict.shapes import coarse_sizes
from ssbi_core.predict.tails import UNIT_SCALE


@dataclass(frozen=True, eq=False)
class Measurement:
    """A sample's measured conductivity.

    Attributes
    ----------
    graph : microstructure of the sample, 2D.
    conductivity_S_per_cm : effective, along the graph's axis.
    temperature : K, of the measurement.
    relative_sd : standard deviation of the measurement over its value.

    Raises
    ------
    InputError
        If a number makes no sense.
    """

    graph: InterfaceGraph
    conductivity_S_per_cm: float
    temperature: float
    relative_sd: float = 0.02

    def __post_init__(self) -> None:
        name = self.graph.name
        if not (math.isfinite(self.conductivity_S_per_cm) and self.conductivity_S_per_cm > 0):
            came_in = f"{name}: a measured conductivity of {self.conductivity_S_per_cm} S/cm"
            raise InputError(came_in, "a positive number", "leave out samples that were not measured or do not conduct")
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise InputError(f"{name}: measured at {self.temperature} K", "a positive number", "give kelvin")
        if not 0 < self.relative_sd < 1:
            wanted = "a relative standard deviation between 0 and 1"
            raise InputError(f"{name}: relative_sd {self.relative_sd}", wanted, "give 0.02 for 2 %")


def learn_material(
    measurements: Sequence[Measurement],
    *,
    system: str | Path | MaterialSystem = "llzo_nmc",
    model: Predictor | None = None,
    seed: int = 0,
    hidden: Collection[str] | None = None,
    robust: bool = True,
) -> MaterialPosterior:
    """Learn the material that samples share from their measured conductivities.

    The net's law stays as it is; its numbers get the posterior given the measurements. Activation energies count as
    known, so measurements at different temperatures tell of the same numbers.

    Parameters
    ----------
    measurements : of one material.
    system : material system, name or loaded with its reaction layer.
    model : trained net, the shipped one by default.
    seed : of the sampling.
    hidden : the phases whose number is to be learned, all that the file gives `decades` by default.
    robust : one sample that the net errs on, or that was measured badly, does not pull all along.

    Returns
    -------
    MaterialPosterior
        For `predict_phases`, at any temperature. Look at its `converged` and `misfit`.

    Raises
    ------
    InputError
        If there is no measurement, a sample does not conduct, or the net was trained on another material system.
    """
    if not measurements:
        raise InputError("no measurements", "at least one", "measure a sample, or predict without")
    model, system = model or load_predictor(), load_system(system)
    refuse_other_system(model, system)
    prior = material_prior(system, measurements[0].temperature, hidden)
    return condition_on_measured(
        _log_conductivity(measurements, model, system, prior.median),
        np.array([one.conductivity_S_per_cm for one in measurements]),
        prior,
        key=jax.random.key(seed),
        measurement_sd=np.array([one.relative_sd for one in measurements]),
        robust=robust,
    )


def _log_conductivity(
    measurements: Sequence[Measurement], model: Predictor, system: MaterialSystem, median: MaterialValues
) -> LogConductivity:
    """The net's prediction for all samples, each at its temperature, as a function of the material at the first's."""
    cells = [conductive_cells(one.graph, model, system, one.temperature) for one in measurements]
    batch, sizes = pad_batch(cells, coarse_sizes(cells))
    padded = jax.tree.map(jnp.asarray, batch)
    own = [material_values(system, one.temperature) for one in measurements]
    medians = jax.tree.map(lambda *columns: jnp.stack(columns), *own)
    unit = model.conformal.of_kind(system.reaction_layer).stretch / UNIT_SCALE

    def predict(material: MaterialValues) -> tuple[jax.Array, jax.Array]:
        factors = jax.tree.map(_factor, material, median)
        states = jax.tree.map(lambda column, factor: column * factor, medians, factors)
        found = forward(model.network, model.weights, padded, states, sizes)
        return found.log_sigma, unit * jnp.exp(found.log_sd)

    return predict


def _factor(value: jax.Array, median: jax.Array) -> jax.Array:
    """How much larger than in the file; 1 of what does not conduct or resist at all."""
    return jnp.where(median > 0, value / jnp.where(median > 0, median, 1.0), 1.0)
