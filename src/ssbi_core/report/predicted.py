"""The report's section on what the graph alone says: how large, how sure, and unsure because of what."""

from __future__ import annotations

from ssbi_core.predict.posterior import ConductivityPosterior
from ssbi_core.report.formatting import interval, number, percent
from ssbi_core.report.wording import temperature_in_words

_CAUSES = {
    "noise": "what the net cannot explain",
    "weights": "what the net has not learned",
    "segmentation": "the segmentation",
    "material": "what is not known of the material",
}


def prediction_in_words(prediction: ConductivityPosterior) -> list[str]:
    """Return two to four sentences on a prediction."""
    return [
        _value(prediction),
        _cause(prediction),
        *([_learned(prediction.measurements)] if prediction.measurements else []),
        *([_out_of_range(prediction)] if prediction.out_of_range else []),
    ]


def predicted_interval(prediction: ConductivityPosterior) -> str:
    """Return the mean with the 90 % interval, as a table shows it."""
    return interval(prediction.mean_S_per_cm, *prediction.interval(0.9))


def _value(prediction: ConductivityPosterior) -> str:
    low, high = (number(end) for end in prediction.interval(0.9))
    return (
        f"From the graph alone σ_eff is expected at {number(prediction.mean_S_per_cm)}\u00a0S/cm at "
        f"{temperature_in_words(prediction.temperature)}, and with a probability of 90\u202f% between {low} and "
        f"{high}\u00a0S/cm."
    )


def _cause(prediction: ConductivityPosterior) -> str:
    shares = prediction.variance_share
    largest = max(shares, key=lambda source: shares[source])
    return f"{percent(shares[largest])} of its variance comes from {_CAUSES[largest]}."


def _learned(measurements: int) -> str:
    told = "a measured conductivity" if measurements == 1 else f"{measurements} measured conductivities"
    return f"The material was learned from {told}."


def _out_of_range(prediction: ConductivityPosterior) -> str:
    what = "; ".join(prediction.out_of_range)
    return f"It is an extrapolation, which the interval does not account for: the graph lies out of range in {what}."
