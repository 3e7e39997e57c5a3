"""The plugin in a real napari window."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import numpy as np
import pytest

pytest.importorskip("napari")
pytestmark = pytest.mark.display


def handle_events(until, timeout=120.0):
    from qtpy.QtCore import QEvent
    from qtpy.QtWidgets import QApplication

    end = time.monotonic() + timeout
    while not until():
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        time.sleep(0.005)
        assert time.monotonic() < end, "waited in vain"


@pytest.fixture
def viewer(display):
    import napari

    viewer = napari.Viewer(show=True)
    yield viewer
    if hasattr(viewer, "window"):
        viewer.close()


def opened(viewer):
    from napari_ssbi.commands import analysis_dock

    return analysis_dock(viewer)


def test_sample_is_seen_in_a_real_window(viewer):
    from npe2 import PluginManager

    samples = PluginManager.instance().get_manifest("napari-ssbi").contributions.sample_data
    assert samples
    viewer.open_sample("napari-ssbi", samples[0].key)
    assert [layer.name for layer in viewer.layers]
    assert str(viewer.layers[0].units[-1]) == "nanometer"
    screenshot = viewer.screenshot(canvas_only=True, flash=False)
    assert np.ptp(screenshot[..., :3].astype(int)) > 100, "the canvas is blank"


def test_from_a_sample_to_the_conductivity_with_the_commands_of_the_menus(viewer):
    from napari_ssbi import commands

    viewer.open_sample("napari-ssbi", "broken_layer")
    dock = opened(viewer)
    assert opened(viewer) is dock, "one dock, however often it is asked for"
    for act, step in (
        (commands.find_phases, "phases"),
        (commands.measure_microstructure, "graph"),
        (commands.solve_transport, "transport"),
    ):
        act(viewer)
        handle_events(lambda: dock._job is None, timeout=400)
        assert dock.status(step).value == "done"
    sigma = dock.analysis.value("transport").effective_conductivity
    assert 0 < sigma.lower <= sigma.estimate <= sigma.upper
    canvas = viewer.screenshot(canvas_only=True, flash=False)
    assert len(np.unique(canvas.reshape(-1, 4), axis=0)) > 100


def test_a_window_closed_during_work_leaves_no_process_and_no_thread(viewer):
    viewer.open_sample("napari-ssbi", "broken_layer")
    dock = opened(viewer)
    dock.run_to("phases")
    jobs = dock.jobs
    handle_events(lambda: jobs._client.alive)
    process = jobs._client._process.popen
    viewer.close()
    handle_events(lambda: process.poll() is not None, timeout=10)
    handle_events(lambda: not any(t.name == "ssbi-compute" for t in threading.enumerate()), timeout=10)


def test_a_dock_that_is_closed_lets_go_of_the_viewer(viewer):
    viewer.open_sample("napari-ssbi", "broken_layer")
    dock = opened(viewer)
    dock.run()
    viewer.window.remove_dock_widget("all")
    viewer.layers.pop()
    viewer.layers[0].name = "other"
    handle_events(lambda: True)


COLD = """
import sys, napari
viewer = napari.Viewer(show=True)
from napari_ssbi.commands import analysis_dock
analysis_dock(viewer)
viewer.open_sample("napari-ssbi", "broken_layer")
loaded = [name for name in ("jax", "flax", "numpyro", "jax_fem") if name in sys.modules]
viewer.close()
sys.exit(f"imported {loaded}" if loaded else 0)
"""


def test_opening_dock_and_sample_imports_no_jax(display):
    done = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr[-2000:]


PREDICTED = """
import sys, time, napari, numpy as np
from napari.layers import Labels
from qtpy.QtWidgets import QApplication
from napari_ssbi.commands import analysis_dock
viewer = napari.Viewer(show=True)
dock = analysis_dock(viewer)
picture = np.full((64, 64), 1, np.uint8)
picture[30:34], picture[34:] = 5, 3
viewer.add_layer(Labels(picture, scale=(1, 1), units=("nm", "nm")))
panel = dock.panel("prediction")
panel.net.line.setText(sys.argv[1])
dock.choose_step("prediction")
dock.run_to_here()
end = time.monotonic() + 360
while (dock._job is not None or dock._queue) and time.monotonic() < end:
    QApplication.processEvents()
    time.sleep(0.01)
status, words = dock.status("prediction").value, panel.number.text()
loaded = [name for name in ("jax", "flax", "numpyro") if name in sys.modules]
viewer.close()
sys.exit(f"{status}, {words}, imported {loaded}" if status != "done" or "S/cm" not in words or loaded else 0)
"""


def test_a_prediction_in_a_window_leaves_jax_to_the_compute_process(display, net_folder):
    command = [sys.executable, "-c", PREDICTED, str(net_folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr[-2000:]


SEARCHED = """
import sys, time, napari, numpy as np
from napari.layers import Labels
from qtpy.QtWidgets import QApplication, QSpinBox
from napari_ssbi.commands import analysis_dock
viewer = napari.Viewer(show=True)
dock = analysis_dock(viewer)
picture = np.full((64, 64), 1, np.uint8)
picture[30:34], picture[34:] = 5, 3
viewer.add_layer(Labels(picture, scale=(1, 1), units=("nm", "nm")))
panel = dock.panel("optimization")
small = {"designs": 4, "candidates": 2, "solved": 2, "views": 1, "rounds": 1, "evaluations": 200, "realizations": 3}
for name, value in {**small, "field_px": 64}.items():
    panel.form.length.findChild(QSpinBox, name).setValue(value)

def wait(until):
    start = time.monotonic()
    while not until() and time.monotonic() < start + 500:
        QApplication.processEvents()
        time.sleep(0.01)
    return time.monotonic() - start

dock.run_to("phases")
wait(lambda: dock._job is None and not dock._queue)
dock.choose_step("optimization")
dock.run()
wait(lambda: panel._live is not None)
panel.bar.pause_button.click()
to_pause, paused = wait(lambda: dock._job is None), panel.bar.resume_button.isVisible()
panel.bar.resume_button.click()
wait(lambda: dock._job is None)
status, words = dock.status("optimization").value, panel.result.number.text()
layers = [layer.name for layer in viewer.layers]
loaded = [name for name in ("jax", "flax", "numpyro") if name in sys.modules]
viewer.close()
shown = {"Start, simulated phases", "Optimum, simulated phases"} <= set(layers)
right = status == "done" and "S/cm" in words and paused and to_pause < 5 and shown and not loaded
sys.exit(0 if right else f"{status}, {words}, paused {paused} in {to_pause:.1f} s, {layers}, imported {loaded}")
"""


@pytest.mark.slow
def test_a_search_in_a_window_is_paused_gone_on_with_and_shown(display):
    done = subprocess.run([sys.executable, "-c", SEARCHED], capture_output=True, text=True, timeout=1500)
    assert done.returncode == 0, done.stderr[-2000:]
