"""Ionic conduction through labelled microstructures."""

from ssbi_core.transport.conduct import conduct
from ssbi_core.transport.conduction import Conduction
from ssbi_core.transport.config import TransportConfig
from ssbi_core.transport.differentiable import effective_conductivity
from ssbi_core.transport.solution import Bounded, ConductionSolution
from ssbi_core.transport.solve import solve_conduction
from ssbi_core.transport.surfaces import Surfaces

__all__ = [
    "Bounded",
    "Conduction",
    "ConductionSolution",
    "Surfaces",
    "TransportConfig",
    "conduct",
    "effective_conductivity",
    "solve_conduction",
]
