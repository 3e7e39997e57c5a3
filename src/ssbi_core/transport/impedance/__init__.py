"""The impedance spectrum of a labelled microstructure."""

from ssbi_core.transport.impedance.config import ImpedanceConfig
from ssbi_core.transport.impedance.relaxation_times import RelaxationPeak, RelaxationTimes, relaxation_times
from ssbi_core.transport.impedance.solve import impedance
from ssbi_core.transport.impedance.spectrum import ImpedanceSpectrum

__all__ = [
    "ImpedanceConfig",
    "ImpedanceSpectrum",
    "RelaxationPeak",
    "RelaxationTimes",
    "impedance",
    "relaxation_times",
]
