"""Phases and material systems: every physical number the library uses, each with its source."""

from ssbi_core.materials.library import available_systems, load_system
from ssbi_core.materials.phases import INTERFACES, LAYERS, PHASES, Phase
from ssbi_core.materials.system import (
    ElementLine,
    InterfaceProperties,
    MaterialSystem,
    PhaseProperties,
    Quantity,
)

__all__ = [
    "INTERFACES",
    "LAYERS",
    "PHASES",
    "ElementLine",
    "InterfaceProperties",
    "MaterialSystem",
    "Phase",
    "PhaseProperties",
    "Quantity",
    "available_systems",
    "load_system",
]
