import json
import math
from dataclasses import replace
from enum import Enum
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from ssbi_core.materials import PHASES
from ssbi_core.report import ImageResult, result_json
from ssbi_core.report.records import plain

POSITIVE = {"type": "number", "exclusiveMinimum": 0}
INTERVALS = [f"interval_{level}_S_per_cm" for level in (50, 80, 90, 95)]
NUMBER_OR_NULL = {"type": ["number", "null"]}
BY_PHASE = {
    "type": "object",
    "propertyNames": {"enum": [phase.key for phase in PHASES]},
    "additionalProperties": NUMBER_OR_NULL,
}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["image", "pixel_size_nm", "material_system", "phase_fractions", "provenance"],
    "properties": {
        "image": {"type": "string"},
        "pixel_size_nm": {"type": "number", "exclusiveMinimum": 0},
        "material_system": {"type": "string"},
        "temperature_K": {"type": "number", "exclusiveMinimum": 0},
        "axis": {"enum": [0, 1, 2]},
        "phase_fractions": {**BY_PHASE, "minProperties": len(PHASES), "additionalProperties": {"type": "number"}},
        "effective_conductivity_S_per_cm": {
            "type": "object",
            "additionalProperties": False,
            "required": ["estimate", "lower", "upper"],
            "properties": dict.fromkeys(("estimate", "lower", "upper"), NUMBER_OR_NULL),
        },
        "area_specific_resistance_ohm_cm2": NUMBER_OR_NULL,
        "resistance_share": BY_PHASE,
        "knockout_gain": BY_PHASE,
        "knockout_gain_with_contact": BY_PHASE,
        "prediction": {
            "type": "object",
            "additionalProperties": False,
            "required": ["mean_S_per_cm", "sd_log10", *INTERVALS, "variance_share", "out_of_range"],
            "properties": {
                "mean_S_per_cm": POSITIVE,
                "sd_log10": POSITIVE,
                **{key: {"type": "array", "items": POSITIVE, "minItems": 2, "maxItems": 2} for key in INTERVALS},
                "variance_share": {
                    "type": "object",
                    "propertyNames": {"enum": ["noise", "weights", "segmentation", "material"]},
                    "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1},
                },
                "out_of_range": {"type": "array", "items": {"type": "string", "minLength": 1}},
            },
        },
        "notes": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
        "provenance": {
            "type": "object",
            "required": ["version", "models", "settings", "input_sha256"],
            "properties": {
                "version": {"type": "string"},
                "models": {"type": "object", "additionalProperties": {"type": "string"}},
                "settings": {"type": "object"},
                "input_sha256": {"type": "string"},
            },
        },
    },
    "dependentRequired": {
        "effective_conductivity_S_per_cm": [
            "temperature_K",
            "axis",
            "area_specific_resistance_ohm_cm2",
            "resistance_share",
            "knockout_gain",
            "knockout_gain_with_contact",
        ],
        "prediction": ["temperature_K", "axis"],
    },
}


def checked(result: ImageResult) -> dict:
    """The document after a trip through strict JSON text, valid against the schema."""
    document = json.loads(json.dumps(result_json(result), allow_nan=False))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert document == result_json(result)
    return document


def test_a_full_result_follows_the_contract(result):
    document = checked(result)
    assert list(document) == [
        "image",
        "pixel_size_nm",
        "material_system",
        "temperature_K",
        "axis",
        "phase_fractions",
        "effective_conductivity_S_per_cm",
        "area_specific_resistance_ohm_cm2",
        "resistance_share",
        "knockout_gain",
        "knockout_gain_with_contact",
        "provenance",
    ]
    assert sum(document["resistance_share"].values()) == pytest.approx(1)
    assert sum(document["phase_fractions"].values()) == pytest.approx(1)
    assert document["provenance"]["input_sha256"] == "ab" * 32


def test_keys_of_stages_not_run_are_left_out(result):
    document = checked(ImageResult(phases=result.phases, system=result.system))
    assert set(document) == {"image", "pixel_size_nm", "material_system", "phase_fractions", "provenance"}
    with_graph = checked(ImageResult(phases=result.phases, system=result.system, graph=result.graph))
    assert set(with_graph) - set(document) == {"axis"}


def test_a_prediction_alone_has_its_temperature_and_axis(predicted_only):
    document = checked(replace(predicted_only, graph=None))
    assert document["temperature_K"] == predicted_only.prediction.temperature
    assert document["axis"] == 0
    assert "effective_conductivity_S_per_cm" not in document
    prediction = document["prediction"]
    assert prediction["mean_S_per_cm"] == predicted_only.prediction.mean_S_per_cm
    assert prediction["interval_90_S_per_cm"] == list(predicted_only.prediction.interval(0.9))
    assert sum(prediction["variance_share"].values()) == pytest.approx(1)
    assert "notes" not in document


def test_what_a_reader_of_the_prediction_has_to_know_is_in_the_notes(predicted_result):
    prediction = replace(
        predicted_result.prediction,
        out_of_range=("number of cells (9; trained on 1 to 2)",),
        measurements=5,
        notes=("one segmentation is cut",),
    )
    document = checked(replace(predicted_result, prediction=prediction))
    assert document["prediction"]["out_of_range"] == ["number of cells (9; trained on 1 to 2)"]
    assert document["notes"] == [
        "prediction out of range, which its intervals do not account for: number of cells (9; trained on 1 to 2)",
        "the material of the prediction was learned from 5 measured conductivities",
        "one segmentation is cut",
    ]


def test_without_percolation_resistance_is_null_and_the_notes_say_why(blocked_result):
    document = checked(blocked_result)
    assert document["area_specific_resistance_ohm_cm2"] is None
    assert document["effective_conductivity_S_per_cm"] == {"estimate": 0.0, "lower": 0.0, "upper": 0.0}
    assert document["resistance_share"] == {}
    assert document["notes"] == ["pores cut every path between the first and the last row"]


def test_an_infinite_gain_is_null_with_a_note(blocked_result):
    transport = replace(blocked_result.transport, knockout_gain={"pore": math.inf, "contact": np.float32(0.5)})
    document = checked(replace(blocked_result, transport=transport))
    assert document["knockout_gain"] == {"pore": None, "contact": 0.5}
    assert any("pore" in note for note in document["notes"])


def test_warnings_of_the_run_are_notes(result):
    assert checked(replace(result, warnings=["the EDS maps were shifted"]))["notes"] == ["the EDS maps were shifted"]


def test_plain_leaves_only_what_json_knows(result):
    class Mode(Enum):
        FAST = "fast"

    settings = {
        Path("a"): np.float32(0.5),
        "array": np.arange(3),
        "nested": ({"b", "a"}, Mode.FAST, np.bool_(True), float("nan")),
        "material": result.system.phases["llzo"].density,
        3: Path("x") / "y",
    }
    assert plain(settings) == {
        "a": 0.5,
        "array": [0, 1, 2],
        "nested": [["a", "b"], "fast", True, None],
        "material": {
            "value": 5.5,
            "unit": "g/cm3",
            "decades": None,
            "source": "crystallographic density, rounded",
            "assumption": True,
        },
        "3": str(Path("x") / "y"),
    }
