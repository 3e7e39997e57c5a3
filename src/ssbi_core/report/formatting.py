"""Numbers as a paper prints them: three significant digits, 2.13 × 10⁻⁵, estimate (lower–upper)."""

# ruff: noqa: RUF001 (dashes, minus and Greek letters are meant as they stand)
from __future__ import annotations

import math
import re

from ssbi_core.materials.elements import ATOMIC_NUMBER

MISSING = "–"
_SPACE = "\u00a0"  # no-break space, within a number
_NARROW = "\u202f"  # narrow no-break space, between a number and its unit
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SYMBOL = re.compile(r"([A-Z][a-z]?)(\d*)")
_FORMULA = re.compile(r"\b(?:[A-Z][a-z]?\d*)+\b")
_DIGITS = 3


def number(value: float | None) -> str:
    """Return three significant digits, in powers of ten outside 0.01 to 10 000."""
    if value is None or not math.isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    return _scientific(value) if _needs_power(value) else _fixed(value, _exponent(value))


def interval(estimate: float | None, lower: float | None, upper: float | None) -> str:
    """Return ``estimate (lower–upper)``, with one common power of ten where the three are close."""
    bounds = [bound for bound in (lower, upper) if bound and math.isfinite(bound)]  # 0 bounds nothing
    if estimate is None or not math.isfinite(estimate) or estimate == 0 or len(bounds) < 2:
        return number(estimate) + _one_sided(lower, upper, estimate)
    low, high = bounds
    if min(abs(bound) for bound in bounds) < 0.01 * abs(estimate) or max(map(abs, bounds)) > 100 * abs(estimate):
        return f"{number(estimate)} ({number(low)} – {number(high)})"
    exponent = _exponent(estimate)
    if not _needs_power(estimate):
        return f"{_fixed(estimate, exponent)} ({_fixed(low, exponent)}–{_fixed(high, exponent)})"
    digits = [_fixed(value / 10.0**exponent, 0) for value in (estimate, low, high)]
    return f"{digits[0]} ({digits[1]}–{digits[2]}){_SPACE}×{_SPACE}{power_of_ten(exponent)}"


def percent(fraction: float | None) -> str:
    """Return a share as a percentage: 62 %, 4.1 %, < 0.1 %."""
    if fraction is None or not math.isfinite(fraction):
        return MISSING
    value = 100 * fraction
    if value == 0:
        return f"0{_NARROW}%"
    if abs(value) < 0.1:
        return f"<{_NARROW}0.1{_NARROW}%" if value > 0 else f">{_NARROW}−0.1{_NARROW}%"
    decimals = 0 if abs(value) >= 9.95 else 1
    return f"{value:.{decimals}f}{_NARROW}%".replace("-", "−")


def gain_in_words(gain: float | None) -> str:
    """Return ×2.40 for a rise to 2.4 times, +14 % for a smaller one, ∞ where nothing conducted before."""
    if gain is None or math.isnan(gain):
        return MISSING
    if math.isinf(gain):
        return "∞"
    return f"×{number(1 + gain)}" if gain >= 1 else ("+" if gain > 0 else "") + percent(gain)


def length(nanometres: float) -> str:
    """Return a length in nm, µm or mm, whichever keeps the number short."""
    for unit, size in (("mm", 1e6), ("µm", 1e3)):
        if nanometres >= size:
            return f"{number(nanometres / size)}{_NARROW}{unit}"
    return f"{number(nanometres)}{_NARROW}nm"


def round_length(nanometres: float) -> str:
    """Return a round length (of a scale bar) without trailing zeros: 200 nm, 2 µm, 0.5 nm."""
    unit, size = next(((u, s) for u, s in (("mm", 1e6), ("µm", 1e3)) if nanometres >= s), ("nm", 1.0))
    return f"{nanometres / size:g}{_NARROW}{unit}"


def power_of_ten(exponent: int) -> str:
    """Return 10 with a superscript exponent."""
    return "10" + str(exponent).translate(_SUPERSCRIPTS)


def chemical(text: str) -> str:
    """Return the text with subscripts in its chemical formulas: La2Zr2O7 -> La₂Zr₂O₇; NMC622 stays."""
    return _FORMULA.sub(lambda match: _subscripted(match.group()), text)


def _subscripted(word: str) -> str:
    atoms = _SYMBOL.findall(word)
    if any(symbol not in ATOMIC_NUMBER for symbol, _ in atoms):
        return word
    return "".join(symbol + count.translate(_SUBSCRIPTS) for symbol, count in atoms)


def _one_sided(lower: float | None, upper: float | None, estimate: float | None) -> str:
    if estimate is None or not math.isfinite(estimate):
        return ""
    for word, bound in (("at least", lower), ("at most", upper)):
        if bound and math.isfinite(bound):
            return f" ({word} {number(bound)})"
    return ""


def _exponent(value: float) -> int:
    return int(f"{value:.{_DIGITS - 1}e}".split("e")[1])


def _needs_power(value: float) -> bool:
    return not -2 <= _exponent(value) < 4


def _fixed(value: float, exponent: int) -> str:
    decimals = _DIGITS - 1 - exponent
    return f"{round(value, decimals):.{max(decimals, 0)}f}".replace("-", "−")


def _scientific(value: float) -> str:
    exponent = _exponent(value)
    return f"{_fixed(value / 10.0**exponent, 0)}{_SPACE}×{_SPACE}{power_of_ten(exponent)}"
