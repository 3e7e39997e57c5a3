"""From a layer to a report in the dock, without a window."""

from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image, Labels
from qtpy.QtCore import QEvent
from qtpy.QtWidgets import QApplication

from napari_ssbi.analysis import Status
from napari_ssbi.layers import FOUND_PHASES, micrograph_layers
from napari_ssbi.placement import Placement
from plugin.widgets.conftest import SIZE, labels
from ssbi_core.io import Micrograph
from ssbi_core.materials import Phase

GREY = np.random.default_rng(1).random((SIZE, SIZE)).astype(np.float32)
PLACES = {
    "plain": {"scale": (0.5, 0.5), "units": ("nm", "nm")},
    "shifted": {"scale": (0.5, 0.5), "translate": (30.0, -20.0), "units": ("nm", "nm")},
    "anisotropic and shifted": {"scale": (1.0, 0.5), "translate": (7.0, 9.0), "units": ("um", "um")},
    "rotated": {"scale": (0.5, 0.5), "rotate": 30, "units": ("nm", "nm")},
}


def status(dock):
    return {panel.KEY: dock.status(panel.KEY) for panel in dock.panels}


def run(dock, key):
    dock.choose_step(key)
    dock.run()
    dock.jobs.deliver_all()
    settle(dock)


def settle(dock):
    """What timers would do."""
    dock.panel("phases")._take_edit()


def with_image(dock, **placed):
    return dock.analysis.viewer.add_layer(Image(GREY, name="scan", **(placed or PLACES["plain"])))


def test_all_steps_from_an_image_to_a_report(dock, tmp_path, said):
    with_image(dock)
    dock.panel("report").folder.setText(str(tmp_path / "bundle"))
    dock.choose_step("report")
    dock.run_to_here()
    dock.jobs.deliver_all()
    found = status(dock)
    for optional in ("prediction", "anomalies", "optimization"):
        assert found.pop(optional) is Status.MISSING, "left out until it is asked for"
    assert set(found.values()) == {Status.DONE}, said
    assert (tmp_path / "bundle" / "report.html").is_file()
    assert (tmp_path / "bundle" / "analysis.py").is_file()
    assert "report written" in said[-1].lower()


@pytest.mark.parametrize("placed", PLACES.values(), ids=PLACES)
def test_every_derived_layer_lies_where_the_image_does(dock, placed):
    image = with_image(dock, **placed)
    for key in ("data", "phases", "graph", "transport"):
        run(dock, key)
    derived = dict(dock.analysis.layers)
    assert set(derived) >= {FOUND_PHASES, "uncertainty", "graph_nodes", "graph_edges", "potential", "current_density"}
    shape = dock.analysis.value("data").source.shape
    for role, layer in derived.items():
        assert layer.units == image.units, role
        assert layer.axis_labels == image.axis_labels, role
        for corner in ((0, 0), (0, 1), (1, 0), (1, 1)):
            there = image.data_to_world([c * n - 0.5 for c, n in zip(corner, GREY.shape, strict=True)])
            here = layer.data_to_world([c * n - 0.5 for c, n in zip(corner, shape, strict=True)])
            np.testing.assert_allclose(here, there, atol=1e-9, err_msg=role)
    assert len(derived["graph_nodes"].features) == len(dock.analysis.value("graph").nodes)


def test_painting_makes_what_follows_out_of_date_and_is_what_follows_works_on(dock):
    with_image(dock)
    for key in ("data", "phases", "graph", "transport"):
        run(dock, key)
    before = dock.analysis.value("transport").effective_conductivity
    layer = dock.analysis.layers.get(FOUND_PHASES)
    layer.selected_label = int(Phase.REACTION_LAYER)
    layer.brush_size = 9
    for column in range(0, SIZE, 4):
        layer.paint((SIZE // 2 - 4, column), int(Phase.REACTION_LAYER))
    settle(dock)
    assert status(dock)["phases"] is Status.DONE
    assert status(dock)["graph"] is status(dock)["transport"] is Status.STALE
    assert "edited" in dock.panel("phases").summary()
    run(dock, "transport")
    assert dock.analysis.value("transport").effective_conductivity.estimate < before.estimate
    while layer._undo_history:
        layer.undo()
    settle(dock)
    assert "edited" not in dock.panel("phases").summary()


def test_learning_keeps_the_strokes_shows_what_changed_and_the_phases_before(dock, said):
    with_image(dock)
    run(dock, "data")
    run(dock, "phases")
    panel, layers = dock.panel("phases"), dock.analysis.layers
    panel.learning.button.click()
    assert "no strokes to learn from" in said[-1].lower()
    layers.get(FOUND_PHASES).paint((40, 10), int(Phase.COATING))
    panel.learning.button.click()
    before = dock.analysis.value("phases").labels
    dock.jobs.deliver_all()
    after = dock.analysis.value("phases").labels
    assert after[40, 10] == Phase.COATING
    assert (after[:, -1] == Phase.PORE).all()
    np.testing.assert_array_equal(layers.get("phases_before").data, before)
    assert not layers.get("phases_before").visible
    assert "75 %" in panel.learning.words.text()
    assert status(dock)["phases"] is Status.DONE
    assert "edited" in panel.summary()
    layers.get(FOUND_PHASES).paint((5, 30), int(Phase.NMC))
    panel.learning.button.click()
    dock.jobs.deliver_all()
    again = dock.analysis.value("phases").labels
    assert again[40, 10] == Phase.COATING, "strokes of the first round hold in the second"
    assert again[5, 30] == Phase.NMC
    assert dock.analysis.result("phases").settings.model == "learned.safetensors"


def test_places_to_paint_next_are_marked_where_the_net_is_unsure(dock):
    with_image(dock)
    run(dock, "data")
    run(dock, "phases")
    marks = dock.analysis.layers.get("paint_next")
    assert not marks.visible
    dock.panel("phases").learning.places.setChecked(True)
    assert marks.visible
    np.testing.assert_array_equal(marks.data, [[3, 4], [20, 30]])


def test_undo_does_not_reach_back_beyond_a_new_result(dock):
    with_image(dock)
    run(dock, "data")
    run(dock, "phases")
    layer = dock.analysis.layers.get(FOUND_PHASES)
    layer.paint((5, 5), int(Phase.PORE))
    run(dock, "phases")
    fresh = layer.data.copy()
    layer.undo()
    np.testing.assert_array_equal(layer.data, fresh)


def test_a_label_that_is_no_phase_is_told_and_not_taken(dock, said):
    with_image(dock)
    run(dock, "data")
    run(dock, "phases")
    dock.analysis.layers.get(FOUND_PHASES).paint((5, 5), 77)
    settle(dock)
    assert "77" in said[-1]
    assert dock.analysis.value("phases").labels.max() <= max(Phase)


def test_labels_are_analysed_without_a_net_and_left_as_they_are(dock):
    own = dock.analysis.viewer.add_layer(Labels(labels(), name="mine", scale=(2, 2), units=("nm", "nm")))
    for key in ("data", "phases", "transport"):
        run(dock, key)
    assert status(dock)["transport"] is Status.DONE
    dock.analysis.layers.get(FOUND_PHASES).paint((5, 5), int(Phase.PORE))
    np.testing.assert_array_equal(own.data, labels())


@pytest.mark.parametrize(
    ("layer", "said_of_it"),
    [
        (None, "No image layer chosen"),
        (Image(GREY), "has no pixel size"),
        (Image(np.stack([GREY] * 4)), "stack of 4 planes"),
        (Image(np.stack([GREY] * 3, -1), rgb=True), "colour"),
    ],
)
def test_bad_input_is_a_message_that_says_what_to_do(dock, said, layer, said_of_it):
    if layer is not None:
        dock.analysis.viewer.add_layer(layer)
    run(dock, "data")
    assert said_of_it in said[-1]
    assert "To do:" in said[-1]
    assert status(dock)["data"] is Status.FAILED


def test_a_typed_pixel_size_mends_a_layer_without_one(dock):
    image = dock.analysis.viewer.add_layer(Image(GREY))
    dock.panel("data").pixel_size.setText("0,25 nm")
    run(dock, "data")
    assert dock.analysis.value("data").source.pixel_size_nm == 0.25
    assert str(image.units[0]) == "nanometer", "derived layers and the image must share their units"
    assert Placement.of(image).sizes_nm == (0.25, 0.25)


def test_cancel_leaves_earlier_results_and_the_next_run_works(dock, said):
    with_image(dock)
    run(dock, "data")
    dock.choose_step("phases")
    dock.run()
    assert status(dock)["phases"] is Status.RUNNING
    dock.run()
    assert "something runs" in said[-1].lower()
    dock.cancel()
    assert status(dock)["phases"] is Status.MISSING
    assert status(dock)["data"] is Status.DONE
    run(dock, "phases")
    assert status(dock)["phases"] is Status.DONE


def test_a_step_before_what_it_needs_says_what_to_run(dock, said):
    with_image(dock)
    run(dock, "transport")
    assert "Run Data and Phases first" in said[-1] or "run Data and Phases first" in said[-1]


def test_settings_changed_after_a_run_are_out_of_date_until_set_back(dock):
    with_image(dock)
    for key in ("data", "phases", "transport"):
        run(dock, key)
    panel = dock.panel("transport")
    panel.properties._conductivity[Phase.NMC].setText("1e-3")
    assert status(dock)["transport"] is Status.STALE
    panel.properties._conductivity[Phase.NMC].setText("")
    assert status(dock)["transport"] is Status.DONE
    dock.panel("data").temperature.setValue(330)
    assert status(dock)["data"] is status(dock)["transport"] is Status.STALE
    dock.choose_step("transport")
    dock.run_to_here()
    dock.jobs.deliver_all()
    assert status(dock)["transport"] is Status.DONE
    assert dock.analysis.value("transport").temperature == 330


def test_element_maps_come_with_their_image(dock):
    for made in micrograph_layers(Micrograph(GREY, {"La": GREY, "Ni": GREY}, 0.5, "scan", sha256="x")):
        dock.analysis.viewer.add_layer(Image(made[0], **made[1]))
    assert dock.panel("data").maps.text() == "La Ni"
    run(dock, "data")
    assert list(dock.analysis.value("data").source.micrograph.elements) == ["La", "Ni"]


def test_what_if_answers_follow_the_sliders_and_only_the_newest_question_waits(dock):
    with_image(dock)
    for key in ("data", "phases", "transport"):
        run(dock, key)
    sliders = dock.panel("transport").sliders
    base = sliders._base
    assert base == pytest.approx(dock.analysis.value("transport").effective_conductivity.estimate, rel=0.02)
    slider = next(slider for knob, slider in sliders._values.items() if knob.phase is Phase.CONTACT)
    for value in range(200, 401, 20):
        slider.setValue(value)
    assert len(dock.jobs._waiting) == 1
    dock.jobs.deliver_all()
    assert "σ_eff" in sliders._sigma.text()
    assert "-" in sliders._sigma.text().split("(")[1], "a higher resistance conducts less"
    sliders.reset()
    dock.jobs.deliver_all()
    assert f"{base:.4g}" in sliders._sigma.text()
    sliders._without[Phase.CONTACT].setChecked(True)
    dock.jobs.deliver_all()
    gain = dock.analysis.value("transport").knockout_gain["contact"]
    assert f"{100 * gain:+.3g} %" in sliders._sigma.text()


def test_the_process_is_told_to_end_when_the_dock_closes(dock):
    with_image(dock)
    run(dock, "data")
    dock.choose_step("phases")
    dock.run()
    dock.close()
    assert not dock.jobs.busy
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    dock.analysis.viewer.layers.clear()


def test_two_viewers_have_an_analysis_each(make_dock):
    one, other = make_dock(ViewerModel()), make_dock(ViewerModel())
    with_image(one)
    run(one, "data")
    assert status(one)["data"] is Status.DONE
    assert status(other)["data"] is Status.MISSING
