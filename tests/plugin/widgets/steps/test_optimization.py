"""The step in the dock, without a window; the search's answer is made up, its task is tested in compute."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from napari.layers import Image
from qtpy.QtWidgets import QLineEdit, QSpinBox

from napari_ssbi.analysis import Status
from napari_ssbi.compute.client import ComputeError
from napari_ssbi.layers import FOUND_PHASES
from plugin.widgets.conftest import SIZE, improved_by_a_search
from ssbi_core.errors import InputError
from ssbi_core.materials import Phase

NM = {"scale": (0.5, 0.5), "units": ("nm", "nm")}
SEARCH_TAB, RESULT_TAB = 1, 2


def run(dock, *keys):
    for key in keys:
        dock.choose_step(key)
        dock.run()
        dock.jobs.deliver_all()
        dock.panel("phases")._take_edit()


def add_image(dock):
    grey = np.random.default_rng(1).random((SIZE, SIZE)).astype(np.float32)
    dock.analysis.viewer.add_layer(Image(grey, name="scan", **NM))


def status(dock):
    return dock.status("optimization")


@pytest.fixture
def ready(dock):
    """A dock with the phases of an image."""
    add_image(dock)
    run(dock, "data", "phases")
    return dock


@pytest.fixture
def panel(ready):
    return ready.panel("optimization")


@pytest.fixture
def asked(dock, monkeypatch):
    """Arguments of the searches that were run."""
    heard = []

    def answered(report, arguments):
        heard.append(arguments)
        return improved_by_a_search(report, arguments)

    monkeypatch.setattr(sys.modules[type(dock.jobs).__module__], "improved_by_a_search", answered)
    return heard


def test_a_result_is_said_tabled_and_drawn(ready, panel):
    run(ready, "optimization")
    assert status(ready) is Status.DONE
    assert "+90 %" in panel.result.number.text()
    assert "90 % probable: +70 % to × 2.1" in panel.result.number.text()
    assert "Raise surface treatment" in panel.result.words.text()
    assert "inferred from the image" in panel.result.doubts.words.text()
    assert not panel.result.levers.isHidden()
    assert ready.list.item(7).text().endswith("+90 %")
    assert panel.tabs.currentIndex() == RESULT_TAB


def test_the_microstructures_lie_beside_the_image_and_the_edited_image_on_it(ready, panel):
    run(ready, "optimization")
    layers = ready.analysis.layers
    image, before, after = (layers.get(role) for role in (FOUND_PHASES, "process_before", "process_after"))
    right = image.extent.world[1, 1]
    assert right < before.extent.world[0, 1] < before.extent.world[1, 1] < after.extent.world[0, 1]
    edited = layers.get("process_edited")
    np.testing.assert_allclose(edited.extent.world, image.extent.world)
    for layer in (before, after, edited, layers.get("process_names")):
        assert layer.units == image.units
    for layer in (before, after, edited):
        np.testing.assert_array_equal(layer.scale, image.scale)
        for phase in (Phase.LLZO, Phase.NMC, Phase.REACTION_LAYER):
            np.testing.assert_array_equal(layer.colormap.map(int(phase)), image.colormap.map(int(phase)))
    assert not edited.visible
    panel.overlays.boxes[("process_edited",)].setChecked(True)
    assert edited.visible


def test_the_phases_of_the_image_are_begun_with_once_there_are_any(dock, asked):
    form = dock.panel("optimization").form
    assert form.origin.currentText() == "LLZO | NMC alone"
    assert form.table.rows["pressure_MPa"].start.placeholderText() == "50"
    add_image(dock)
    run(dock, "data", "phases")
    assert form.origin.currentData() is None
    assert form.table.rows["pressure_MPa"].start.placeholderText() == "auto"
    run(dock, "optimization")
    np.testing.assert_array_equal(asked[0]["phases"].labels, dock.analysis.value("phases").labels)


def test_run_to_here_with_a_material_alone_asks_for_no_image(dock, said):
    dock.choose_step("optimization")
    dock.run_to_here()
    dock.jobs.deliver_all()
    assert status(dock) is Status.DONE
    assert not said


def test_without_an_image_the_material_alone_is_searched(dock, asked):
    run(dock, "optimization")
    assert status(dock) is Status.DONE
    assert asked[0]["phases"] is None
    assert asked[0]["setting"].system == "llzo_nmc"
    assert dock.analysis.layers.get("process_edited") is None
    assert str(dock.analysis.layers.get("process_before").units[0]) == "nanometer"


def test_an_image_that_is_not_there_is_said_in_place(dock, said):
    panel = dock.panel("optimization")
    panel.form.origin.setCurrentIndex(0)
    run(dock, "optimization")
    assert status(dock) is Status.FAILED
    assert "run Phases first" in panel.problem.words.text()
    assert "run Phases first" in said[-1]


def test_what_is_typed_is_what_is_searched_and_recorded(ready, panel, asked):
    rows = panel.form.table.rows
    rows["pressure_MPa"].start.setText("80 MPa")
    rows["sintering_temperature_C"].low.setText("600")
    rows["nmc_grain_size_nm"].free.setChecked(False)
    rows["coating_thickness_nm"].price.setText("0,4")
    panel.form.limits.findChild(QLineEdit, "max_cost").setText("6")
    panel.form.length.findChild(QSpinBox, "rounds").setValue(3)
    run(ready, "optimization")
    config = asked[0]["config"]
    assert asked[0]["process"] == {"pressure_MPa": 80.0}
    assert config.bounds["sintering_temperature_C"] == (600.0, 800.0)
    assert config.fixed == ("nmc_grain_size_nm",)
    assert "nmc_grain_size_nm" not in config.bounds
    assert config.prices["coating_thickness_nm"] == 0.4
    assert config.rounds == 3
    assert config.max_cost == 6
    assert config.max_porosity is None
    settings = ready.analysis.result("optimization").settings
    assert settings.config == config
    assert settings.start == {"pressure_MPa": 80.0}
    assert settings.made_from == {step: ready.analysis.result(step).version for step in ("data", "phases")}


@pytest.mark.parametrize(
    ("cell", "text", "reason"),
    [
        ("start", "-5", "start -5 MPa is outside 0 to 1000 MPa"),
        ("low", "x", "low 'x' is not a number"),
        ("low", "", "low is missing"),
        ("high", "10", "low 20 is not below high 10"),
        ("price", "-1", "price -1 is negative"),
    ],
)
def test_a_wrong_cell_is_marked_and_said_under_the_row_and_in_the_box(ready, panel, said, cell, text, reason):
    row = panel.form.table.rows["pressure_MPa"]
    getattr(row, cell).setText(text)
    assert reason in row.reason.text()
    run(ready, "optimization")
    assert status(ready) is Status.FAILED
    assert f"Pressure (MPa): {reason}" in said[-1]
    assert all(word in panel.problem.words.text() for word in ("Needed", "To do"))
    assert panel.tabs.currentIndex() == 0
    getattr(row, cell).setText("50" if cell == "start" else "30" if cell != "high" else "100")
    assert row.reason.isHidden()
    assert panel.problem.isHidden()


def test_with_every_lever_fixed_there_is_nothing_to_search(ready, panel, said):
    for row in panel.form.table.rows.values():
        row.free.setChecked(False)
    run(ready, "optimization")
    assert "tick one in the table of levers" in said[-1]


def test_it_is_out_of_date_when_phases_material_or_levers_change(ready, panel):
    run(ready, "optimization")
    row = panel.form.table.rows["pressure_MPa"]
    row.high.setText("120")
    assert status(ready) is Status.STALE
    row.high.setText("150")
    assert status(ready) is Status.DONE
    ready.panel("data").temperature.setValue(330)
    assert status(ready) is Status.STALE
    ready.panel("data").temperature.setValue(298.15)
    assert status(ready) is Status.DONE
    ready.analysis.layers.get(FOUND_PHASES).paint((40, 10), int(Phase.PORE))
    ready.panel("phases")._take_edit()
    assert status(ready) is Status.STALE


def test_the_search_is_drawn_while_it_runs(ready, panel):
    shown = []
    chart = panel.search
    real = chart.show_search
    chart.show_search = lambda searched: (shown.append(searched), real(searched))
    ready.choose_step("optimization")
    ready.run()
    assert panel.tabs.currentIndex() == SEARCH_TAB
    assert chart.isHidden()
    ready.jobs.deliver_all()
    assert {len(each.best_by_round) for each in shown if each is not None} == {1, 2, 3}
    assert not chart.isHidden()
    assert "1.9e-06 S/cm" in chart.words.text()
    assert "1.9 times the start" in chart.words.text()
    assert "3 of 5 processes solved" in chart.words.text()


def test_pause_keeps_the_answers_and_resume_goes_on_with_them(ready, panel, asked, said):
    ready.choose_step("optimization")
    ready.run()
    bar = panel.bar
    kept = bar._running.arguments["kept"]
    kept.write_text("{}")
    assert not bar.pause_button.isHidden()
    bar.pause_button.click()
    assert "paused" in said[-1].lower()
    assert kept.exists()
    assert not bar.resume_button.isHidden()
    assert panel.summary() == "paused"
    panel.form.table.rows["pressure_MPa"].high.setText("120")
    bar.resume_button.click()
    ready.jobs.deliver_all()
    assert asked[-1]["kept"] == kept
    assert asked[-1]["config"].bounds["pressure_MPa"] == (20.0, 150.0), "as it was begun"
    assert status(ready) is Status.STALE, "not what is typed now"
    assert bar.isHidden()
    assert not kept.exists()


def test_run_with_the_same_settings_goes_on_too_and_others_begin_anew(ready, panel):
    ready.choose_step("optimization")
    ready.run()
    kept = panel.bar._running.arguments["kept"]
    panel.bar.pause_button.click()
    ready.run()
    assert panel.bar._running.arguments["kept"] == kept
    panel.bar.pause_button.click()
    panel.form.table.rows["pressure_MPa"].high.setText("120")
    ready.run()
    assert panel.bar._running.arguments["kept"] != kept


def test_cancel_drops_the_answers_and_leaves_the_result_that_was_there(ready, panel, said):
    run(ready, "optimization")
    before = ready.analysis.value("optimization")
    ready.run()
    kept = panel.bar._running.arguments["kept"]
    kept.write_text("{}")
    ready.cancel()
    assert not kept.exists()
    assert panel.bar.isHidden()
    assert ready.analysis.value("optimization") is before
    assert status(ready) is Status.DONE
    assert "3 of 5 processes solved" in panel.search.words.text(), "the search of the result is shown again"


def test_a_search_that_broke_can_be_gone_on_with(ready, panel, said, monkeypatch):
    def broken(_report, arguments):
        arguments["kept"].write_text("{}")
        raise ComputeError("the computation ended", "a process that runs to its end", "try again")

    monkeypatch.setattr(sys.modules[type(ready.jobs).__module__], "improved_by_a_search", broken)
    run(ready, "optimization")
    assert status(ready) is Status.FAILED
    assert "the computation ended" in panel.problem.words.text().lower()
    assert not panel.bar.resume_button.isHidden()


def test_bad_input_found_by_the_core_is_said_in_place(ready, panel, monkeypatch):
    def refused(_report, _arguments):
        raise InputError("constraints that no process meets", "room for 4", "loosen the constraints")

    monkeypatch.setattr(sys.modules[type(ready.jobs).__module__], "improved_by_a_search", refused)
    run(ready, "optimization")
    assert "To do: loosen the constraints." in panel.problem.words.text()
    assert panel.bar.isHidden(), "nothing was found out that could be gone on with"


def test_a_process_of_the_front_shows_its_levers(ready, panel):
    run(ready, "optimization")
    assert panel.chosen.isHidden()
    panel.front.list.setCurrentIndex(1)
    words = [panel.chosen._grid.itemAt(at).widget().text() for at in range(panel.chosen._grid.count())]
    assert "<b>1</b>" in words
    panel.front.list.setCurrentIndex(0)
    assert panel.chosen.isHidden()


def test_a_report_is_written_without_asking_for_a_search(ready, panel):
    assert panel.ENDS
    run(ready, "optimization")
    ready.panel("report").folder.setText("")
    ready.choose_step("optimization")
    ready.analysis.layers.get(FOUND_PHASES).paint((40, 10), int(Phase.PORE))
    ready.panel("phases")._take_edit()
    ready.run_to_here()
    ready.jobs.deliver_all()
    assert status(ready) is Status.DONE, "and a search without asking for a report"
