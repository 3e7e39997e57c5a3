"""Process parameters to microstructure statistics: the kinetics that a furnace, a mill and a press obey.

Every law is a simple published form; where a constant is not in the literature it is an assumption,
chosen so that the anchors named beside it are met. They are meant for trends and for closing the loop,
not as a substitute for measuring one's own powder.

The laws work on numbers with NumPy and, handed ``jax.numpy``, on whatever JAX traces: a search over processes is
compiled with them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

from ssbi_core.materials import MaterialSystem
from ssbi_core.materials.system import BOLTZMANN_EV
from ssbi_core.simulate.settings import setting

# Co in LLZO: D(700 degC) = 9.46e-14 cm2/s, Ea 1.65 eV; sqrt(D t) after 1 h is 14.5 nm at 500, 185 nm at 700 degC
_INTERDIFFUSION_700C = 9.46e-14  # cm2/s
_INTERDIFFUSION_EV = 1.65
_LAYER_SHARE = 0.1  # assumption: part of sqrt(D t) that becomes a distinct layer, tens of nm at 700 degC
_COATING_DECAY_NM = 5.0  # assumption: coating thickness that lowers D e-fold
_COALESCENCE_NM = 10.0  # assumption: thickness at which islands of the layer have joined over 63 % of the area
_CARBONATE_NM = 6.0  # assumption: Li2CO3 left on an untreated surface (it forms within 3 min in ambient air)

# d^3 - d0^3 = k t through 1.2 um after 0.3 h at 1130 degC from nano-precursor; the activation energy is an assumption
_GROWTH_EXPONENT = 3.0
_GROWTH_1130C = 1.2e3**3 / 0.3  # nm3/h
_GROWTH_EV = 3.5

# Pressureless 5-6 % pores at 1100-1130 degC, below 2 % hot-pressed at 50 MPa; the rest is an assumption
_GREEN_POROSITY = 0.30
_SINTERED_POROSITY = 0.06
_HALF_DENSE_C = 780.0
_DENSIFICATION_WIDTH_C = 60.0
_PRESSURE_SCALE_MPA = 40.0


class ProcessParameters(BaseModel):
    """What the maker of the cell can choose."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sintering_temperature_C: float = setting(
        700, "degC", "Sintering temperature", "Co-sintering of electrolyte and electrode.", ge=300, le=1250
    )
    sintering_time_h: float = setting(1, "h", "Sintering time", "Time at temperature.", ge=0.01, le=50)
    initial_grain_size_nm: float = setting(
        40, "nm", "Milled grain size", "LLZO grain size before sintering: longer milling, finer grains.", ge=5, le=20000
    )
    nmc_grain_size_nm: float = setting(120, "nm", "NMC grain size", "Primary grains of the cathode.", ge=10, le=20000)
    coating_thickness_nm: float = setting(0, "nm", "Coating thickness", "Interlayer on the cathode.", ge=0, le=100)
    surface_treatment: float = setting(
        0.7, "1", "Surface treatment", "0 untreated (Li2CO3, poor contact) to 1 clean.", ge=0, le=1
    )
    pressure_MPa: float = setting(50, "MPa", "Pressure", "Applied during sintering.", ge=0, le=1000)


class MicrostructureStatistics(BaseModel):
    """What the process leads to; the inputs of `MicrostructureConfig` that depend on it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grain_size_nm: float
    nmc_grain_size_nm: float
    porosity: float
    pore_size_nm: float
    layer_thickness_nm: float
    layer_coverage: float
    contact_loss: float
    coating_thickness_nm: float
    coating_coverage: float


class ProcessValues(NamedTuple):
    """`ProcessParameters` as bare numbers or arrays, in the same order and units."""

    sintering_temperature_C: Any
    sintering_time_h: Any
    initial_grain_size_nm: Any
    nmc_grain_size_nm: Any
    coating_thickness_nm: Any
    surface_treatment: Any
    pressure_MPa: Any


def microstructure_statistics(process: ProcessParameters, system: MaterialSystem) -> MicrostructureStatistics:
    """Return the microstructure that a process leads to.

    Parameters
    ----------
    process : process parameters.
    system : material system; one without a reaction layer that grows by cation exchange keeps the same kinetics.

    Notes
    -----
    Layer: thickness = share x sqrt(D t), D Arrhenius and lowered e-fold per 5 nm of coating, plus remaining Li2CO3.
    Grains: d^3 - d0^3 = k t. Porosity: logistic densification in temperature, exponential in pressure. Constants
    are those of LLZO | NMC, at the top of this file.
    """
    del system  # one set of kinetics so far; the argument keeps the call stable when systems bring their own
    found = traced_statistics(ProcessValues(**process.model_dump()), np)
    return MicrostructureStatistics(**{name: float(value) for name, value in found.items()})


def traced_statistics(process: ProcessValues, xp: Any) -> dict[str, Any]:
    """`MicrostructureStatistics` by name, of numbers or arrays; `xp` is NumPy or ``jax.numpy``."""
    grain = grain_size(process, xp)
    layer = reaction_layer_thickness(process, xp)
    coat = process.coating_thickness_nm
    return {
        "grain_size_nm": grain,
        "nmc_grain_size_nm": process.nmc_grain_size_nm,
        "porosity": porosity(process, xp),
        "pore_size_nm": 0.35 * grain,  # assumption: pores sit at grain corners and scale with the grains
        "layer_thickness_nm": layer,
        "layer_coverage": xp.minimum(1 - xp.exp(-layer / _COALESCENCE_NM), 0.995),
        "contact_loss": contact_loss(process, xp),
        "coating_thickness_nm": coat,
        "coating_coverage": 1 - xp.exp(-coat / 2.0),  # assumption: conformal above a few nm
    }


def interdiffusion(temperature_C: Any, coating_thickness_nm: Any = 0.0, xp: Any = np) -> Any:
    """Return the diffusivity in cm2/s that grows the reaction layer (Arrhenius, lowered by a coating)."""
    inverse = 1 / (temperature_C + 273.15) - 1 / 973.15
    suppression = xp.exp(-coating_thickness_nm / _COATING_DECAY_NM)
    return _INTERDIFFUSION_700C * xp.exp(-_INTERDIFFUSION_EV / BOLTZMANN_EV * inverse) * suppression


def reaction_layer_thickness(process: ProcessValues, xp: Any = np) -> Any:
    """Return the mean thickness of the blocking layer in nm: share of sqrt(D t), and Li2CO3 that was not removed."""
    diffusivity = interdiffusion(process.sintering_temperature_C, process.coating_thickness_nm, xp)
    length_nm = xp.sqrt(diffusivity * process.sintering_time_h * 3600) * 1e7
    return _LAYER_SHARE * length_nm + _CARBONATE_NM * (1 - process.surface_treatment)


def grain_size(process: ProcessValues, xp: Any = np) -> Any:
    """Return the mean LLZO grain diameter in nm after d^n - d0^n = k t."""
    inverse = 1 / (process.sintering_temperature_C + 273.15) - 1 / 1403.15
    rate = _GROWTH_1130C * xp.exp(-_GROWTH_EV / BOLTZMANN_EV * inverse)
    n = _GROWTH_EXPONENT
    return (process.initial_grain_size_nm**n + rate * process.sintering_time_h) ** (1 / n)


def porosity(process: ProcessValues, xp: Any = np) -> Any:
    """Return the pore fraction left after sintering under pressure."""
    half_dense = _HALF_DENSE_C - 30 * xp.log(process.sintering_time_h)  # assumption: a decade of time is 70 K
    ripeness = (process.sintering_temperature_C - half_dense) / _DENSIFICATION_WIDTH_C
    pressureless = _SINTERED_POROSITY + (_GREEN_POROSITY - _SINTERED_POROSITY) / (1 + xp.exp(ripeness))
    return 0.003 + pressureless * xp.exp(-process.pressure_MPa / _PRESSURE_SCALE_MPA)


def contact_loss(process: ProcessValues, xp: Any = np) -> Any:
    """Return the share of the interface that is open: dirty surfaces wet badly, pressure closes them (assumption)."""
    dirty = 0.02 + 0.28 * (1 - process.surface_treatment)
    return dirty * (0.2 + 0.8 * xp.exp(-process.pressure_MPa / (2 * _PRESSURE_SCALE_MPA)))
