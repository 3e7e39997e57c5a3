"""An analysed image reduced to what is compared."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from ssbi_core.anomaly.portrait import portray
from ssbi_core.errors import InputError
from ssbi_core.graph import build_graph
from ssbi_core.io import PhaseMap
from ssbi_core.materials import load_system
from ssbi_core.predict.conformal import Conformal
from ssbi_core.predict.posterior import ConductivityPosterior
from ssbi_core.report import ImageResult
from ssbi_core.transport import TransportConfig, solve_conduction


@pytest.fixture
def result() -> ImageResult:
    labels = np.ones((64, 48), np.uint8)
    labels[:30, 20], labels[30:36], labels[36:] = 2, 5, 3
    phases = PhaseMap(labels, 5.0, name="one", uncertainty=np.full(labels.shape, 0.1, np.float32))
    solved = solve_conduction(phases, axis=0, config=TransportConfig.model_validate({"bounds": False}))
    sigma = solved.effective_conductivity.estimate * math.exp(-0.3)
    posterior = ConductivityPosterior(sigma, {"noise": 0.01}, Conformal(np.ones(20)), (), 298.15, 0, "net")
    graph = build_graph(phases, axis=0)
    return ImageResult(phases, load_system("llzo_nmc"), None, graph, solved, prediction=posterior)


def test_the_residual_is_in_standard_deviations_of_the_prediction(result: ImageResult) -> None:
    portrait = portray(result)
    assert portrait.residual == pytest.approx(3.0)
    assert portrait.residual_of == "solved"
    assert portrait.spread == pytest.approx(0.1)


def test_a_measured_conductivity_takes_the_place_of_the_solved_one(result: ImageResult) -> None:
    assert result.prediction is not None
    portrait = portray(result, measured=result.prediction.mean_S_per_cm * math.exp(0.5))
    assert portrait.residual == pytest.approx(0.5 / math.hypot(0.1, 0.02))
    assert portrait.residual_of == "measured"


def test_costs_and_kinds_of_places_are_there(result: ImageResult) -> None:
    portrait = portray(result)
    assert portrait.costs[0].phase == "reaction_layer"
    assert {place.kind for place in portrait.places} >= {"grain", "layer", "boundary", "unsure"}
    assert portrait.ignorance["doubt_mean"] == pytest.approx(0.1)


def test_without_a_prediction_there_is_no_residual(result: ImageResult) -> None:
    portrait = portray(replace(result, prediction=None))
    assert math.isnan(portrait.residual)
    assert math.isnan(portrait.spread)
    assert portrait.residual_of == ""


@pytest.mark.parametrize("measured", [0.0, -1.0, math.nan, math.inf])
def test_a_measurement_that_makes_no_sense_is_refused(measured: float, result: ImageResult) -> None:
    with pytest.raises(InputError, match="measured"):
        portray(result, measured=measured)


def test_a_result_without_its_graph_is_refused(result: ImageResult) -> None:
    with pytest.raises(InputError, match="graph"):
        portray(replace(result, graph=None))
