# ruff: noqa: RUF001 (dashes, minus and Greek letters are meant as they stand)
import math

import pytest

from ssbi_core.report.formatting import chemical, gain_in_words, interval, length, number, percent, round_length

TIMES = "\u00a0×\u00a0"
THIN = "\u202f"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.0123456, "0.0123"),
        (0.1, "0.100"),
        (9.996, "10.0"),
        (46.249, "46.2"),
        (1234.5, "1230"),
        (9999.0, f"1.00{TIMES}10⁴"),
        (2.134e-5, f"2.13{TIMES}10⁻⁵"),
        (-2.134e-5, f"−2.13{TIMES}10⁻⁵"),
        (9.999e-6, f"1.00{TIMES}10⁻⁵"),
        (6.02e23, f"6.02{TIMES}10²³"),
        (math.inf, "–"),
        (math.nan, "–"),
        (None, "–"),
    ],
)
def test_number_has_three_significant_digits(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ((2.134e-5, 2.1e-5, 2.163e-5), f"2.13 (2.10–2.16){TIMES}10⁻⁵"),
        ((46.2, 45.94, 47.0), "46.2 (45.9–47.0)"),
        ((9.99e-6, 9.9e-6, 1.02e-5), f"9.99 (9.90–10.20){TIMES}10⁻⁶"),
        ((1e-5, 1e-9, 2e-5), f"1.00{TIMES}10⁻⁵ (1.00{TIMES}10⁻⁹ – 2.00{TIMES}10⁻⁵)"),
        ((1e-5, 0.0, 2e-5), f"1.00{TIMES}10⁻⁵ (at most 2.00{TIMES}10⁻⁵)"),
        ((1e-5, math.nan, 2e-5), f"1.00{TIMES}10⁻⁵ (at most 2.00{TIMES}10⁻⁵)"),
        ((0.0, 0.0, 0.0), "0"),
        ((None, None, None), "–"),
    ],
)
def test_interval_shares_one_power_of_ten_where_it_can(bounds, text):
    assert interval(*bounds) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0.6234, "62 %"),
        (0.0409, "4.1 %"),
        (0.0996, "10 %"),
        (0.0004, "< 0.1 %"),
        (-0.0004, "> −0.1 %"),
        (-0.012, "−1.2 %"),
        (0, "0 %"),
        (None, "–"),
    ],
)
def test_percentages(fraction, text):
    assert percent(fraction) == text.replace(" ", THIN)


def test_gains_are_factors_above_two_and_percentages_below():
    assert [gain_in_words(gain) for gain in (1.4, 0.14, -0.012, math.inf, None)] == [
        "×2.40",
        f"+14{THIN}%",
        f"−1.2{THIN}%",
        "∞",
        "–",
    ]


def test_lengths_choose_the_unit():
    assert [length(value) for value in (0.5, 999.0, 1024.0, 2.5e6)] == [
        f"0.500{THIN}nm",
        f"999{THIN}nm",
        f"1.02{THIN}µm",
        f"2.50{THIN}mm",
    ]
    assert [round_length(value) for value in (0.5, 200, 2000)] == [f"0.5{THIN}nm", f"200{THIN}nm", f"2{THIN}µm"]


@pytest.mark.parametrize(
    ("plain", "typeset"),
    [
        ("Reaction layer (La2Zr2O7)", "Reaction layer (La₂Zr₂O₇)"),
        ("Reaction layer (La(Ni,Co)O3)", "Reaction layer (La(Ni,Co)O₃)"),
        ("Coating (LiNbO3)", "Coating (LiNbO₃)"),
        ("NMC622", "NMC622"),
        ("LLZO (cubic, Ta-doped)", "LLZO (cubic, Ta-doped)"),
        ("Pore", "Pore"),
    ],
)
def test_formulas_get_subscripts_and_names_do_not(plain, typeset):
    assert chemical(plain) == typeset
