"""Process parameters to microstructure to STEM/EDS images, with exact truth."""

from ssbi_core.simulate.config import MicrostructureConfig
from ssbi_core.simulate.contact import mark_contact, unmark_contact
from ssbi_core.simulate.imaging_config import ImagingConfig
from ssbi_core.simulate.micrograph import simulate_micrograph
from ssbi_core.simulate.microstructure import Microstructure, simulate_microstructure, simulate_microstructures
from ssbi_core.simulate.scenes import Scene, random_scene

__all__ = [
    "ImagingConfig",
    "Microstructure",
    "MicrostructureConfig",
    "Scene",
    "mark_contact",
    "random_scene",
    "simulate_micrograph",
    "simulate_microstructure",
    "simulate_microstructures",
    "unmark_contact",
]
