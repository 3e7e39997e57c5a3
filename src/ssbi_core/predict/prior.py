"""What a material file does not know: its uncertain numbers as a prior over materials.

Conductivities and resistances are positive and known to an order of magnitude, so each is log-normal about the value in
the file, independent of the others. A material is addressed by standardised deviations z, all standard normal, whatever
the numbers' units and spreads: the coordinates in which to sample, to average and to condition on measurements.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.materials import INTERFACES, PHASES, MaterialSystem, Phase
from ssbi_core.predict.conductance import MaterialValues, material_values

_IS_LINE = np.isin(np.arange(len(Phase)), list(INTERFACES))
_LN10 = math.log(10)


@dataclass(frozen=True, eq=False)
class MaterialPrior:
    """Independent log-normal numbers of a material.

    Attributes
    ----------
    names : of the k uncertain phases: the conductivity of a body or layer, the resistance of an interface.
    median : the material of the file, z = 0.
    sd : (k,) standard deviation of the natural logarithm of each.
    system : the material system.
    temperature : K, of `median`.
    """

    names: tuple[str, ...]
    median: MaterialValues
    sd: np.ndarray
    system: MaterialSystem
    temperature: float

    def __len__(self) -> int:
        return len(self.names)

    @property
    def decades(self) -> np.ndarray:
        """(k,) standard deviation of log10 of each number."""
        return self.sd / _LN10

    def values(self, z: jax.Array) -> MaterialValues:
        """The material at standardised deviations.

        Parameters
        ----------
        z : (k,) deviation of each number's logarithm in standard deviations; may be traced.

        Raises
        ------
        InputError
            If z has another shape.
        """
        if jnp.shape(z) != (len(self),):
            wanted = f"one number for each of {', '.join(self.names)}"
            raise InputError(f"deviations of shape {jnp.shape(z)}", wanted, "use jax.vmap for several materials")
        codes = np.array([Phase.parse(name) for name in self.names], int)
        shift = jnp.zeros(len(Phase)).at[codes].set(z * self.sd)
        body = jnp.where(_IS_LINE, 0.0, shift).at[Phase.DISLOCATION].set(shift[Phase.LLZO])
        line = jnp.where(_IS_LINE, shift, 0.0)
        return MaterialValues(self.median.conductivity * jnp.exp(body), self.median.resistance * jnp.exp(line))

    def factors(self, z: np.ndarray) -> dict[str, float]:
        """Each number over its median at standardised deviations (k,): what `MaterialSystem.scaled` takes."""
        return dict(zip(self.names, np.exp(np.asarray(z, float) * self.sd).tolist(), strict=True))

    def at(self, temperature: float) -> MaterialPrior:
        """The same at another temperature in K; deviations mean the same there."""
        return material_prior(self.system, temperature, self.names)

    def sample(self, key: jax.Array, number: int) -> jax.Array:
        """Standardised deviations (number, k) of materials drawn from the prior.

        Each number falls once into each of as many equally likely ranges (Latin hypercube: McKay, Beckman and Conover,
        Technometrics 21, 239, 1979), so that a few dozen materials have the prior's spread.
        """
        order_key, place_key = jax.random.split(key)
        order = jax.vmap(lambda one: jax.random.permutation(one, number))(jax.random.split(order_key, len(self)))
        place = jax.random.uniform(place_key, (number, len(self)), minval=1e-6, maxval=1 - 1e-6)
        return jax.scipy.special.ndtri((order.T + place) / number)


def material_prior(system: MaterialSystem, temperature: float, hidden: Collection[str] | None = None) -> MaterialPrior:
    """The prior that a material file stands for.

    Activation energies count as known, so a number is as uncertain at any temperature as at the reference.

    Parameters
    ----------
    system : a quantity of it is uncertain where it has `decades`.
    temperature : in K.
    hidden : the phases whose number is to be uncertain, all that can be by default; the others have the file's value.

    Raises
    ------
    InputError
        If a phase in `hidden` has no uncertain number.
    """
    order = sorted(PHASES, key=lambda phase: phase in INTERFACES)  # bodies first
    decades = {phase.key: given for phase in order if (given := _decades(system, phase)) is not None}
    unknown = sorted(set(hidden or ()) - set(decades))
    if unknown:
        known = f"names among {', '.join(decades) or 'none'}, which have `decades` in the material file"
        raise InputError(f"hidden {', '.join(unknown)}", known, "correct the name, or give its quantity `decades`")
    names = tuple(name for name in decades if hidden is None or name in hidden)
    sd = np.array([decades[name] * _LN10 for name in names])
    return MaterialPrior(names, material_values(system, temperature), sd, system, temperature)


def _decades(system: MaterialSystem, phase: Phase) -> float | None:
    if phase in INTERFACES:
        return system.interface(phase).resistance.decades
    return system.phase(phase).conductivity.decades
