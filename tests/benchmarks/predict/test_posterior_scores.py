from __future__ import annotations

import math

import numpy as np
import pytest
from benchmarks.predict.posterior_scores import COVERED, WIDTHS, averaged, by_class, scores

from ssbi_core.predict import ConductivityPosterior
from ssbi_core.predict.conformal import Conformal


def posterior(centre: float = 1e-6, decades: float = 0.1) -> ConductivityPosterior:
    variance = {"noise": (decades * math.log(10)) ** 2}
    return ConductivityPosterior(centre, variance, Conformal(np.linspace(0, 3, 200)), (), 298.15, 0, "")


def test_the_centre_is_covered_without_error():
    found = scores(posterior(), 1e-6)
    assert found["ape"] == 0
    assert found["probability_below"] == pytest.approx(0.5)
    assert found["sd_decades"] == pytest.approx(0.1)
    assert all(found[name] == 1 for name in COVERED)


def test_what_is_far_off_is_missed_by_every_interval():
    found = scores(posterior(), 1e-5)
    assert found["ape"] == pytest.approx(0.9)
    assert found["probability_below"] > 0.99
    assert not any(found[name] for name in COVERED)


def test_widths_are_in_decades_and_grow_with_the_level():
    found = scores(posterior(), 1e-6)
    widths = [found[name] for name in WIDTHS]
    assert widths == sorted(widths)
    assert found["width_decades_0.5"] == pytest.approx(2 * 0.1 * 1.5, rel=0.02)


def test_rows_that_share_a_factor_make_the_interval_wider():
    rows = [{"group": at // 10, "row": at, "value": float(at // 10 % 2)} for at in range(100)]
    alone, shared = (averaged(rows, ["value"], (factor,))["value"] for factor in ("row", "group"))
    assert alone["estimate"] == shared["estimate"] == 0.5
    assert shared["upper"] - shared["lower"] > 2 * (alone["upper"] - alone["lower"])


def test_classes_share_out_the_rows():
    rows = [{"layer": layer, "value": value} for layer, value in (("a", 1.0), ("b", 2.0), ("b", 4.0))]
    assert by_class(rows, "layer", ["value"]) == {"a": {"rows": 1, "value": 1.0}, "b": {"rows": 2, "value": 3.0}}
