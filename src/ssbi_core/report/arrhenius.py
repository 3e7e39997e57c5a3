"""The report's section on temperature: what the Arrhenius fit says in sentences, and the rows of its table."""

# ruff: noqa: RUF001 (dashes, minus and Greek letters are meant as they stand)
from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from ssbi_core.report.formatting import interval, number
from ssbi_core.report.records import ImageResult
from ssbi_core.report.wording import temperature_in_words
from ssbi_core.transport.temperature import ArrheniusFit, TemperatureSweep

_BENT = 0.05  # of the activation energy; between both ends of the sweep, a smaller change is no bend worth a sentence
_EXACT = 1e-4  # eV; a smaller standard error is called that


class TemperatureFact(NamedTuple):
    """A row of the table: one temperature, in words."""

    temperature: str
    conductivity: str
    resistance: str
    activation_energy: str


def temperature_facts(result: ImageResult) -> list[TemperatureFact]:
    """Return the rows of the table, coldest first; none without a sweep, or where nothing conducts."""
    sweep = result.temperature_sweep
    if sweep is None or not sweep.percolates:
        return []
    return [_fact(row) for row in _coldest_first(sweep)]


def arrhenius_in_words(sweep: TemperatureSweep) -> list[str]:
    """Return two or three sentences on a sweep of a structure that conducts."""
    first, *_, last = _coldest_first(sweep)
    cold, hot = (temperature_in_words(row["temperature_K"]) for row in (first, last))
    low, high = (number(row["effective_conductivity_S_per_cm"]) for row in (first, last))
    sentences = [f"From {cold} to {hot} σ_eff goes from {low} to {high}\u00a0S/cm.", _fit(sweep.fit)]
    start, end = (row["local_activation_energy_eV"] for row in (first, last))
    if abs(start - end) > _BENT * abs(sweep.fit.activation_energy):
        sentences.append(
            f"The plot bends: the local activation energy goes from {_ev(start)} at the coldest to {_ev(end)} at the "
            "hottest temperature, so that no single one describes both ends."
        )
    return sentences


def _coldest_first(sweep: TemperatureSweep) -> list[dict[str, float]]:
    return sorted(sweep.rows(), key=lambda row: row["temperature_K"])


def _fit(fit: ArrheniusFit) -> str:
    error = ""
    if math.isfinite(fit.standard_error):
        size = f"{number(1000 * fit.standard_error)}\u00a0meV" if fit.standard_error >= _EXACT else "below 0.1\u00a0meV"
        error = f" (standard error {size})"
    return (
        f"σT = A exp(−E/kT) fits best with an activation energy E of {_ev(fit.activation_energy)}{error} "
        f"and A = {number(fit.prefactor)}\u00a0S\u00a0K/cm."
    )


def _ev(energy: float) -> str:
    return f"{number(energy)}\u00a0eV"


def _fact(row: Mapping[str, float]) -> TemperatureFact:
    sigma = (row[key] for key in ("effective_conductivity_S_per_cm", "lower_S_per_cm", "upper_S_per_cm"))
    return TemperatureFact(
        temperature=temperature_in_words(row["temperature_K"]),
        conductivity=interval(*sigma),
        resistance=number(row["area_specific_resistance_ohm_cm2"]),
        activation_energy=number(row["local_activation_energy_eV"]),
    )
