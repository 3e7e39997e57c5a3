"""Which graphs are learned from and asked, and with which settings; that learning helps is tested elsewhere."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ssbi_core.cli import main
from ssbi_core.optimize.tuning import predictor
from ssbi_core.optimize.tuning.division import Division
from ssbi_core.optimize.tuning.predictor import PredictorSubject
from ssbi_core.predict.config import NetworkConfig, TrainingConfig
from ssbi_core.predict.records import LATTICES
from ssbi_core.predict.solve_study import solve_study
from ssbi_core.simulate import simulate_study

SUBJECT = PredictorSubject(NetworkConfig(corrects=False), TrainingConfig(samples=8))
PARTS = 3


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Six small pictures, solved at two states each."""
    folder = tmp_path_factory.mktemp("study")
    simulate_study(6, 3, folder, shape=(64, 64), pixel_size_nm=2.0, images=False)
    solve_study(folder, conditions=2)
    return folder


@pytest.fixture(scope="module")
def objective(study):
    return SUBJECT.load(study)


@pytest.fixture
def seen(monkeypatch):
    """Calls of `fit` and `predict_rows`, which errs by 0.25 above and below."""
    calls = {}

    def fit(data, rows, network, training):
        calls["fit"] = rows, network, training
        return "weights"

    def predict_rows(data, rows, network, weights):
        calls["predict"] = rows, network, weights
        return data.target[rows] + 0.25 * (-1) ** np.arange(len(rows)), np.zeros(len(rows))

    monkeypatch.setattr(predictor, "fit", fit)
    monkeypatch.setattr(predictor, "predict_rows", predict_rows)
    return calls


def test_hand_set_default_lies_in_the_space_and_is_what_it_stands_for():
    default = PredictorSubject(NetworkConfig(), TrainingConfig())
    assert default.settings(default.start) == {"network": NetworkConfig(), "training": TrainingConfig()}
    assert default.start.keys() == default.space.keys()
    for name, distribution in default.space.items():
        assert distribution._contains(distribution.to_internal_repr(default.start[name])), name


def test_settings_that_are_not_searched_stay():
    parameters = {**SUBJECT.start, "hidden": 24, "lattice": "{}x{}".format(*LATTICES[1]), "epochs": 30}
    settings = SUBJECT.settings(parameters)
    assert settings["network"] == NetworkConfig(
        corrects=False, hidden=24, across=LATTICES[1][0], layer_across=LATTICES[1][1]
    )
    assert settings["training"] == TrainingConfig(samples=8, epochs=30)


def test_error_is_the_mean_of_the_logarithm(objective, seen):
    assert objective.error(SUBJECT.start, Division(0, PARTS, 0)) == pytest.approx(0.25, rel=1e-5)


def test_validated_on_the_nets_own_lattice_and_learned_along_as_many_as_asked_for(objective, seen):
    own = LATTICES[1]
    division = Division(1, PARTS, 2)
    objective.error({**SUBJECT.start, "lattice": "{}x{}".format(*own), "lattices": 2}, division)
    learn, validate = division.rows(objective.table)
    np.testing.assert_array_equal(seen["predict"][0], objective.rows[own][validate])
    shown = [objective.rows[lattice][learn] for lattice in (own, LATTICES[0])]
    np.testing.assert_array_equal(seen["fit"][0], np.concatenate(shown))
    assert seen["fit"][1] == seen["predict"][1]
    assert seen["fit"][1].across == own[0]


def test_no_graph_of_a_sample_is_learned_from_and_asked(objective, seen):
    objective.error(SUBJECT.start, Division(0, PARTS, 1))
    names = objective.table["sample"]
    sample = {row: name for rows in objective.rows.values() for row, name in zip(rows, names, strict=True)}
    learned, asked = ({sample[row] for row in seen[call][0]} for call in ("fit", "predict"))
    assert not learned & asked
    assert learned | asked == set(objective.table["sample"])


def test_weights_are_drawn_anew_for_every_part(objective, seen):
    seeds = []
    for part in range(PARTS):
        objective.error(SUBJECT.start, Division(0, PARTS, part))
        seeds.append(seen["fit"][2].seed)
    assert len(set(seeds)) == PARTS


def test_digest_tells_studies_apart(objective, study, tmp_path):
    assert SUBJECT.load(study).digest == objective.digest
    simulate_study(1, 3, tmp_path, shape=(64, 64), pixel_size_nm=2.0, images=False)
    solve_study(tmp_path)
    assert SUBJECT.load(tmp_path).digest != objective.digest


def test_rows_are_those_of_the_table_along_every_lattice(objective):
    assert objective.size == {"samples": 6, "rows": len(objective.table)}
    target = np.log(objective.table["conductivity_S_per_cm"])
    for rows in objective.rows.values():
        np.testing.assert_allclose(objective.data.target[rows], target, rtol=1e-6)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_command_tunes_and_what_it_found_can_be_trained(study, tmp_path, capsys):
    arguments = ["tune", "predictor", str(study), "-o", str(tmp_path / "tuned"), "--trials", "2", "--repeats", "2"]
    assert main(arguments) == 0
    assert "2 trials" in capsys.readouterr().out
    assert {path.name for path in (tmp_path / "tuned").iterdir()} == {
        "best.json",
        "history.png",
        "trials.parquet",
        "tuning.sqlite3",
    }
    trained = ["train", "predictor", str(study), "-o", str(tmp_path / "net"), "--config", str(tmp_path / "tuned")]
    assert main([*trained, "--epochs", "2"]) == 0
    found = json.loads((tmp_path / "tuned" / "best.json").read_text())
    facts = json.loads((tmp_path / "net" / "predictor.json").read_text())
    assert facts["architecture"] == found["network"]
    assert facts["training"] == {**found["training"], "epochs": 2}
