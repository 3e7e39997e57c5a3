"""Pictures of the guided tour, made anew in a real window: `python -m docs.make_tour [light|dark] [POPULATION]`.

Xvfb will do. POPULATION is the population.parquet that the step Anomalies compares with; without, the other samples.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from benchmarks.plugin.window import Window, need_display, window

from ssbi_core.pipeline import sample_paths

IMAGES = Path(__file__).resolve().parent / "images" / "tour"
SAMPLE = "broken_layer"


def main() -> None:
    """Go from an empty window to a report, and photograph each step."""
    need_display()
    theme = sys.argv[1] if len(sys.argv) > 1 else "dark"
    normal = Path(sys.argv[2]).absolute() if len(sys.argv) > 2 else sample_paths()[0].parent
    folder = IMAGES if theme == "dark" else IMAGES / theme
    folder.mkdir(parents=True, exist_ok=True)
    with window() as opened, tempfile.TemporaryDirectory() as place:
        opened.viewer.theme = theme
        os.chdir(place)  # where the report goes; the path of a folder that is thrown away is no part of the tour
        tour(opened, folder, normal)


def tour(opened: Window, folder: Path, normal: Path) -> None:
    """Photograph every step into a folder; the image is compared with normal ones."""
    from ssbi_core.materials import Phase

    dock, viewer = opened.dock, opened.viewer
    opened.picture(folder / "1_start.png")
    viewer.open_sample("napari-ssbi", SAMPLE)
    opened.run("data")
    opened.picture(folder / "2_data.png")
    opened.run("phases")
    opened.picture(folder / "3_phases.png")
    paint(opened)
    opened.picture(folder / "4_paint.png")
    dock.analysis.layers.get("found_phases").undo()
    opened.rest()
    opened.run("graph")
    nodes = dock.analysis.layers.get("graph_nodes")
    llzo = [index for index, phase in enumerate(nodes.features["phase"]) if phase == "llzo"]
    nodes.selected_data = set(llzo[:2])
    opened.picture(folder / "5_graph.png")
    opened.run("transport")
    opened.picture(folder / "6_transport.png")
    panel = dock.panel("transport")
    panel.tabs.setCurrentIndex(1)
    sliders = {knob.phase: slider for knob, slider in panel.sliders._values.items()}
    sliders[Phase.CONTACT].setValue(140)
    opened.wait(lambda: not panel.sliders._waiting)
    opened.picture(folder / "7_what_if.png")
    opened.run("prediction")
    opened.picture(folder / "8_prediction.png")
    anomalies(opened, normal)
    opened.picture(folder / "9_anomalies.png")
    dock.panel("report").folder.setText("interface")
    opened.run("report")
    opened.picture(folder / "10_report.png")
    better_process(opened)
    opened.picture(folder / "11_optimization.png")


def anomalies(opened: Window, normal: Path) -> None:
    """The most anomalous place, without what other steps have put over the image."""
    layers, panel = opened.dock.analysis.layers, opened.dock.panel("anomalies")
    for _role, layer in layers:
        layer.visible = False
    panel.reference.choose(str(normal))
    opened.run("anomalies")
    panel.rate.set_rate(0.2)
    panel.list.setCurrentRow(0)
    opened.rest()


def better_process(opened: Window) -> None:
    """A search of minutes for what was sintered too hot: few fields of view, the image as it was found."""
    from qtpy.QtWidgets import QSpinBox

    form = opened.dock.panel("optimization").form
    start = {"sintering_temperature_C": 780, "sintering_time_h": 3, "surface_treatment": 0.1, "pressure_MPa": 25}
    for name, value in start.items():
        form.table.rows[name].start.setText(f"{value}")
    short = {"rounds": 2, "designs": 6, "candidates": 2, "solved": 2, "realizations": 6, "views": 1}
    for name, value in {**short, "evaluations": 200, "field_px": 256}.items():
        form.length.findChild(QSpinBox, name).setValue(value)
    for role, layer in opened.dock.analysis.layers:
        layer.visible = role == "found_phases"
    opened.run("optimization")


def paint(opened: Window) -> None:
    """A stroke of reaction layer along the contact."""
    from ssbi_core.materials import Phase

    layer = opened.dock.analysis.layers.get("found_phases")
    opened.dock.panel("phases").phase_palette.choose(int(Phase.REACTION_LAYER))
    rows = [int(row[0]) for row in (layer.data == Phase.CONTACT).nonzero()]
    layer.brush_size = 13
    with layer.block_history():  # one stroke, one undo
        for column in range(30, 120, 4):
            layer.paint((rows[0], column), int(Phase.REACTION_LAYER))
    opened.rest(0.6)


if __name__ == "__main__":
    main()
