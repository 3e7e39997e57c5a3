"""Measure the plugin in a real window (Xvfb where there is no screen). Run with `python -m benchmarks.plugin`."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.plugin.window import Window, need_display, window
from benchmarks.results_file import write_results

STEPS = ("data", "phases", "graph", "transport")
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
    for key in ("phases", "graph", "transport", "report"):
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


def memory(opened: Window) -> list[float]:
    """MB of the window and of its compute process after each of many analyses."""
    used = []
    for _ in range(_RUNS):
        for key in STEPS:
            opened.run(key)
        pids = ["self", str(opened.dock.jobs._client._process.popen.pid)]
        used.append(sum(_resident(pid) for pid in pids))
    return used


def _resident(pid: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def main() -> None:
    """Measure and write."""
    need_display()
    large, medium = simulated(1024), simulated(512)
    with window() as opened:
        results: dict[str, Any] = {"seconds_to_dock": opened.seconds_to_dock}
        show(opened, large)
        all_steps(opened)  # warms up: JAX compiles, napari draws its first layers
        results["steps_1024"] = all_steps(opened)
        print(results, file=sys.stderr)
        results["cancel_seconds_1024"] = cancels(opened)
        print(results["cancel_seconds_1024"], file=sys.stderr)
        show(opened, medium)
        all_steps(opened)
        results["what_if_seconds_512"] = slider_steps(opened)
        print(results["what_if_seconds_512"], file=sys.stderr)
        used = results["memory_MB_512"] = memory(opened)
        results["memory_growth_after_fifth"] = used[-1] / used[_SETTLED - 1] - 1
    write_results("plugin", results)


if __name__ == "__main__":
    main()
