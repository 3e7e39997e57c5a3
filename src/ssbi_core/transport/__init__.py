"""Ionic conduction through labelled microstructures."""

from ssbi_core.transport.solution import Bounded, ConductionSolution

__all__ = ["Bounded", "ConductionSolution"]
