"""Ionic conduction through labelled microstructures."""

from ssbi_core.transport.bottlenecks import Bottleneck, Bottlenecks, InterfaceCut
from ssbi_core.transport.butler_volmer import PolarisationCurve, polarisation_curve
from ssbi_core.transport.conduct import conduct
from ssbi_core.transport.conduction import Conduction
from ssbi_core.transport.config import TransportConfig
from ssbi_core.transport.differentiable import effective_conductivity
from ssbi_core.transport.impedance import ImpedanceConfig, ImpedanceSpectrum, impedance
from ssbi_core.transport.orientation import rotated_conductivity
from ssbi_core.transport.representative_volume import RepresentativeVolume, WindowSize, representative_volume
from ssbi_core.transport.solution import Bounded, ConductionSolution
from ssbi_core.transport.solve import solve_conduction
from ssbi_core.transport.spread_law import SpreadLaw
from ssbi_core.transport.surfaces import Surfaces
from ssbi_core.transport.temperature import ArrheniusFit, TemperatureSweep, temperature_sweep
from ssbi_core.transport.tortuosity import Tortuosity, tortuosity, tortuosity_by_axis
from ssbi_core.transport.two_potential import CathodeSolution, two_potential_cathode

__all__ = [
    "ArrheniusFit",
    "Bottleneck",
    "Bottlenecks",
    "Bounded",
    "CathodeSolution",
    "Conduction",
    "ConductionSolution",
    "ImpedanceConfig",
    "ImpedanceSpectrum",
    "InterfaceCut",
    "PolarisationCurve",
    "RepresentativeVolume",
    "SpreadLaw",
    "Surfaces",
    "TemperatureSweep",
    "Tortuosity",
    "TransportConfig",
    "WindowSize",
    "conduct",
    "effective_conductivity",
    "impedance",
    "polarisation_curve",
    "representative_volume",
    "rotated_conductivity",
    "solve_conduction",
    "temperature_sweep",
    "tortuosity",
    "tortuosity_by_axis",
    "two_potential_cathode",
]
