"""The step in the dock, without a window; the net's answer is made up, its task is tested in compute."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
from napari.layers import Image, Labels
from qtpy.QtWidgets import QLabel

from napari_ssbi.analysis import Status
from napari_ssbi.compute.prediction import LearnedMaterial
from napari_ssbi.layers import FOUND_PHASES
from plugin.widgets.conftest import SIZE, labels, predicted_by_a_net
from ssbi_core.errors import InputError
from ssbi_core.materials import Phase

NM = {"scale": (0.5, 0.5), "units": ("nm", "nm")}
BEFORE = ("data", "phases", "graph")


def run(dock, *keys):
    for key in keys:
        dock.choose_step(key)
        dock.run()
        dock.jobs.deliver_all()
        dock.panel("phases")._take_edit()


@pytest.fixture
def ready(dock):
    """A dock with an image up to the graph."""
    grey = np.random.default_rng(1).random((SIZE, SIZE)).astype(np.float32)
    dock.analysis.viewer.add_layer(Image(grey, name="scan", **NM))
    run(dock, *BEFORE)
    return dock


@pytest.fixture
def panel(ready):
    return ready.panel("prediction")


@pytest.fixture
def answer(ready, monkeypatch):
    """Puts another answer in the place of the made-up one; called with the arguments of the task."""
    module = sys.modules[type(ready.jobs).__module__]
    return lambda given: monkeypatch.setattr(module, "predicted_by_a_net", given)


@pytest.fixture
def asked(answer):
    """Arguments of the predictions that were asked for."""
    heard = []

    def answered(arguments):
        heard.append(arguments)
        return predicted_by_a_net(arguments)

    answer(answered)
    return heard


def status(dock):
    return dock.status("prediction")


def test_the_number_and_its_interval_are_said_in_words_and_drawn(ready, panel):
    assert panel.plot.isHidden()
    run(ready, "prediction")
    found = ready.analysis.value("prediction")
    low, high = found.intervals[0.9]
    assert status(ready) is Status.DONE
    assert f"{found.mean:.3g} S/cm" in panel.number.text()
    assert f"90 % probable: {low:.3g} to {high:.3g} S/cm" in panel.number.text()
    assert "298.15 K" in panel.number.text()
    assert not panel.plot.isHidden()
    assert ready.list.item(4).text().endswith(f"{found.mean:.3g} S/cm")


def test_the_split_of_the_variance_is_labelled_and_whole(ready, panel):
    run(ready, "prediction")
    parts = panel.split._parts
    assert [part.title for part in parts] == [
        "Material",
        "Segmentation",
        "Not explained by the net",
        "Not learned by the net",
    ]
    assert sum(part.share for part in parts) == pytest.approx(1)
    assert len({part.color for part in parts}) == 4
    assert parts[0].words == "98 %  (alone ± 22 %)"
    assert parts[-1].words == "< 1 %  (alone ± 1.4 %)"


def test_sources_that_were_left_out_are_said(ready, panel):
    run(ready, "prediction")
    assert panel.left_out.isHidden()
    found = ready.analysis.result("prediction")
    ready.analysis.store("prediction", found.value._replace(variance={"noise": 1e-4, "material": 1}), found.settings)
    assert panel.left_out.text() == "The labels count as exact."
    assert not panel.left_out.isHidden()


def test_without_a_graph_it_says_what_to_run(dock, said):
    dock.analysis.viewer.add_layer(Labels(labels(), **NM))
    run(dock, "data", "prediction")
    assert "run Phases and Graph first" in said[-1]


def test_what_is_out_of_range_is_seen_without_looking_for_it(ready, panel):
    run(ready, "prediction")
    assert panel.outside.isHidden()
    ready.analysis.layers.get(FOUND_PHASES).paint((40, 10), int(Phase.COATING))
    ready.panel("phases")._take_edit()
    assert status(ready) is Status.STALE
    run(ready, "graph", "prediction")
    assert not panel.outside.isHidden()
    assert "Number of cells (9; trained on 3 to 7)." in panel.outside.words.text()
    assert "extrapolated" in ready.list.item(4).text()


def test_the_solver_is_compared_only_while_it_is_of_the_same(ready, panel):
    run(ready, "prediction")
    assert panel.plot._solved is None
    run(ready, "transport")
    sigma = ready.analysis.value("transport").effective_conductivity
    assert panel.plot._solved == pytest.approx((sigma.estimate, sigma.lower, sigma.upper))
    assert f"The solver's {sigma.estimate:.3g} lies" in panel.number.text()
    ready.panel("transport").properties._conductivity[Phase.NMC].setText("1e-2")
    run(ready, "transport")
    assert panel.plot._solved is None, "the solver had another material"
    assert status(ready) is Status.STALE
    run(ready, "prediction")
    assert panel.plot._solved is not None, "and now the prediction has it too"
    ready.analysis.layers.get(FOUND_PHASES).paint((40, 10), int(Phase.PORE))
    ready.panel("phases")._take_edit()
    assert panel.plot._solved is None
    run(ready, "graph", "prediction")
    assert panel.plot._solved is None, "the solver has not seen the new labels yet"


def test_settings_are_named_with_their_units_and_nothing_else(panel):
    titles = {label.text() for label in panel.form.findChildren(QLabel)}
    assert titles == {"Sampled segmentations", "Sampled materials", "Seed", "Error of a measurement"}


def test_settings_changed_after_a_run_are_out_of_date_until_set_back(ready, panel, tmp_path):
    run(ready, "prediction")
    changes = [
        (lambda: panel.net.line.setText(str(tmp_path)), lambda: panel.net.line.setText("")),
        (lambda: panel.table.add().conductivity.setText("1e-6"), lambda: panel.table.rows[0].remove.click()),
    ]
    for change, back in changes:
        change()
        assert status(ready) is Status.STALE
        back()
        assert status(ready) is Status.DONE


def test_the_net_is_asked_of_what_was_painted_and_told_where(ready, asked):
    ready.analysis.layers.get(FOUND_PHASES).paint((40, 10), int(Phase.PORE))
    ready.panel("phases")._take_edit()
    run(ready, "graph", "prediction")
    (arguments,) = asked
    assert arguments["phases"].labels[40, 10] == Phase.PORE
    assert arguments["painted"][40, 10]
    assert not arguments["painted"][:20].any()
    run(ready, "phases", "graph", "prediction")
    assert not asked[-1]["painted"].any()


def test_properties_typed_in_the_transport_step_hold_for_the_prediction_too(ready, asked):
    ready.panel("transport").properties._resistance[Phase.CONTACT].setText("7")
    run(ready, "prediction")
    assert asked[-1]["resistance"] == {}, "typed, but not used yet"
    run(ready, "transport", "prediction")
    assert asked[-1]["resistance"] == {"contact": 7}
    assert asked[-1]["conductivity"] == {}


def test_measurements_reach_the_net_and_what_was_learned_is_shown(ready, panel, asked):
    other = ready.analysis.viewer.add_layer(Labels(labels(40), name="specimen 7", **NM))
    panel.table.add().conductivity.setText("2.1e-6")
    row = panel.table.add()
    row.image.choose(other)
    row.temperature.setText("320")
    row.conductivity.setText("4e-6")
    assert panel.tabs.tabText(1) == "Measured (2)"
    run(ready, "prediction")
    first, second = asked[-1]["measured"]
    assert first == ("this image", None, 298.15, 2.1e-6)
    assert (second.name, second.temperature, second.phases.labels.shape) == ("specimen 7", 320, (40, 40))
    assert not panel.learned.isHidden()
    assert panel.doubts.isHidden()
    assert panel.tabs.currentIndex() == 0
    for row in list(panel.table.rows):
        row.remove.click()
    run(ready, "prediction")
    assert panel.learned.isHidden()


@pytest.mark.parametrize("text", ["", "nan", "-1e-6", "much"])
def test_a_wrong_measurement_refuses_to_run_and_nothing_is_lost(ready, panel, said, asked, text):
    run(ready, "prediction")
    before = ready.analysis.value("prediction")
    panel.table.add().conductivity.setText("2e-6")
    panel.table.add().conductivity.setText(text)
    run(ready, "prediction")
    assert len(asked) == 1
    assert "Measurement 2" in said[-1]
    assert "To do: correct the marked cell" in said[-1]
    assert panel.tabs.currentIndex() == 1
    assert panel.table.rows[1].conductivity.styleSheet()
    assert [row.conductivity.text() for row in panel.table.rows] == ["2e-6", text]
    assert ready.analysis.value("prediction") is before
    panel.table.rows[1].conductivity.setText("3e-6")
    run(ready, "prediction")
    assert status(ready) is Status.DONE


def test_what_the_core_warns_of_and_a_measurement_that_does_not_fit_are_seen(ready, panel):
    run(ready, "prediction")
    assert panel.doubts.isHidden()
    found = ready.analysis.result("prediction")
    learned = LearnedMaterial(("contact",), np.array([0.5]), np.array([0.1]), np.array([0.4]), np.array([0.2, 5.1]))
    doubtful = found.value._replace(learned=learned, notes=("learning the material did not converge",))
    ready.analysis.store("prediction", doubtful, found.settings)
    assert not panel.doubts.isHidden()
    assert "Learning the material did not converge." in panel.doubts.words.text()
    assert "Measurement 2 conducts more" in panel.doubts.words.text()
    assert "Measurement 1" not in panel.doubts.words.text()


def test_cancel_leaves_the_earlier_prediction(ready):
    run(ready, "prediction")
    before = ready.analysis.value("prediction")
    ready.choose_step("prediction")
    ready.run()
    assert status(ready) is Status.RUNNING
    ready.cancel()
    assert status(ready) is Status.DONE
    assert ready.analysis.value("prediction") is before


def test_an_error_of_the_net_is_a_sentence_and_the_step_failed(ready, said, answer):
    def refuse(_arguments):
        raise InputError("material system latp_nmc for a net trained on llzo_nmc", "a net of it", "train one")

    answer(refuse)
    run(ready, "prediction")
    assert "Material system latp_nmc" in said[-1]
    assert status(ready) is Status.FAILED


def report(dock, folder):
    dock.panel("report").folder.setText(str(folder))
    dock.choose_step("report")
    dock.run_to_here()
    dock.jobs.deliver_all()
    return json.loads((folder / "result.json").read_text(encoding="utf-8"))


def test_the_report_holds_the_prediction_with_its_settings(ready, panel, tmp_path):
    panel.table.add().conductivity.setText("2.1e-6")
    run(ready, "prediction")
    written = report(ready, tmp_path / "with")
    found = ready.analysis.value("prediction")
    assert written["prediction"]["mean_S_per_cm"] == pytest.approx(found.mean)
    assert written["prediction"]["interval_90_S_per_cm"] == pytest.approx(found.intervals[0.9])
    assert (tmp_path / "with" / "figures" / "prediction.svg").is_file()
    assert "measured conductivity" in (tmp_path / "with" / "report.html").read_text(encoding="utf-8")
    assert written["provenance"]["models"]["predictor"] == "ab" * 32
    settings = written["provenance"]["settings"]
    assert settings["prediction"]["segmentations"] == panel.form.config().segmentations
    assert settings["predictor"] is None
    (measured,) = settings["measured"]
    assert measured == {"image": "this image", "temperature_K": 298.15, "conductivity_S_per_cm": 2.1e-6}


def test_a_report_without_a_prediction_is_written_and_out_of_date_once_there_is_one(ready, tmp_path):
    assert "prediction" not in report(ready, tmp_path / "without")
    assert ready.status("report") is Status.DONE
    assert status(ready) is Status.MISSING, "Run to here leaves it out until the user wants it"
    run(ready, "prediction")
    assert ready.status("report") is Status.STALE


def test_a_prediction_that_is_out_of_date_is_left_out_or_made_anew(ready, tmp_path):
    run(ready, "transport", "prediction")
    ready.analysis.layers.get(FOUND_PHASES).paint((40, 10), int(Phase.PORE))
    ready.panel("phases")._take_edit()
    run(ready, "graph", "transport")
    assert not ready.panel("report").left_out.isHidden()
    ready.panel("report").folder.setText(str(tmp_path / "left out"))
    run(ready, "report")
    assert "prediction" not in json.loads((tmp_path / "left out" / "result.json").read_text(encoding="utf-8"))
    assert "prediction" in report(ready, tmp_path / "anew")
    assert ready.panel("report").left_out.isHidden()


def test_a_report_never_mixes_two_materials(ready, tmp_path):
    run(ready, "transport", "prediction")
    ready.panel("transport").properties._resistance[Phase.CONTACT].setText("7")
    run(ready, "transport")
    assert not ready.panel("report").left_out.isHidden()
    ready.panel("report").folder.setText(str(tmp_path / "report"))
    run(ready, "report")
    assert "prediction" not in json.loads((tmp_path / "report" / "result.json").read_text(encoding="utf-8"))


def test_a_prediction_that_fails_does_not_keep_the_report_from_being_written(ready, tmp_path, answer, said):
    run(ready, "prediction")
    ready.analysis.layers.get(FOUND_PHASES).paint((40, 10), int(Phase.PORE))
    ready.panel("phases")._take_edit()

    def refuse(_arguments):
        raise InputError("a net that is gone", "a net", "train one")

    answer(refuse)
    assert "prediction" not in report(ready, tmp_path / "report")
    assert any("net that is gone" in text for text in said)


def test_labels_of_ones_own_are_predicted_too(dock, said):
    dock.analysis.viewer.add_layer(Labels(labels(), **NM))
    run(dock, *BEFORE, "prediction")
    assert status(dock) is Status.DONE, said
