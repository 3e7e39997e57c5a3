import math

import pytest

from ssbi_core.errors import InputError
from ssbi_core.materials import (
    INTERFACES,
    PHASES,
    InterfaceProperties,
    MaterialSystem,
    Phase,
    PhaseProperties,
    Quantity,
    available_systems,
    load_system,
)

BOLTZMANN_EV = 8.617333262e-5
GAS_CONSTANT, FARADAY = 8.314462618, 96485.33212  # J/(mol K), C/mol, CODATA 2018
SYSTEMS = [load_system(name) for name in available_systems()]
BULK = [phase for phase in PHASES if phase not in INTERFACES]


def _all_quantities(system):
    layers = [*system.phases.values(), *system.reaction_layers.values(), *system.coatings.values()]
    for properties in [*layers, *system.interfaces.values()]:
        yield from (value for _, value in properties if isinstance(value, Quantity))


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s.name)
def test_every_number_has_a_source_or_is_an_assumption(system):
    assert all(quantity.source or quantity.assumption for quantity in _all_quantities(system))


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s.name)
def test_reference_temperature_gives_the_file_values(system):
    for phase in BULK:
        assert system.conductivity(phase, 298.15) == pytest.approx(system.phase(phase).conductivity.value)
    for phase in INTERFACES:
        assert system.resistance(phase, 298.15) == pytest.approx(system.interface(phase).resistance.value)


@pytest.mark.parametrize("temperature", [250.0, 333.15, 400.0])
def test_conductivity_times_temperature_is_arrhenius(temperature):
    system = load_system()
    ratio = system.conductivity(Phase.LLZO, temperature) * temperature / (5.3e-4 * 298.15)
    assert math.log(ratio) == pytest.approx(-0.3 / BOLTZMANN_EV * (1 / temperature - 1 / 298.15))


def test_conduction_improves_with_temperature_in_every_phase():
    system = load_system()
    for phase in set(BULK) - {Phase.PORE}:
        assert system.conductivity(phase, 350) > system.conductivity(phase, 300) > 0
    for phase in INTERFACES:
        assert 0 < system.resistance(phase, 350) < system.resistance(phase, 300)


@pytest.mark.parametrize("temperature", [100.0, 250.0, 1000.0, 2000.0])
def test_pores_never_conduct(temperature):
    assert load_system().conductivity(Phase.PORE, temperature) == 0


def test_contact_resistance_is_charge_transfer_at_1_mA_per_cm2():
    resistance = GAS_CONSTANT * 298.15 / (FARADAY * 1e-3)
    assert load_system().resistance(Phase.CONTACT, 298.15) == pytest.approx(resistance, rel=2e-3)


def test_latp_boundary_follows_from_its_brick_layer():
    """Total 7e-4 S/cm of 1.7 um grains that conduct 1e-3 S/cm."""
    system = load_system("latp_nmc")
    boundary = system.resistance(Phase.GRAIN_BOUNDARY, 298.15) / 1.7e-4
    total = 1 / (1 / system.conductivity(Phase.LLZO, 298.15) + boundary)
    assert total == pytest.approx(7e-4, rel=0.02)


# From composition and density against undoped LLZO, Z^1.7 (worked out for this project, see the docs).
CONTRASTS = {"La2Zr2O7": 1.27, "La(Ni,Co)O3": 1.48, "Li2ZrO3": 0.65, "Li6Zr2O7": 0.52, "Li2CO3": 0.15}


@pytest.mark.parametrize(("chemistry", "contrast"), CONTRASTS.items())
def test_haadf_contrast_of_the_reaction_layers(chemistry, contrast):
    tantalum_doped = 1.15  # the shipped electrolyte, against undoped
    found = load_system(reaction_layer=chemistry).haadf_contrast(Phase.REACTION_LAYER)
    assert found * tantalum_doped == pytest.approx(contrast, rel=0.03)


def test_haadf_contrast_of_phases():
    system = load_system()
    assert system.haadf_contrast(Phase.LLZO) == 1
    assert system.haadf_contrast(Phase.PORE) == 0
    assert system.haadf_contrast(Phase.NMC) * 1.15 == pytest.approx(0.64, abs=0.01)
    assert system.haadf_contrast(Phase.COATING) * 1.15 == pytest.approx(0.78, abs=0.01)


def test_atoms_per_volume_weigh_the_density():
    atoms = load_system().phases["coating"].atoms_per_nm3()
    grams_per_cm3 = (atoms["Li"] * 6.94 + atoms["Nb"] * 92.906 + atoms["O"] * 15.999) / 602.214076
    assert grams_per_cm3 == pytest.approx(4.64)
    assert atoms["O"] == pytest.approx(3 * atoms["Nb"])


# Cell constants in angstrom and formula units: independent of the density in the file.
CELLS = {
    ("llzo_nmc", "La2Zr2O7"): (10.80**3, 8),
    ("llzo_lco", "nmc"): (2.816**2 * 14.05 * math.sqrt(3) / 2, 3),
    ("llzo_nmc", "nmc"): (2.868**2 * 14.23 * math.sqrt(3) / 2, 3),
    ("llzo_nmc", "llzo"): (12.93**3, 8),
    ("llzo_nmc", "coating"): (5.148**2 * 13.863 * math.sqrt(3) / 2, 6),
    ("latp_nmc", "llzo"): (8.51**2 * 20.85 * math.sqrt(3) / 2, 6),
    ("latp_nmc", "Li3PO4"): (10.49 * 6.12 * 4.927, 4),
    ("latp_nmc", "AlPO4"): (4.943**2 * 10.974 * math.sqrt(3) / 2, 3),
    ("latp_nmc", "Co3O4"): (8.084**3, 8),
}


@pytest.mark.parametrize(("where", "cell"), CELLS.items(), ids=lambda x: "-".join(map(str, x)))
def test_density_follows_from_the_unit_cell(where, cell):
    system = load_system(where[0])
    properties = {**system.phases, **system.reaction_layers}[where[1]]
    per_formula = sum(properties.composition.values())
    atoms = sum(properties.atoms_per_nm3().values())
    assert atoms == pytest.approx(cell[1] * per_formula / (cell[0] / 1000), rel=0.015)


# Strongest lines in keV (NIST X-ray transition energies, rounded).
LINES = {
    "O": 0.525, "C": 0.277, "Al": 1.487, "P": 2.014, "Ti": 4.511, "Mn": 5.899, "Co": 6.930, "Ni": 7.478,
    "Zr": 2.042, "Nb": 2.166, "La": 4.651, "Ta": 1.710,
}  # fmt: skip


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s.name)
def test_x_ray_lines_are_the_elements_own(system):
    assert {e: line.energy_keV for e, line in system.elements.items()} == {
        e: pytest.approx(LINES[e], abs=0.003) for e in system.elements
    }


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s.name)
def test_every_phase_has_a_title_and_a_colour_of_its_own(system):
    colors = [system.color_of(phase) for phase in PHASES]
    assert len(set(colors)) == len(PHASES)
    assert all(system.title_of(phase) for phase in PHASES)


def test_bulk_and_interface_are_not_mixed_up():
    system = load_system()
    with pytest.raises(InputError, match=r"MaterialSystem\.interface"):
        system.phase(Phase.CONTACT)
    with pytest.raises(InputError, match=r"MaterialSystem\.phase"):
        system.interface(Phase.LLZO)


@pytest.mark.parametrize("temperature", [-1, 0, 25, 5000, float("nan"), float("inf")])
def test_absurd_temperature_is_an_input_error(temperature):
    for ask, phase in ((load_system().conductivity, Phase.LLZO), (load_system().resistance, Phase.CONTACT)):
        with pytest.raises(InputError, match="kelvin"):
            ask(phase, temperature)


def _properties(**changes):
    number = {"value": 1.0, "assumption": True}
    fields = {
        "title": "x",
        "color": "#000000",
        "conductivity": {**number, "unit": "S/cm"},
        "activation_energy": {**number, "unit": "eV"},
    }
    return PhaseProperties.model_validate({**fields, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"composition": {"Li": 1}},
        {"density": {"value": 1, "unit": "g/cm3", "assumption": True}},
        {"composition": {"Li": 1}, "density": {"value": 0, "unit": "g/cm3", "assumption": True}},
        {"anisotropy": {"value": 0, "unit": "1", "assumption": True}},
        {"activation_energy": {"value": 30, "unit": "kJ/mol", "assumption": True}},
        {"relative_permittivity": {"value": 0.5, "unit": "1", "assumption": True}},
        {"relative_permittivity": {"value": 50, "unit": "F/cm", "assumption": True}},
    ],
)
def test_half_given_properties_are_refused(changes):
    assert _properties().title == "x"
    with pytest.raises(ValueError, match=r"must|belong"):
        _properties(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"capacitance": {"value": 0, "unit": "F/cm2", "assumption": True}},
        {"capacitance": {"value": 1e-6, "unit": "F", "assumption": True}},
        {"exponent": {"value": 1.1, "unit": "1", "assumption": True}},
        {"exponent": {"value": 0, "unit": "1", "assumption": True}},
    ],
)
def test_impossible_relaxation_of_an_interface_is_refused(changes):
    fields = load_system().interface(Phase.CONTACT).model_dump(exclude_none=True)
    with pytest.raises(ValueError, match="must"):
        InterfaceProperties.model_validate({**fields, **changes})


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s.name)
def test_a_spread_is_given_of_ionic_transport_only(system):
    layers = [system.phases[key] for key in ("llzo", "nmc", "coating")] + list(system.reaction_layers.values())
    transport = [layer.conductivity for layer in layers]
    transport += [interface.resistance for interface in system.interfaces.values()]
    assert all(quantity.decades is not None for quantity in transport)
    assert sum(quantity.decades is not None for quantity in _all_quantities(system)) == len(transport)


@pytest.mark.parametrize(("value", "decades"), [(1.0, 0), (1.0, -0.5), (1.0, math.inf), (0.0, 0.5), (-1.0, 0.5)])
def test_a_spread_that_is_none_or_of_no_logarithm_is_refused(value, decades):
    assert Quantity(value=1.0, unit="S/cm", assumption=True).decades is None
    assert Quantity(value=1.0, unit="S/cm", decades=0.5, assumption=True).decades == 0.5
    with pytest.raises(ValueError, match="decades"):
        Quantity(value=value, unit="S/cm", decades=decades, assumption=True)


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s.name)
def test_every_shipped_phase_says_how_it_relaxes(system):
    layers = [*system.phases.values(), *system.reaction_layers.values()]
    assert all(layer.relative_permittivity is not None for layer in layers)
    assert system.relative_permittivity(Phase.PORE) == 1
    for interface in system.interfaces.values():
        assert interface.capacitance is not None
        assert interface.exponent is not None


def test_files_without_permittivity_and_capacitance_still_load():
    fields = load_system().model_dump(exclude_none=True)
    for layer in (*fields["phases"].values(), *fields["reaction_layers"].values()):
        del layer["relative_permittivity"]
    for interface in fields["interfaces"].values():
        del interface["capacitance"], interface["exponent"]
    system = MaterialSystem.model_validate(fields)
    assert system.relative_permittivity(Phase.PORE) == 1
    assert system.relative_permittivity(Phase.LLZO) == 20
    assert system.capacitance(Phase.GRAIN_BOUNDARY) == pytest.approx(20 * 8.854e-14 / 2e-7, rel=1e-3)
    assert system.exponent(Phase.CONTACT) == 1
