"""What every pixel and every face conducts at a frequency: resistors beside capacitors and constant-phase elements.

A pixel of a bulk phase has the complex conductivity sigma + j omega eps. A face of an interface, and a layer that is
given by its resistance R, has the admittance (1 + (j omega tau)^n) / R with tau = R C: a resistor beside a
constant-phase element Q = tau^n / R, whose capacitance C is the one of its relaxation time (C. H. Hsu, F. Mansfeld,
Corrosion 57 (2001) 747). Capacitances and permittivities do not depend on temperature here; resistances do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ssbi_core.materials import INTERFACES, PHASES, MaterialSystem, Phase
from ssbi_core.materials.system import VACUUM_PERMITTIVITY
from ssbi_core.transport.conductivity_field import ConductionField
from ssbi_core.transport.impedance.config import ImpedanceConfig
from ssbi_core.transport.impedance.overrides import parsed_overrides


@dataclass(frozen=True)
class PhaseResponse:
    """How one phase relaxes: time tau in s (None for what does not conduct), exponent n.

    Attributes
    ----------
    permittivity : F/cm of its pixels; None for an interface.
    relaxation_time : s, of every pixel and face of the phase alike; None where it follows from each pixel's own
        conductivity and permittivity.
    """

    permittivity: float | None
    relaxation_time: float | None
    exponent: float


def phase_responses(
    system: MaterialSystem, config: ImpedanceConfig, resistance: Mapping[Phase, float]
) -> dict[Phase, PhaseResponse]:
    """Response of every phase.

    Parameters
    ----------
    system, config : material system, and the values that come before its own.
    resistance : ohm cm2 of the phases that are given by it.

    Raises
    ------
    InputError
        If a value of `config` makes no sense, or is of a phase it means nothing for.
    """
    given = parsed_overrides(config, resistance)
    return {phase: _response(phase, system, given, resistance.get(phase)) for phase in PHASES}


def _response(
    phase: Phase,
    system: MaterialSystem,
    given: Mapping[str, Mapping[Phase, float]],
    resistance: float | None,
) -> PhaseResponse:
    exponent = given["exponent"].get(phase)
    if phase in INTERFACES and resistance is not None:
        capacitance = given["capacitance"].get(phase, system.capacitance(phase))
        return PhaseResponse(None, resistance * capacitance, exponent or system.exponent(phase))
    # A line drawn as a body of its own is made of electrolyte.
    relative = given["permittivity"].get(
        phase, system.relative_permittivity(Phase.LLZO if phase in INTERFACES else phase)
    )
    capacitance = given["capacitance"].get(phase)
    tau = None if capacitance is None or resistance is None else resistance * capacitance
    return PhaseResponse(VACUUM_PERMITTIVITY * relative, tau, exponent or 1.0)


@dataclass(frozen=True, eq=False)
class ComplexField:
    """A structure whose conductances depend on frequency as direct + alternating (j omega)^exponent.

    Attributes
    ----------
    conductivity, polarization, exponent : (grid) S/cm, S/cm s^n, n.
    face_conductance, face_polarization, face_exponent : (faces,) S/cm2, S/cm2 s^n, n.
    """

    conductivity: np.ndarray
    polarization: np.ndarray
    exponent: np.ndarray
    face_conductance: np.ndarray
    face_polarization: np.ndarray
    face_exponent: np.ndarray

    @classmethod
    def of(cls, field: ConductionField, faces: np.ndarray, responses: Mapping[Phase, PhaseResponse]) -> ComplexField:
        """The complex field of a conduction field, with those of its faces that `faces` (booleans) keeps."""
        polarization, exponent = np.empty(field.body.shape), np.ones(field.body.shape)
        for code in np.unique(field.body):
            of_phase, response = field.body == code, responses[Phase(code)]
            sigma = field.conductivity[of_phase]
            assert response.permittivity is not None  # no interface owns a pixel unless it is drawn as a body
            polarization[of_phase] = _polarization(sigma, response)
            exponent[of_phase] = response.exponent
        surfaces = field.surfaces.select(faces)
        tau, n = np.ones(len(surfaces)), np.ones(len(surfaces))
        for code in np.unique(surfaces.phase):
            on = surfaces.phase == code
            tau[on], n[on] = responses[Phase(code)].relaxation_time, responses[Phase(code)].exponent
        conductance = 1 / surfaces.resistance
        return cls(field.conductivity, polarization, exponent, conductance, conductance * tau**n, n)

    def pixels(self, omega: float) -> np.ndarray:
        """Complex conductivity (grid) in S/cm at omega in rad/s."""
        return self.conductivity + self.polarization * (1j * omega) ** self.exponent

    def faces(self, omega: float) -> np.ndarray:
        """Complex admittance (faces,) in S/cm2 at omega in rad/s."""
        return self.face_conductance + self.face_polarization * (1j * omega) ** self.face_exponent


def nominal_relaxation_times(
    field: ConductionField, faces: np.ndarray, responses: Mapping[Phase, PhaseResponse]
) -> dict[Phase, float]:
    """Time constant in s of each phase by itself, of those that conduct; the slowest where its pixels differ."""
    times = {}
    for code in np.unique(field.body):
        sigma, response = field.conductivity[field.body == code], responses[Phase(code)]
        if response.relaxation_time is not None:
            times[Phase(code)] = response.relaxation_time
        elif response.permittivity is not None and sigma.min() > 0:
            times[Phase(code)] = response.permittivity / float(sigma.min())
    for code in np.unique(field.surfaces.phase[faces]):
        tau = responses[Phase(code)].relaxation_time
        if tau:
            times[Phase(code)] = tau
    return times


def _polarization(sigma: np.ndarray, response: PhaseResponse) -> np.ndarray:
    if response.relaxation_time is not None:
        return sigma * response.relaxation_time**response.exponent
    assert response.permittivity is not None
    if response.exponent == 1:
        return np.full(sigma.shape, response.permittivity)
    return sigma * (response.permittivity / sigma) ** response.exponent
