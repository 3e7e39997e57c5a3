from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from benchmarks.predict.hidden_cases import planned_groups
from benchmarks.predict.posterior_scores import COVERED, WIDTHS

from benchmarks.predict import measured


def row(group: int, shrinks: float, covered: float) -> dict:
    scored = {"ape": 0.1, "sd_decades": 0.2} | dict.fromkeys(COVERED, 1.0) | dict.fromkeys(WIDTHS, 0.5)
    after = scored | {"covered_0.9": covered}
    return {"group": group, "reaction_layer": "Li2CO3", "sd_shrinks_by": shrinks, "before": scored, "after": after}


def test_groups_are_pooled_and_told_apart_before_and_after():
    found = [
        {"group": group, "converged": group > 0, "rows": [row(group, 0.1 * group, group > 1)]} for group in range(4)
    ]
    summed = measured.summary(found)
    assert (summed["groups_of_samples"], summed["predicted"], summed["converged"]) == (4, 4, 3)
    assert summed["sd_shrinks_by"]["estimate"] == pytest.approx(0.15)
    assert summed["before"]["covered_0.9"]["estimate"] == 1
    assert summed["after"]["covered_0.9"]["estimate"] == 0.5
    assert summed["classes"]["reaction_layer"]["Li2CO3"]["rows"] == 4


def test_what_was_found_of_a_group_is_not_found_twice(tmp_path, monkeypatch):
    group, calls = planned_groups()[:10], []
    monkeypatch.setattr(measured, "load_predictor", lambda: SimpleNamespace(sha256="0123456789abcdef01"))
    monkeypatch.setenv("SSBI_BENCHMARK_STUDIES", str(tmp_path))
    monkeypatch.setattr(measured, "learned", lambda cases: calls.append(len(cases)) or {"group": 0, "rows": []})
    assert measured.kept(group) == measured.kept(group) == {"group": 0, "rows": []}
    assert calls == [10]
    (kept,) = tmp_path.rglob("group_000.json")
    assert json.loads(kept.read_text())["group"] == 0
