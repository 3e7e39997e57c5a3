"""A material system: what an electrolyte/electrode pair is made of and how its parts conduct.

A bulk phase follows the Arrhenius law of ionic conductors, sigma T = A exp(-Ea / kT), fixed by
its conductivity at the reference temperature. An interface (grain boundary, contact, dislocation)
has no thickness of its own and is given by its area-specific resistance, with its own activation
energy. Contrast in HAADF images is not a free number: it follows from composition and density as
the atom-weighted Z^n scattering power relative to the electrolyte.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ssbi_core.errors import InputError, MaterialError
from ssbi_core.materials.elements import ATOMIC_NUMBER, STANDARD_ATOMIC_WEIGHT
from ssbi_core.materials.phases import INTERFACES, Phase

BOLTZMANN_EV = 8.617333262e-5  # eV/K, CODATA 2018
COLDEST_K, HOTTEST_K = 100.0, 2000.0  # beyond these an Arrhenius law fitted near room temperature means nothing
AVOGADRO_PER_NM3 = 602.214076  # 1/mol per (g/cm3 -> g/nm3), CODATA 2018
VACUUM_PERMITTIVITY = 8.8541878128e-14  # F/cm, CODATA 2018
_OXIDE_PERMITTIVITY = 20.0  # of a solid whose file gives none: between Li2CO3 (5) and LLZO (50); an assumption


def arrhenius_exponent(activation_energy: Any, temperature: Any, reference: float) -> Any:
    """ln of sigma T at `temperature` over sigma T at `reference` (both in K), for an activation energy in eV.

    For numbers and for arrays of any kind, JAX's included.
    """
    return -activation_energy / BOLTZMANN_EV * (1 / temperature - 1 / reference)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Quantity(_Strict):
    """A number with its unit, where it comes from and how uncertain it is.

    `decades` is the standard deviation of log10 of the value; without it the value is taken as known exactly. It is
    read of ionic conductivities and of the resistances of interfaces.
    """

    value: float = Field(allow_inf_nan=False)
    unit: str
    decades: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    source: str | None = None
    assumption: bool = False

    @model_validator(mode="after")
    def _has_origin(self) -> Quantity:
        if not self.source and not self.assumption:
            raise ValueError("give a source, or mark it with assumption = true")
        return self

    @model_validator(mode="after")
    def _has_logarithm(self) -> Quantity:
        if self.decades is not None and self.value <= 0:
            raise ValueError("decades: a spread of log10 needs a value > 0")
        return self


class ElementLine(_Strict):
    """An X-ray line used to map an element."""

    line: str
    energy_keV: float = Field(gt=0.05, lt=40)


class PhaseProperties(_Strict):
    """A bulk phase or layer: composition, density, ionic conduction, colour in legends."""

    title: str
    color: str = Field(pattern=r"^#[0-9a-fA-F]{6}$")
    composition: dict[str, float] = Field(default_factory=dict)
    density: Quantity | None = None
    conductivity: Quantity
    activation_energy: Quantity
    anisotropy: Quantity | None = None
    electronic_conductivity: Quantity | None = None
    electronic_activation_energy: Quantity | None = None
    relative_permittivity: Quantity | None = None
    aliases: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> PhaseProperties:
        if self.conductivity.unit != "S/cm" or self.conductivity.value < 0:
            raise ValueError("conductivity must be >= 0 with unit S/cm")
        if self.activation_energy.unit != "eV" or self.activation_energy.value < 0:
            raise ValueError("activation_energy must be >= 0 with unit eV")
        unknown = sorted(set(self.composition) - set(ATOMIC_NUMBER))
        if unknown:
            raise ValueError(f"composition: unknown elements {', '.join(unknown)}")
        if min(self.composition.values(), default=1) <= 0:
            raise ValueError("composition: amounts must be > 0")
        if self.density is not None and (self.density.unit != "g/cm3" or self.density.value <= 0):
            raise ValueError("density must be > 0 with unit g/cm3")
        if bool(self.composition) != (self.density is not None):
            raise ValueError("composition and density belong together: image contrast follows from both")
        if self.anisotropy is not None and (self.anisotropy.unit != "1" or self.anisotropy.value <= 0):
            raise ValueError("anisotropy must be > 0 with unit 1")
        electronic, barrier = self.electronic_conductivity, self.electronic_activation_energy
        if electronic is not None and (electronic.unit != "S/cm" or electronic.value < 0):
            raise ValueError("electronic_conductivity must be >= 0 with unit S/cm")
        if barrier is not None and (electronic is None or barrier.unit != "eV" or barrier.value < 0):
            raise ValueError("electronic_activation_energy must be >= 0 with unit eV, beside electronic_conductivity")
        permittivity = self.relative_permittivity
        if permittivity is not None and (permittivity.unit != "1" or permittivity.value < 1):
            raise ValueError("relative_permittivity must be >= 1 with unit 1")
        return self

    def atoms_per_nm3(self) -> dict[str, float]:
        """Number density of each element in atoms/nm3; empty for a pore."""
        if not self.composition or self.density is None:
            return {}
        mass = sum(STANDARD_ATOMIC_WEIGHT[e] * n for e, n in self.composition.items())
        per_nm3 = self.density.value / mass * AVOGADRO_PER_NM3
        return {element: n * per_nm3 for element, n in self.composition.items()}

    def scattering_power(self, exponent: float = 1.7) -> float:
        """HAADF scattering power per volume, sum of atoms/nm3 times Z^exponent."""
        return sum(n * ATOMIC_NUMBER[e] ** exponent for e, n in self.atoms_per_nm3().items())


class InterfaceProperties(_Strict):
    """An interface without thickness: area-specific resistance beside a constant-phase element.

    `capacitance` is the one that belongs to the relaxation time, tau / R; at exponent 1 the element is this capacitor.
    """

    title: str
    color: str = Field(pattern=r"^#[0-9a-fA-F]{6}$")
    resistance: Quantity
    activation_energy: Quantity
    width: Quantity
    capacitance: Quantity | None = None
    exponent: Quantity | None = None

    @model_validator(mode="after")
    def _consistent(self) -> InterfaceProperties:
        if self.resistance.unit != "ohm cm2" or self.resistance.value < 0:
            raise ValueError("resistance must be >= 0 with unit ohm cm2")
        if self.activation_energy.unit != "eV" or self.activation_energy.value < 0:
            raise ValueError("activation_energy must be >= 0 with unit eV")
        if self.width.unit != "nm" or self.width.value <= 0:
            raise ValueError("width must be > 0 with unit nm")
        if self.capacitance is not None and (self.capacitance.unit != "F/cm2" or self.capacitance.value <= 0):
            raise ValueError("capacitance must be > 0 with unit F/cm2")
        if self.exponent is not None and (self.exponent.unit != "1" or not 0 < self.exponent.value <= 1):
            raise ValueError("exponent must be > 0 and <= 1 with unit 1")
        return self


class MaterialSystem(_Strict):
    """An electrolyte/electrode pair, as read from a material file."""

    name: str
    title: str
    reference_temperature_K: float = Field(gt=0)
    elements: dict[str, ElementLine]
    phases: dict[Literal["llzo", "nmc", "pore", "coating"], PhaseProperties]
    interfaces: dict[Literal["grain_boundary", "contact", "dislocation"], InterfaceProperties]
    reaction_layers: dict[str, PhaseProperties]
    reaction_layer: str
    coatings: dict[str, PhaseProperties] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> MaterialSystem:
        for group, wanted in (
            ("phases", ("llzo", "nmc", "pore", "coating")),
            ("interfaces", ("grain_boundary", "contact", "dislocation")),
        ):
            missing = [key for key in wanted if key not in getattr(self, group)]
            if missing:
                raise ValueError(f"{group}: missing {', '.join(missing)}")
        if not self.phases["llzo"].composition:
            raise ValueError("phases.llzo.composition: needed, image contrast is relative to the electrolyte")
        if self.reaction_layer not in self.reaction_layers:
            raise ValueError(
                f"reaction_layer: {self.reaction_layer!r} is not among reaction_layers "
                f"({', '.join(self.reaction_layers)})"
            )
        return self

    def with_reaction_layer(self, chemistry: str) -> MaterialSystem:
        """Return this system with another reaction-layer chemistry (name or alias)."""
        for name, layer in self.reaction_layers.items():
            if chemistry.lower() in {name.lower(), *(a.lower() for a in layer.aliases)}:
                return self.model_copy(update={"reaction_layer": name})
        raise MaterialError(
            f"reaction layer {chemistry!r} in system {self.name}",
            f"one of {', '.join(self.reaction_layers)}",
            "choose one of these, or add it to your own material file",
        )

    def scaled(self, factors: Mapping[str, float]) -> MaterialSystem:
        """Return this system with a body's conductivity, a line's resistance, times the factor of each phase named."""
        system = self
        for name, factor in factors.items():
            phase = Phase.parse(name)
            group, key = ("interfaces", phase.key) if phase in INTERFACES else ("phases", phase.key)
            if phase is Phase.REACTION_LAYER:
                group, key = "reaction_layers", system.reaction_layer
            number = "resistance" if phase in INTERFACES else "conductivity"
            table: dict[str, Any] = getattr(system, group)
            quantity = getattr(table[key], number)
            moved = quantity.model_copy(update={"value": quantity.value * factor})
            own = table[key].model_copy(update={number: moved})
            system = system.model_copy(update={group: {**table, key: own}})
        return system

    def phase(self, phase: Phase) -> PhaseProperties:
        """Properties of a bulk phase or layer (not of an interface)."""
        if phase is Phase.REACTION_LAYER:
            return self.reaction_layers[self.reaction_layer]
        if phase.key not in self.phases:
            raise InputError(
                f"bulk properties of {phase.key}",
                "a bulk phase or layer",
                "use MaterialSystem.interface for grain_boundary, contact and dislocation",
            )
        return self.phases[phase.key]

    def interface(self, phase: Phase) -> InterfaceProperties:
        """Properties of an interface."""
        if phase not in INTERFACES:
            raise InputError(
                f"interface properties of {phase.key}",
                "grain_boundary, contact or dislocation",
                "use MaterialSystem.phase for bulk phases and layers",
            )
        return self.interfaces[phase.key]  # pyright: ignore[reportArgumentType] - INTERFACES are the keys

    def title_of(self, phase: Phase) -> str:
        """Name of the phase for legends."""
        return (self.interface(phase) if phase in INTERFACES else self.phase(phase)).title

    def color_of(self, phase: Phase) -> str:
        """Legend colour as #rrggbb."""
        return (self.interface(phase) if phase in INTERFACES else self.phase(phase)).color

    def conductivity(self, phase: Phase, temperature: float) -> float:
        """Ionic conductivity of a bulk phase or layer in S/cm at `temperature` in K (Arrhenius)."""
        properties = self.phase(phase)
        factor = self._arrhenius(properties.activation_energy.value, temperature)
        return properties.conductivity.value * factor * self.reference_temperature_K / temperature

    def electronic_conductivity(self, phase: Phase, temperature: float) -> float | None:
        """Electronic conductivity of a bulk phase or layer in S/cm at `temperature` in K; None where the file has none.

        Arrhenius as for ions; the same at all temperatures where the file gives no electronic_activation_energy.
        """
        properties = self.phase(phase)
        if properties.electronic_conductivity is None:
            return None
        if properties.electronic_activation_energy is None:
            return properties.electronic_conductivity.value
        factor = self._arrhenius(properties.electronic_activation_energy.value, temperature)
        return properties.electronic_conductivity.value * factor * self.reference_temperature_K / temperature

    def resistance(self, phase: Phase, temperature: float) -> float:
        """Area-specific resistance of an interface in ohm cm2 at `temperature` in K.

        R/T is thermally activated for both boundaries (1/sigma) and charge transfer (RT / F i0).
        """
        properties = self.interface(phase)
        factor = self._arrhenius(properties.activation_energy.value, temperature)
        return properties.resistance.value / factor * temperature / self.reference_temperature_K

    def relative_permittivity(self, phase: Phase) -> float:
        """Of a bulk phase or layer; where the file gives none, 1 for what holds no matter and 20 for a solid."""
        properties = self.phase(phase)
        if properties.relative_permittivity is not None:
            return properties.relative_permittivity.value
        return _OXIDE_PERMITTIVITY if properties.composition else 1.0

    def capacitance(self, phase: Phase) -> float:
        """Capacitance of an interface in F/cm2; where the file gives none, of a plate of its width of electrolyte."""
        properties = self.interface(phase)
        if properties.capacitance is not None:
            return properties.capacitance.value
        width = properties.width.value * 1e-7  # cm
        return VACUUM_PERMITTIVITY * self.relative_permittivity(Phase.LLZO) / width

    def exponent(self, phase: Phase) -> float:
        """Exponent n of an interface's constant-phase element; 1, a capacitor, where the file gives none."""
        given = self.interface(phase).exponent
        return 1.0 if given is None else given.value

    def _arrhenius(self, activation_energy: float, temperature: float) -> float:
        if not COLDEST_K <= temperature <= HOTTEST_K:
            wanted = f"a temperature between {COLDEST_K:g} and {HOTTEST_K:g} K"
            raise InputError(f"temperature {temperature} K", wanted, "give kelvin, not degC, e.g. 298.15")
        return math.exp(arrhenius_exponent(activation_energy, temperature, self.reference_temperature_K))

    def haadf_contrast(self, phase: Phase, exponent: float = 1.7) -> float:
        """HAADF intensity of a bulk phase or layer relative to the electrolyte at equal thickness."""
        reference = self.phases["llzo"].scattering_power(exponent)
        return self.phase(phase).scattering_power(exponent) / reference
