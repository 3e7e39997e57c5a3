# ruff: noqa: RUF001 (dashes, minus and Greek letters are meant as they stand)
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ssbi_core.report import render_image, result_json, write_report, write_result
from ssbi_core.report.arrhenius import arrhenius_in_words, temperature_facts
from ssbi_core.transport.temperature import ArrheniusFit


def _words(result, **changes) -> str:
    return " ".join(arrhenius_in_words(replace(result.temperature_sweep, **changes)))


def test_the_table_is_coldest_first_and_in_both_units(swept_result):
    facts = temperature_facts(swept_result)
    assert [fact.temperature for fact in facts] == ["−20.0 °C (253.15 K)", "25.0 °C (298.15 K)", "80.0 °C (353.15 K)"]
    assert all("(" in fact.conductivity for fact in facts), "bounds stand beside the estimate"


def test_the_words_give_range_fit_and_error(swept_result):
    words = _words(swept_result, fit=ArrheniusFit(0.412, 0.0032, 1.2e5))
    assert words.startswith("From −20.0 °C (253.15 K) to 80.0 °C (353.15 K)")
    assert "0.412\u00a0eV (standard error 3.20\u00a0meV) and A = 1.20\u00a0×\u00a010⁵\u00a0S\u00a0K/cm" in words


def test_a_line_without_error_and_one_without_scatter_claim_no_digits(swept_result):
    assert "standard error" not in _words(swept_result, fit=ArrheniusFit(0.4, np.nan, 1.0))
    assert "standard error below 0.1\u00a0meV" in _words(swept_result, fit=ArrheniusFit(0.4, 1e-12, 1.0))


def test_a_bent_plot_is_called_that(swept_result):
    fit = ArrheniusFit(0.4, 0.01, 1.0)
    straight = np.array([0.401, 0.4, 0.399])
    assert "bends" not in _words(swept_result, fit=fit, local_activation_energy=straight)
    hottest_first = np.array([0.3, 0.45, 0.4])
    bent = _words(swept_result, fit=fit, local_activation_energy=hottest_first)
    assert "from 0.450\u00a0eV at the coldest to 0.300\u00a0eV at the hottest" in bent


def test_the_section_is_in_the_report_and_its_plot_needs_no_id(swept_result, tmp_path):
    text = write_report(tmp_path / "report.html", [swept_result]).read_text()
    assert "<h3>Conductivity against temperature</h3>" in text
    svg = render_image(swept_result).arrhenius.svg
    assert "Temperature in °C" in svg
    assert "<use" not in svg
    assert " id=" not in svg


def test_numbers_alone_have_the_table_without_the_plot(swept_result):
    section = render_image(swept_result, figures=False).arrhenius
    assert section.temperatures
    assert section.svg is None


@pytest.mark.parametrize("case", ["not run", "blocked"])
def test_the_section_is_left_out_where_there_is_nothing_to_show(case, result, blocked_sweep, tmp_path):
    shown = result if case == "not run" else blocked_sweep
    assert render_image(shown).arrhenius is None
    assert "<h3>Conductivity against temperature" not in write_report(tmp_path / "report.html", [shown]).read_text()


def test_result_json_holds_table_and_fit_with_units(swept_result):
    document = json.loads(json.dumps(result_json(swept_result), allow_nan=False))["temperature_sweep"]
    fit, sweep = document["fit"], swept_result.temperature_sweep
    assert list(fit.values()) == list(sweep.fit)
    assert list(fit) == ["activation_energy_eV", "standard_error_eV", "prefactor_S_K_per_cm"]
    assert document["table"] == sweep.rows()


def test_a_sweep_without_conduction_has_null_and_a_note(blocked_sweep):
    document = json.loads(json.dumps(result_json(blocked_sweep), allow_nan=False))
    assert set(document["temperature_sweep"]["fit"].values()) == {None}
    assert document["temperature_sweep"]["table"][0]["area_specific_resistance_ohm_cm2"] is None
    assert document["notes"]


def test_two_temperatures_have_no_standard_error_and_a_note_says_so(swept_result):
    sweep = replace(
        swept_result.temperature_sweep, temperature=np.array([300.0, 350.0]), fit=ArrheniusFit(0.4, np.nan, 1.0)
    )
    document = result_json(replace(swept_result, temperature_sweep=sweep))
    assert document["temperature_sweep"]["fit"]["standard_error_eV"] is None
    assert "standard error" in document["notes"][0]


def test_the_table_is_written_beside_the_result(swept_result, tmp_path):
    assert "temperature_sweep.csv" in {path.name for path in write_result(swept_result, tmp_path)}
    table = pd.read_csv(tmp_path / "temperature_sweep.csv")
    assert list(table["temperature_K"]) == [353.15, 253.15, 298.15]
    assert list(table) == list(swept_result.temperature_sweep.rows()[0])
