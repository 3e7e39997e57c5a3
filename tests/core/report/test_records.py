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
        ]
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
