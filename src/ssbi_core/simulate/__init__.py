"""Process parameters to microstructure to STEM/EDS images, with exact truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssbi_core.simulate.config import MicrostructureConfig
    from ssbi_core.simulate.contact import mark_contact, unmark_contact
    from ssbi_core.simulate.imaging_config import ImagingConfig
    from ssbi_core.simulate.micrograph import simulate_micrograph
    from ssbi_core.simulate.microstructure import Microstructure, simulate_microstructure, simulate_microstructures
    from ssbi_core.simulate.polycrystal import simulate_polycrystal
    from ssbi_core.simulate.process import (
        MicrostructureStatistics,
        ProcessParameters,
        microstructure_statistics,
    )
    from ssbi_core.simulate.scenes import Scene, random_scene
    from ssbi_core.simulate.study import simulate_sample, simulate_study
    from ssbi_core.simulate.volume import Volume, simulate_microstructure_3d
else:
    from ssbi_core.lazy_names import lazy_names

    lazy_names(
        __name__,
        {
            "ImagingConfig": "imaging_config",
            "Microstructure": "microstructure",
            "MicrostructureConfig": "config",
            "MicrostructureStatistics": "process",
            "ProcessParameters": "process",
            "Scene": "scenes",
            "Volume": "volume",
            "mark_contact": "contact",
            "microstructure_statistics": "process",
            "random_scene": "scenes",
            "simulate_micrograph": "micrograph",
            "simulate_microstructure": "microstructure",
            "simulate_microstructure_3d": "volume",
            "simulate_microstructures": "microstructure",
            "simulate_polycrystal": "polycrystal",
            "simulate_sample": "study",
            "simulate_study": "study",
            "unmark_contact": "contact",
        },
    )

__all__ = [
    "ImagingConfig",
    "Microstructure",
    "MicrostructureConfig",
    "MicrostructureStatistics",
    "ProcessParameters",
    "Scene",
    "Volume",
    "mark_contact",
    "microstructure_statistics",
    "random_scene",
    "simulate_micrograph",
    "simulate_microstructure",
    "simulate_microstructure_3d",
    "simulate_microstructures",
    "simulate_polycrystal",
    "simulate_sample",
    "simulate_study",
    "unmark_contact",
]
