"""Measure the plugin in a real window (Xvfb where there is no screen). Run with `python -m benchmarks.plugin`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.plugin.window import Window, need_display, window
from benchmarks.results_file import write_results

STEPS = ("data", "phases", "graph", "transport", "prediction")
_RUNS = 20
_SETTLED = 5


def simulated(size: int) -> list[Any]:
    """Layers of a simulated micrograph with element maps."""
    import jax

    from napari_ssbi.layers import micrograph_layers
    from ssbi_core.simulate import MicrostructureConfig, simulate_micrograph, simulate_microstructure

    structure = simulate_microstructure(jax.random.key(3), MicrostructureConfig(shape=(size, size)))
    return micrograph_layers(simulate_micrograph(jax.random.key(4), structure))


def show(opened: Window, layers: list[Any]) -> None:
    from napari.layers import Layer

    opened.viewer.layers.clear()
    for layer in layers:
        opened.viewer.add_layer(Layer.create(*layer))
    opened.rest()


def all_steps(opened: Window) -> dict[str, dict[str, float]]:
    found = {key: opened.run(key) for key in STEPS}
    folder = tempfile.mkdtemp()
    opened.dock.panel("report").folder.setText(str(Path(folder) / "report"))
    return {**found, "report": opened.run("report")}


def slider_steps(opened: Window, count: int = 20) -> list[float]:
    """Seconds from a step of a slider to the new conductivity."""
    from ssbi_core.materials import Phase

    panel = opened.dock.panel("transport")
    opened.dock.choose_step("transport")
    panel.tabs.setCurrentWidget(panel.sliders.parent())
    opened.rest()
    sliders = {knob.phase: slider for knob, slider in panel.sliders._values.items()}
    seconds = []
    for step in range(count):
        start = time.perf_counter()
        sliders[Phase.GRAIN_BOUNDARY].setValue(210 + 5 * step)
        opened.wait(lambda: not panel.sliders._waiting)
        seconds.append(time.perf_counter() - start)
    return seconds


def cancels(opened: Window) -> dict[str, float]:
    """Seconds from Cancel to a window that is free again, in the middle of each long step."""
    found = {}
    for key in ("phases", "graph", "transport", "prediction", "report"):
        opened.dock.choose_step(key)
        if key == "report":
            opened.dock.panel("report").folder.setText(str(Path(tempfile.mkdtemp()) / "cancelled"))
        opened.dock.run()
        opened.rest(0.15 if key == "graph" else 1.0)
        start = time.perf_counter()
        opened.dock.cancel()
        opened.wait(lambda: opened.dock._job is None)
        found[key] = time.perf_counter() - start
        folder = opened.dock.panel("report").folder.text()
        assert key != "report" or not Path(folder).exists(), "a half-written report"
        opened.run(key)
        assert opened.dock.status(key).value == "done", f"{key} after Cancel: {opened.dock.status(key)}"
    return found


def memory(opened: Window) -> dict[str, list[float]]:
    """MB of the window and of its compute process after each of many analyses."""
    used: dict[str, list[float]] = {"window": [], "compute": []}
    for _ in range(_RUNS):
        for key in STEPS:
            opened.run(key)
        used["window"].append(_resident("self"))
        used["compute"].append(_resident(str(opened.dock.jobs._client._process.popen.pid)))
    return used


def _resident(pid: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def redraw(opened: Window) -> float:
    """Seconds one picture of the canvas takes, all else at rest: what any window on this machine is blocked by."""
    native = opened.viewer.window._qt_viewer.canvas._scene_canvas.native
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        native.grabFramebuffer()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def large() -> dict[str, Any]:
    """Steps, redraws and Cancel at 1024 x 1024."""
    layers = simulated(1024)
    with window() as opened:
        results: dict[str, Any] = {}
        show(opened, layers)
        results["redraw_of_the_image_1024"] = redraw(opened)
        all_steps(opened)  # warms up: JAX compiles, napari draws its first layers
        results["steps_1024"] = all_steps(opened)
        results["redraw_of_all_layers_1024"] = redraw(opened)
        results["cancel_seconds_1024"] = cancels(opened)
    return results


def medium() -> dict[str, Any]:
    """What-if and memory at 512 x 512."""
    layers = simulated(512)
    with window() as opened:
        show(opened, layers)
        all_steps(opened)
        results: dict[str, Any] = {"what_if_seconds_512": slider_steps(opened)}
        used = results["memory_MB_512"] = memory(opened)
        both = [sum(pair) for pair in zip(used["window"], used["compute"], strict=True)]
        results["memory_growth_after_fifth"] = both[-1] / both[_SETTLED - 1] - 1
    return results


def cold() -> dict[str, Any]:
    """The dock's first opening in a new process, its modules compiled before, as an installer leaves them."""
    with window() as opened:
        return {"seconds_to_dock": opened.seconds_to_dock}


PARTS = {"large": large, "medium": medium, "cold": cold}  # the last finds what the others compiled


def main() -> None:
    """Measure each part in a process of its own, and write the numbers."""
    need_display()
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(json.dumps(PARTS[sys.argv[1]]()), encoding="utf-8")
        return
    results: dict[str, Any] = {}
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        for part in sys.argv[1:] or PARTS:
            file = Path(folder) / f"{part}.json"
            subprocess.run([sys.executable, "-m", "benchmarks.plugin", part, str(file)], check=True)
            results |= json.loads(file.read_text(encoding="utf-8"))
            print(results, file=sys.stderr)
    write_results("plugin", results)


if __name__ == "__main__":
    main()
