"""The optimum in plain words, with its uncertainty."""

from __future__ import annotations

from ssbi_core.digits import significant
from ssbi_core.optimize.closed_loop.result import OptimizationResult
from ssbi_core.optimize.closed_loop.sensitivity import LeverSensitivity
from ssbi_core.simulate.process import ProcessParameters

_WORTH_SAYING = 0.02  # of the conductivity, lost with a lever put back
_UNITLESS = "1"


def recommendation(result: OptimizationResult) -> tuple[str, ...]:
    """Sentences, the most important first."""
    found = result.verification
    low, high = found.gain_interval_90
    proof = f"by finite elements in {found.realizations} new fields of view of each"
    if low <= 0:
        return (
            f"No gain is verified: {found.gain:+.0%} (90 % between {low:+.0%} and {high:+.0%}) {proof}. "
            "Keep the process, or widen the bounds of the levers.",
            *_doubts(result),
        )
    gain = (
        f"The conductivity of a typical field of view rises from {found.baseline:.2g} to {found.optimized:.2g} S/cm, "
        f"{_times(found.gain)} (90 % between {_times(low)} and {_times(high)}), {proof}; "
        f"it rises in {found.share_better:.0%} of them."
    )
    moved = [lever for lever in result.sensitivity if lever.initial != lever.optimized]
    told = [lever for lever in moved if lever.loss_if_put_back >= _WORTH_SAYING] or moved[:1]
    unmoved = [_title(lever.name).lower() for lever in result.sensitivity if lever.initial == lever.optimized]
    kept = (f"Leave as it is: {', '.join(unmoved)}.",) if unmoved else ()
    return (*(_step(lever) for lever in told), gain, *kept, *_doubts(result))


def _step(lever: LeverSensitivity) -> str:
    verb = "Raise" if lever.optimized > lever.initial else "Lower"
    unit = "" if lever.unit == _UNITLESS else f" {lever.unit}"
    room = f"between {lever.low:.3g} and {lever.high:.3g}{unit} less than a tenth is lost"
    back = f"put back alone, {lever.loss_if_put_back:.0%} of the conductivity is lost"
    return (
        f"{verb} {_title(lever.name).lower()} from {lever.initial:.3g} to {lever.optimized:.3g}{unit}: {back}; {room}."
    )


def _times(gain: float) -> str:
    return f"{gain:+.0%}" if gain < 2 else f"{significant(gain + 1, 2)} times"


def _title(name: str) -> str:
    return str(ProcessParameters.model_fields[name].title)


def _doubts(result: OptimizationResult) -> tuple[str, ...]:
    if result.agrees:
        return result.notes
    low, high = result.expected_interval_90_S_per_cm
    return (
        f"The surrogate expected between {low:.2g} and {high:.2g} S/cm of the optimum: trust what was verified, "
        "and search longer for a better one.",
        *result.notes,
    )
