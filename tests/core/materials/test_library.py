from importlib.resources import files

import pytest

from ssbi_core.errors import MaterialError
from ssbi_core.materials import available_systems, load_system

SHIPPED = (files("ssbi_core.materials") / "systems" / "llzo_nmc.toml").read_text(encoding="utf-8")


@pytest.fixture
def material_file(tmp_path):
    """Write a changed copy of the shipped file and return its path."""

    def write(old: str = "", new: str = ""):
        assert old in SHIPPED
        path = tmp_path / "mine.toml"
        path.write_text(SHIPPED.replace(old, new, 1) if old else SHIPPED, encoding="utf-8")
        return path

    return write


def test_shipped_systems_are_listed():
    assert available_systems() == ["latp_nmc", "llzo_lco", "llzo_nmc"]


@pytest.mark.parametrize("name", available_systems())
def test_every_shipped_system_loads_under_its_name(name):
    assert load_system(name).name == name


def test_llzo_nmc_is_the_default():
    assert load_system() == load_system("llzo_nmc")


def test_a_system_is_returned_as_it_is():
    system = load_system()
    assert load_system(system) is system


def test_a_user_file_overrides_a_number(material_file):
    path = material_file("value = 5.3e-4", "value = 1.5e-3")
    for given in (path, str(path)):
        assert load_system(given).phases["llzo"].conductivity.value == 1.5e-3


def test_an_edited_file_is_read_again(material_file):
    assert load_system(material_file()).phases["llzo"].conductivity.value == 5.3e-4
    assert load_system(material_file("value = 5.3e-4", "value = 1e-4")).phases["llzo"].conductivity.value == 1e-4


@pytest.mark.parametrize("chemistry", ["Li2ZrO3", "li2zro3", "LaCoO3", "Li2Zr2O7"])
def test_reaction_layer_by_name_or_alias(chemistry):
    chosen = load_system(reaction_layer=chemistry).reaction_layer
    assert chosen == {"LaCoO3": "La(Ni,Co)O3", "Li2Zr2O7": "La2Zr2O7"}.get(chemistry, "Li2ZrO3")


def test_choosing_a_layer_leaves_the_shipped_system_alone():
    load_system(reaction_layer="Li2CO3")
    assert load_system().reaction_layer == "La2Zr2O7"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('title = "LLZO | NMC"', "", "title"),
        ("reference_temperature_K = 298.15", "reference_temperature_K = -1", "reference_temperature_K"),
        ("value = 5.3e-4", "value = -1", "phases.llzo"),
        ("value = 5.3e-4", "value = nan", "phases.llzo.conductivity.value"),
        ("value = 5.3e-4", 'value = "high"', "phases.llzo.conductivity.value"),
        ('value = 5.3e-4, unit = "S/cm"', 'value = 5.3e-4, unit = "S/m"', "phases.llzo"),
        ('color = "#4C78A8"', 'color = "blue"', "phases.llzo.color"),
        ("composition = { Li = 6.4,", "composition = { Xx = 6.4,", "phases.llzo"),
        ("[phases.pore]", "[phases.void]", "void"),
        ("[interfaces.contact]", "[interfaces.touch]", "touch"),
        ('reaction_layer = "La2Zr2O7"', 'reaction_layer = "none"', "reaction_layer"),
        ('unit = "ohm cm2"', 'unit = "ohm m2"', "interfaces.grain_boundary"),
        ("energy_keV = 4.651", "energy_keV = 4651", "elements.La.energy_keV"),
        ('title = "Pore"', 'title = "Pore"\nwetness = 3', "phases.pore.wetness"),
        ("composition = { Li = 6.4, La = 3, Zr = 1.4, Ta = 0.6, O = 12 }", "", "phases.llzo"),
        ("composition = { Li = 6.4,", "composition = { Li = 0,", "phases.llzo"),
        ("electronic_conductivity = { value = 1e-4", "electronic_conductivity = { value = -1", "phases.nmc"),
        ("electronic_activation_energy = { value = 0.3", "electronic_activation_energy = { value = -1", "phases.nmc"),
    ],
)
def test_a_bad_field_is_named(material_file, old, new, field):
    with pytest.raises(MaterialError) as caught:
        load_system(material_file(old, new))
    assert field in caught.value.came_in


def test_a_number_needs_a_source_or_the_word_assumption(material_file):
    with pytest.raises(MaterialError, match="source"):
        load_system(material_file('source = "vacuum", assumption = true', 'source = ""'))


def test_broken_toml_names_the_line(tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text("name = 'x'\ntitle = \n")
    with pytest.raises(MaterialError, match="line 2"):
        load_system(path)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b""])
def test_not_a_material_file(tmp_path, content):
    path = tmp_path / "odd.toml"
    path.write_bytes(content)
    with pytest.raises(MaterialError):
        load_system(path)


@pytest.mark.parametrize("name", ["", "llzo", "no/such.toml", ".", "llzo_nmc.toml"])
def test_unknown_system_lists_the_known(name):
    with pytest.raises(MaterialError, match="latp_nmc, llzo_lco, llzo_nmc"):
        load_system(name)


def test_unknown_reaction_layer_lists_the_known():
    with pytest.raises(MaterialError, match="Li6Zr2O7"):
        load_system(reaction_layer="unobtainium")
