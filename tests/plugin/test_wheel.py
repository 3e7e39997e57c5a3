"""What a user installs: the built wheel in a fresh environment, from a sample to a report in a real window."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.display, pytest.mark.timeout(1800)]

USER = """
import sys, time
import napari
from qtpy.QtWidgets import QApplication

viewer = napari.Viewer(show=True)
_, dock = viewer.window.add_plugin_dock_widget("napari-ssbi", "Interface analysis")
viewer.open_sample("napari-ssbi", "broken_layer")
dock.panel("report").folder.setText(sys.argv[1])
dock.choose_step("report")
dock.run_to_here()
end = time.monotonic() + 900
while dock._job is not None or dock._queue:
    QApplication.processEvents()
    time.sleep(0.01)
    assert time.monotonic() < end, "not done in time"
said = {panel.KEY: dock.status(panel.KEY).value for panel in dock.panels}
viewer.close()
sys.exit(0 if set(said.values()) == {"done"} else str(said))
"""


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


def test_all_steps_run_from_an_installed_wheel(display, tmp_path):
    uv = Path(sys.executable).parent / "uv"
    if not uv.exists():
        pytest.skip("needs uv beside this Python, as `make install` puts it")
    run(uv, "build", "--wheel", "--out-dir", tmp_path / "dist")
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    python = tmp_path / "fresh" / "bin" / "python"
    run(uv, "venv", "--python", sys.executable, tmp_path / "fresh")
    run(uv, "pip", "install", "--python", python, f"{wheel}[all]")
    run(python, "-I", "-c", USER, tmp_path / "report")
    assert (tmp_path / "report" / "report.html").is_file()
    assert (tmp_path / "report" / "analysis.py").is_file()
