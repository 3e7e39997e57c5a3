from __future__ import annotations

import pytest
from benchmarks.predict.hidden_resistance import summary
from benchmarks.predict.posterior_scores import COVERED, WIDTHS


def test_coverage_is_that_of_all_graphs_and_of_each_chemistry():
    rows = [
        {"image": image, "group": group, "reaction_layer": "ab"[group], "temperature_K": 298.15, "sd_decades": 0.3}
        | dict.fromkeys(COVERED, float(group))
        | dict.fromkeys(WIDTHS, 1.0)
        for group in range(2)
        for image in range(3)
    ]
    found = summary(rows, ("image", "group"))
    assert (found["graphs"], found["interfaces"], found["materials"]) == (6, 3, 2)
    assert found["scores"]["covered_0.9"]["estimate"] == pytest.approx(0.5)
    classes = found["classes"]["reaction_layer"]
    assert [classes[layer]["covered_0.9"] for layer in "ab"] == [0, 1]
