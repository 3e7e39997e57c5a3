from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from benchmarks.predict.hidden_cases import planned_groups
from benchmarks.predict.posterior_scores import COVERED, WIDTHS

from benchmarks.predict import learned_groups, measured


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
    cases, calls = planned_groups()[:10], []
    conformal = SimpleNamespace(of_kind=lambda kind: kind)
    model = SimpleNamespace(sha256="0123456789abcdef01", conformal=conformal)
    after = [{"mean_S_per_cm": 1e-6, "variance": {"noise": 0.01}, "draws": [0.0]}] * 5
    monkeypatch.setattr(learned_groups, "load_predictor", lambda: model)
    monkeypatch.setattr(learned_groups, "replace", lambda of, **_changes: of)
    monkeypatch.setenv("SSBI_BENCHMARK_STUDIES", str(tmp_path))
    found = {"sampling": {"converged": True}, "after": after}
    monkeypatch.setattr(learned_groups, "_learned", lambda *given: calls.append(given[0]) or found)
    one, other = (learned_groups._group(7, cases) for _ in range(2))
    assert calls == [7]
    assert [each.mean_S_per_cm for each in one.after] == [each.mean_S_per_cm for each in other.after] == [1e-6] * 5
    assert one.cases == cases[5:]
    (kept,) = tmp_path.rglob("group_000.json")
    assert json.loads(kept.read_text())["sampling"] == one.sampling
