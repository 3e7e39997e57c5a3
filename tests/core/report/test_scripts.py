"""What the two programs say of a prediction, and that the Python one gives it again."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from ssbi_core.graph import build_graph
from ssbi_core.io import PhaseMap
from ssbi_core.materials import load_system
from ssbi_core.predict import PredictionConfig, predict_phases
from ssbi_core.predict.given_values import with_given
from ssbi_core.report import ImageResult, Recipe, write_report_bundle
from ssbi_core.report.scripts import python_script, shell_script
from ssbi_core.report.starting_point import StartingPoint
from ssbi_core.transport import TransportConfig

FROM_LABELS = StartingPoint("labels.tif", True, True, None, None, "the analysis started from phases")
FROM_IMAGE = StartingPoint("scan.emd", True, False, None, None, "the file that was analysed")


def test_a_prediction_alone_has_a_command_of_its_own(predicted_only):
    recipe = Recipe(prediction=PredictionConfig(materials=5), predictor="my net")
    text = shell_script(predicted_only, recipe, FROM_LABELS)
    assert "ssbi predict --labels " in text
    assert "--materials 5" in text
    assert "--model 'my net'" in text
    assert "--conductivity" not in text
    assert "ssbi predict " in shell_script(predicted_only, recipe, FROM_IMAGE)


def test_what_the_command_cannot_be_told_is_left_to_python(predicted_result):
    assert "analysis.py" not in shell_script(predicted_result, Recipe(), FROM_IMAGE)
    for recipe in (Recipe(prediction=PredictionConfig(seed=4)), Recipe(predictor="net")):
        assert 'exec "${PYTHON:-python3}"' in shell_script(predicted_result, recipe, FROM_IMAGE)


def test_what_either_program_lacks_is_said_in_it(predicted_result):
    learned = replace(predicted_result, prediction=replace(predicted_result.prediction, measurements=5))
    for text in (python_script(learned, Recipe(), FROM_LABELS), shell_script(learned, Recipe(), FROM_LABELS)):
        assert "learned from 5 measured conductivities" in text
        assert "what the segmentation was unsure of" in text
    for text in (
        python_script(predicted_result, Recipe(), FROM_IMAGE),
        shell_script(predicted_result, Recipe(), FROM_IMAGE),
    ):
        assert "measured conductivities" not in text
        assert "unsure" not in text


@pytest.mark.parametrize("recipe", [Recipe(), Recipe(prediction=PredictionConfig(seed=4), predictor="it's mine")])
def test_the_python_program_is_python(predicted_result, predicted_only, result, recipe):
    for each in (predicted_result, predicted_only, result):
        for start in (FROM_LABELS, FROM_IMAGE):
            text = python_script(each, recipe, start)
            compile(text, "analysis.py", "exec")
            assert ("predict_phases" in text) == (each.prediction is not None)


def test_the_settings_of_an_analysis_are_in_its_recipe():
    settings = {"system": "llzo_nmc", "predictor": "net", "prediction": PredictionConfig(seed=4).model_dump()}
    recipe = Recipe.of(settings)
    assert (recipe.predictor, recipe.prediction.seed) == ("net", 4)


def test_the_program_predicts_the_same(tmp_path, untrained, untrained_folder):
    labels = np.ones((40, 40), np.uint8)
    labels[18:22], labels[22:] = 5, 3
    phases, system = PhaseMap(labels, 5.0, name="interface"), load_system()
    config = PredictionConfig(materials=8, seed=2)
    given = {"reaction_layer": 1e-9}
    graph = build_graph(phases, axis=0, system=system, temperature=330.0)
    prediction = predict_phases(
        phases,
        system=with_given(system, 330.0, given, {}),
        temperature=330.0,
        graph=graph,
        config=config,
        model=untrained,
    )
    transport = TransportConfig(temperature=330.0, axis=0, conductivity=given)
    recipe = Recipe(transport=transport, prediction=config, predictor=str(untrained_folder))
    result = ImageResult(phases, system, graph=graph, prediction=prediction)
    made = write_report_bundle(result, tmp_path / "bundle", recipe)
    done = subprocess.run([sys.executable, str(made.script)], capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stderr
    assert "\nas predicted in result.json" in done.stdout
