"""Ionic conduction through labelled microstructures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssbi_core.transport.bottleneck import Bottleneck, Bottlenecks, InterfaceCut
    from ssbi_core.transport.cathode import CathodeSolution, two_potential_cathode
    from ssbi_core.transport.conduct import conduct
    from ssbi_core.transport.conduction import Conduction
    from ssbi_core.transport.config import TransportConfig
    from ssbi_core.transport.contact_kinetics import PolarisationCurve, polarisation_curve
    from ssbi_core.transport.differentiable import (
        DifferentiableStructure,
        MaterialParameters,
        differentiable_structure,
        effective_conductivity,
    )
    from ssbi_core.transport.impedance import ImpedanceConfig, ImpedanceSpectrum, impedance
    from ssbi_core.transport.orientation import rotated_conductivity
    from ssbi_core.transport.representative_volume import RepresentativeVolume, WindowSize, representative_volume
    from ssbi_core.transport.solution import Bounded, ConductionSolution
    from ssbi_core.transport.solve import solve_conduction
    from ssbi_core.transport.spread_law import SpreadLaw
    from ssbi_core.transport.streamlines import Streamlines, streamlines
    from ssbi_core.transport.surfaces import Surfaces
    from ssbi_core.transport.temperature import ArrheniusFit, TemperatureSweep, temperature_sweep
    from ssbi_core.transport.tortuosity import Tortuosity, tortuosity, tortuosity_by_axis
    from ssbi_core.transport.what_if import WhatIf, WhatIfAnswer
else:
    from ssbi_core.lazy_names import lazy_names

    lazy_names(
        __name__,
        {
            "ArrheniusFit": "temperature",
            "Bottleneck": "bottleneck",
            "Bottlenecks": "bottleneck",
            "Bounded": "solution",
            "CathodeSolution": "cathode",
            "Conduction": "conduction",
            "ConductionSolution": "solution",
            "DifferentiableStructure": "differentiable",
            "ImpedanceConfig": "impedance",
            "ImpedanceSpectrum": "impedance",
            "InterfaceCut": "bottleneck",
            "MaterialParameters": "differentiable",
            "PolarisationCurve": "contact_kinetics",
            "RepresentativeVolume": "representative_volume",
            "SpreadLaw": "spread_law",
            "Streamlines": "streamlines",
            "Surfaces": "surfaces",
            "TemperatureSweep": "temperature",
            "Tortuosity": "tortuosity",
            "TransportConfig": "config",
            "WhatIf": "what_if",
            "WhatIfAnswer": "what_if",
            "WindowSize": "representative_volume",
            "conduct": "conduct",
            "differentiable_structure": "differentiable",
            "effective_conductivity": "differentiable",
            "impedance": "impedance",
            "polarisation_curve": "contact_kinetics",
            "representative_volume": "representative_volume",
            "rotated_conductivity": "orientation",
            "solve_conduction": "solve",
            "streamlines": "streamlines",
            "temperature_sweep": "temperature",
            "tortuosity": "tortuosity",
            "tortuosity_by_axis": "tortuosity",
            "two_potential_cathode": "cathode",
        },
    )

__all__ = [
    "ArrheniusFit",
    "Bottleneck",
    "Bottlenecks",
    "Bounded",
    "CathodeSolution",
    "Conduction",
    "ConductionSolution",
    "DifferentiableStructure",
    "ImpedanceConfig",
    "ImpedanceSpectrum",
    "InterfaceCut",
    "MaterialParameters",
    "PolarisationCurve",
    "RepresentativeVolume",
    "SpreadLaw",
    "Streamlines",
    "Surfaces",
    "TemperatureSweep",
    "Tortuosity",
    "TransportConfig",
    "WhatIf",
    "WhatIfAnswer",
    "WindowSize",
    "conduct",
    "differentiable_structure",
    "effective_conductivity",
    "impedance",
    "polarisation_curve",
    "representative_volume",
    "rotated_conductivity",
    "solve_conduction",
    "streamlines",
    "temperature_sweep",
    "tortuosity",
    "tortuosity_by_axis",
    "two_potential_cathode",
]
