from __future__ import annotations

import pytest

from ssbi_core.io.channels import HAADF_RANK, OTHER_RANK, element_of, image_rank, is_dark_field


@pytest.mark.parametrize(
    ("name", "element"),
    [
        ("La", "La"),
        ("la", "La"),
        ("La L", "La"),
        ("La La", "La"),
        ("Zr Ka", "Zr"),
        ("ZR KA", "Zr"),
        ("O map", "O"),
        ("O K", "O"),
        ("Ni-K", "Ni"),
        ("Ni-K\u03b1", "Ni"),
        ("NiK", "Ni"),
        ("Mn_Ka1", "Mn"),
        ("EDS Co", "Co"),
        ("Ta M series", "Ta"),
        ("Al (at%)", "Al"),
        ("C K counts", "C"),
        ("K", "K"),
        ("K K", "K"),
    ],
)
def test_element_maps_are_known_by_name(name, element):
    assert element_of(name) == element


@pytest.mark.parametrize(
    "name",
    ["", "HAADF", "image", "map", "channel 1", "La Zr", "Lanthanum", "Xx", "La2O3", "overlay", "phase", "C1", "DF2"],
)
def test_other_names_are_never_taken_for_an_element(name):
    assert element_of(name) is None


def test_dark_field_names_are_ranked_haadf_first():
    names = ["BF", "Ceta", "", "STEM", "DF4", "ADF", "HAADF 1"]
    assert sorted(names, key=image_rank) == ["HAADF 1", "ADF", "DF4", "STEM", "", "Ceta", "BF"]
    assert image_rank("haadf-stem") == HAADF_RANK
    assert image_rank("overview") == OTHER_RANK


@pytest.mark.parametrize(
    ("name", "dark"), [("MAADF", True), ("Dark field", True), ("ABF", False), ("EBF", False), ("TEM", False)]
)
def test_dark_field_is_told_from_bright_field(name, dark):
    assert is_dark_field(name) is dark
