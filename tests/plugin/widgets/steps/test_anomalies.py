"""The step in the dock, without a window; populations of a few made-up interfaces."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Labels

from napari_ssbi.analysis import Status
from napari_ssbi.anomaly_layers import BOXES, MAP, NODES, NUMBERS, stands_out
from napari_ssbi.views.canvas import camera
from plugin.widgets.conftest import SIZE, labels
from ssbi_core.io import write_labels
from ssbi_core.materials import Phase

NM = {"scale": (0.5, 0.5), "translate": (30.0, -20.0), "units": ("nm", "nm")}
BEFORE = ("data", "phases", "graph", "transport")


def interface(seed, crack=0):
    """An interface with a pore of its own, and a crack of some pixels across the electrolyte."""
    rng, picture = np.random.default_rng(seed), labels()
    row, column = rng.integers(12, 18), rng.integers(26, 40)
    height, width = rng.integers(3, 6, 2)
    picture[row : row + height, column : column + width] = Phase.PORE
    picture[3:6, 2 : 2 + crack] = Phase.PORE
    return picture


def run(dock, *keys):
    for key in keys:
        dock.choose_step(key)
        dock.run()
        dock.jobs.deliver_all()
        dock.panel("phases")._take_edit()


def analyse(dock, seed, crack=0):
    """Open an image and take it through the step."""
    layer = dock.analysis.viewer.add_layer(Labels(interface(seed, crack), name=f"image {seed}", **NM))
    dock.panel("data").layer.choose(layer)
    run(dock, *BEFORE, "anomalies")


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Six normal interfaces as label images."""
    place = tmp_path_factory.mktemp("normal")
    for seed in range(6):
        write_labels(place / f"normal_{seed}.tif", interface(seed), 0.5)
    return place


@pytest.fixture
def compared(dock, folder):
    """A dock with a cracked interface, compared with the folder."""
    dock.panel("anomalies").reference.choose(str(folder))
    analyse(dock, 9, crack=30)
    return dock


@pytest.fixture
def panel(compared):
    return compared.panel("anomalies")


def status(dock):
    return dock.status("anomalies")


def row(dock):
    return dock.list.item([panel.KEY for panel in dock.panels].index("anomalies")).text()


def crack_of(scored):
    """The crack, among the first places: what it does to the current beside it is as strange."""
    return next(place for place in scored.places[:3] if "14.5 nm long and 1.4 nm wide" in place.reason)


def test_the_verdict_and_the_reasons_are_in_words(compared, panel, said):
    assert status(compared) is Status.DONE, said
    scored = compared.analysis.value("anomalies").scored
    assert scored.images == 6
    assert f"p = {scored.p_value:.2g}" in panel.verdict.text()
    assert "6 images of the folder normal" in panel.verdict.text()
    assert panel.list.count() == len(scored.places) > 0
    assert "beyond all" in crack_of(scored).reason
    assert crack_of(scored).phase == "pore"
    assert panel.needed.isHidden()
    assert panel.problem.isHidden()


def test_pixels_nodes_and_boxes_lie_on_the_image_and_point_at_the_crack(compared, panel):
    layers, scored = compared.analysis.layers, compared.analysis.value("anomalies").scored
    pixels, nodes, boxes = (layers.get(role) for role in (MAP, NODES, BOXES))
    assert pixels.data.shape == (SIZE, SIZE)
    score = -np.log10(crack_of(scored).share)
    assert pixels.data[4, 10] >= 0.999 * score > 0
    own = nodes.features["node"] == compared.analysis.value("graph").regions[4, 10]
    assert float(nodes.features["anomaly"][own].iloc[0]) >= 0.999 * score
    image = compared.analysis.viewer.layers[0]
    for layer in (pixels, nodes, boxes):
        np.testing.assert_allclose(layer.data_to_world((3.0, 5.0)), image.data_to_world((3.0, 5.0)))
        assert layer.units == image.units
    box = scored.places[0].bbox_px
    np.testing.assert_allclose(boxes.data[:4, 0].min(0), [box[0] - 0.5, box[1] - 0.5])
    np.testing.assert_allclose(boxes.data[:4, 0].max(0), [box[2] - 0.5, box[3] - 0.5])
    assert len(boxes.data) == 4 * len(scored.places)
    assert list(layers.get(NUMBERS).features["number"]) == [place.number for place in scored.places]
    assert boxes.visible
    assert pixels.visible
    assert not nodes.visible
    panel.overlays.boxes[NODES].setChecked(True)
    assert nodes.visible


def test_choosing_a_place_takes_the_camera_there_and_shows_its_box(compared, panel):
    panel.overlays.boxes[BOXES].setChecked(False)
    place = compared.analysis.value("anomalies").scored.places[0]
    panel.list.setCurrentRow(0)
    view, image = camera(compared.analysis.viewer), compared.analysis.viewer.layers[0]
    middle = ((place.bbox_px[0] + place.bbox_px[2] - 1) / 2, (place.bbox_px[1] + place.bbox_px[3] - 1) / 2)
    np.testing.assert_allclose(view.center[-2:], image.data_to_world(middle))
    boxes, numbers = compared.analysis.layers.get(BOXES), compared.analysis.layers.get(NUMBERS)
    assert boxes.visible
    assert numbers.visible
    np.testing.assert_allclose(boxes.edge_color[:4], 1)
    assert not (boxes.edge_color[4:] == 1).all(axis=1).any()
    np.testing.assert_allclose(numbers.face_color[0], 1)


def test_the_false_alarm_rate_decides_without_computing(compared, panel):
    scored = compared.analysis.value("anomalies").scored
    assert scored.p_value == pytest.approx(1 / 7)
    panel.rate.set_rate(0.05)
    assert "Not anomalous" in panel.verdict.text()
    assert "it takes 19" in panel.doubts.words.text()
    assert "not anomalous" in row(compared)
    panel.rate.set_rate(0.2)
    assert panel.verdict.text().startswith("<b>Anomalous")
    assert "it takes" not in panel.doubts.words.text()
    assert "not anomalous" not in row(compared)
    assert not compared.jobs.busy
    assert status(compared) is Status.DONE
    boxes = compared.analysis.layers.get(BOXES)
    orange = [bool(np.allclose(color, boxes.edge_color[0])) for color in boxes.edge_color[::4]]
    assert orange == [stands_out(place, panel.rate.rate) for place in scored.places]


def test_images_of_the_session_are_remembered_and_too_few_are_no_failure(dock, said):
    panel = dock.panel("anomalies")
    for seed in range(3):
        analyse(dock, seed)
        assert status(dock) is Status.DONE, said
        assert not panel.needed.isHidden()
        assert panel.verdict.isHidden()
        assert f"Run this step on {3 - seed} more image" in panel.needed.words.text()
        assert "remembered" in row(dock)
    analyse(dock, 7)
    assert panel.needed.isHidden()
    scored = dock.analysis.value("anomalies").scored
    assert scored.images == 3
    assert scored.source == "3 images of this session"
    run(dock, "anomalies")
    assert dock.analysis.value("anomalies").scored.images == 3, "an image is not compared with itself"


def test_images_at_another_temperature_are_not_compared(dock):
    for seed in range(3):
        analyse(dock, seed)
    dock.panel("data").temperature.setValue(350.0)
    analyse(dock, 7)
    assert dock.analysis.value("anomalies").scored is None
    assert "0 other images so far; 3 are needed" in dock.panel("anomalies").reference.count.text()


def test_layers_of_an_earlier_comparison_go_where_there_is_none(compared, panel):
    panel.reference.session.setChecked(True)
    assert status(compared) is Status.STALE
    run(compared, "anomalies")
    assert compared.analysis.layers.get(MAP) is None
    assert panel.overlays.isHidden()
    assert panel.list.isHidden()


@pytest.mark.parametrize("given", ["", "no such folder", "empty", "one file", "two images", "not a population"])
def test_bad_references_are_explained_in_place(dock, folder, tmp_path, given, said):
    (tmp_path / "empty").mkdir()
    (tmp_path / "two images").mkdir()
    for seed in range(2):
        write_labels(tmp_path / "two images" / f"{seed}.tif", interface(seed), 0.5)
    (tmp_path / "not a population.parquet").write_bytes(b"nothing")
    paths = {"": "", "one file": folder / "normal_0.tif", "not a population": tmp_path / "not a population.parquet"}
    panel = dock.panel("anomalies")
    panel.reference.choose(str(paths.get(given, tmp_path / given)))
    analyse(dock, 9)
    assert status(dock) is Status.FAILED
    words = panel.problem.words.text()
    assert not panel.problem.isHidden()
    assert "Needed: " in words
    assert "To do: " in words
    assert "Traceback" not in words + said[-1]
    panel.reference.choose(str(folder))
    assert panel.problem.isHidden()
    run(dock, "anomalies")
    assert status(dock) is Status.DONE


def test_without_transport_it_says_what_to_run(dock, said):
    dock.analysis.viewer.add_layer(Labels(labels(), **NM))
    run(dock, "data", "anomalies")
    assert "run Phases and Graph and Transport first" in said[-1]


def test_painting_and_another_material_make_it_out_of_date(compared, panel):
    panel_of_transport = compared.panel("transport")
    panel_of_transport.properties._resistance[Phase.CONTACT].setText("7")
    run(compared, "transport")
    assert status(compared) is Status.STALE
    run(compared, "anomalies")
    assert status(compared) is Status.DONE


def test_cancel_leaves_the_earlier_result(compared, said):
    before = compared.analysis.value("anomalies")
    compared.choose_step("anomalies")
    compared.run()
    compared.cancel()
    assert compared.analysis.value("anomalies") is before
    assert "stopped" in said[-1]


def test_the_report_leaves_it_out_of_run_to_here_until_it_ran(dock, tmp_path):
    dock.analysis.viewer.add_layer(Labels(labels(), **NM))
    dock.panel("report").folder.setText(str(tmp_path / "bundle"))
    dock.choose_step("report")
    dock.run_to_here()
    dock.jobs.deliver_all()
    assert status(dock) is Status.MISSING
    assert dock.status("report") is Status.DONE
