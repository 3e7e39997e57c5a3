"""The table of a study: one flat row per image, the same columns and dtypes whatever was run.

Missing stages leave missing values, so tables of different runs can be concatenated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from ssbi_core.materials import PHASES
from ssbi_core.predict.posterior import SOURCES, ConductivityPosterior
from ssbi_core.report.records import LEVELS, ImageResult, finite, result_notes

_COLUMNS: dict[str, str] = {
    "image": "string",
    "rows_px": "Int64",
    "columns_px": "Int64",
    "slices_px": "Int64",
    "pixel_size_nm": "float64",
    "material_system": "string",
    "reaction_layer": "string",
    "temperature_K": "float64",
    "axis": "Int64",
    "percolates": "boolean",
    "effective_conductivity_S_per_cm": "float64",
    "effective_conductivity_lower_S_per_cm": "float64",
    "effective_conductivity_upper_S_per_cm": "float64",
    "area_specific_resistance_ohm_cm2": "float64",
    "largest_resistance_phase": "string",
    "largest_resistance_share": "float64",
    **{f"phase_fraction_{phase.key}": "float64" for phase in PHASES},
    **{f"resistance_share_{phase.key}": "float64" for phase in PHASES},
    **{f"knockout_gain_{phase.key}": "float64" for phase in PHASES},
    **{f"knockout_gain_with_contact_{phase.key}": "float64" for phase in PHASES},
    "prediction_mean_S_per_cm": "float64",
    "prediction_sd_log10": "float64",
    **{f"prediction_interval_{level}_{end}_S_per_cm": "float64" for level in LEVELS for end in ("lower", "upper")},
    **{f"prediction_variance_share_{source}": "float64" for source in SOURCES},
    "prediction_out_of_range": "string",
    "flux_imbalance": "float64",
    "solver": "string",
    "mean_uncertainty": "float64",
    "notes": "string",
    "input_sha256": "string",
}


def result_row(result: ImageResult) -> dict[str, Any]:
    """Return the row of one image: plain values by column name, None where there is no number."""
    row = dict.fromkeys(_COLUMNS) | _image_columns(result)
    row |= {f"phase_fraction_{key}": value for key, value in result.phases.phase_fractions().items()}
    if result.transport is not None:
        row |= _transport_columns(result)
    if result.prediction is not None:
        row |= _prediction_columns(result.prediction)
    return row


def results_table(results: Iterable[ImageResult | Mapping[str, Any]]) -> pd.DataFrame:
    """Return one row per image, with units in the column names and the same dtypes for every study.

    Parameters
    ----------
    results : image results, or the rows `result_row` made of them (a large study keeps only those).
    """
    rows = [result_row(result) if isinstance(result, ImageResult) else dict(result) for result in results]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def _image_columns(result: ImageResult) -> dict[str, Any]:
    *slices, rows, columns = result.phases.labels.shape
    uncertainty = result.phases.uncertainty
    return {
        "image": result.name,
        "rows_px": rows,
        "columns_px": columns,
        "slices_px": slices[0] if slices else None,
        "pixel_size_nm": float(result.phases.pixel_size_nm),
        "material_system": result.system.name,
        "reaction_layer": result.system.reaction_layer,
        "temperature_K": result.temperature,
        "axis": result.axis,
        "mean_uncertainty": None if uncertainty is None else finite(uncertainty.mean()),
        "notes": "; ".join(result_notes(result)) or None,
        "input_sha256": result.input_sha256 or None,
    }


def _transport_columns(result: ImageResult) -> dict[str, Any]:
    transport = result.transport
    assert transport is not None
    sigma, shares = transport.effective_conductivity, transport.resistance_share
    largest = max(shares, key=lambda key: shares[key], default=None)
    return {
        "percolates": bool(transport.percolates),
        "effective_conductivity_S_per_cm": finite(sigma.estimate),
        "effective_conductivity_lower_S_per_cm": finite(sigma.lower),
        "effective_conductivity_upper_S_per_cm": finite(sigma.upper),
        "area_specific_resistance_ohm_cm2": (
            finite(transport.area_specific_resistance) if transport.percolates else None
        ),
        "largest_resistance_phase": largest,
        "largest_resistance_share": None if largest is None else finite(shares[largest]),
        **{f"resistance_share_{key}": finite(value) for key, value in shares.items()},
        **{f"knockout_gain_{key}": finite(value) for key, value in transport.knockout_gain.items()},
        **{
            f"knockout_gain_with_contact_{key}": finite(value)
            for key, value in transport.knockout_gain_with_contact.items()
        },
        "flux_imbalance": finite(transport.flux_imbalance),
        "solver": transport.method or None,
    }


def _prediction_columns(prediction: ConductivityPosterior) -> dict[str, Any]:
    ends = {
        f"prediction_interval_{level}_{end}_S_per_cm": value
        for level in LEVELS
        for end, value in zip(("lower", "upper"), prediction.interval(level / 100), strict=True)
    }
    return {
        "prediction_mean_S_per_cm": float(prediction.mean_S_per_cm),
        "prediction_sd_log10": float(prediction.sd_log10),
        **ends,
        **{f"prediction_variance_share_{source}": share for source, share in prediction.variance_share.items()},
        "prediction_out_of_range": "; ".join(prediction.out_of_range) or None,
    }
