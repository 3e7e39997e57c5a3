# ruff: noqa: RUF001 (dashes, minus and Greek letters are meant as they stand)
import io
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from ssbi_core.report import figure_png
from ssbi_core.report.figures.arrhenius import arrhenius_figure
from ssbi_core.report.figures.canvas import style
from ssbi_core.transport.temperature import fit_arrhenius

BLUE = (0x2B, 0x7B, 0xBA)


def drawn(result, kelvin=(253.15, 298.15, 353.15), energy=0.4):
    kelvin = np.array(kelvin)
    sigma = 1e5 / kelvin * np.exp(-energy / 8.617e-5 / kelvin)
    sweep = replace(
        result.temperature_sweep,
        temperature=kelvin,
        conductivity=sigma,
        lower=0.99 * sigma,
        upper=1.01 * sigma,
        fit=fit_arrhenius(kelvin, sigma),
    )
    with style():
        figure = arrhenius_figure(replace(result, temperature_sweep=sweep))
        FigureCanvasAgg(figure).draw()  # places labels of axes
    return figure


def test_every_temperature_is_a_dot_that_can_be_seen(swept_result):
    picture = Image.open(io.BytesIO(figure_png(swept_result, "temperature_sweep"))).convert("RGB")
    blue = (np.asarray(picture) == BLUE).all(axis=-1)
    assert blue.sum() > 3 * 100  # pixels of a dot 7 points across, at 150 dpi
    assert len(drawn(swept_result).axes[0].patches) == 3


def test_the_line_ends_at_the_outermost_temperatures(swept_result):
    line = drawn(swept_result).axes[0].lines[0]
    assert line.get_xdata() == pytest.approx([1000 / 353.15, 1000 / 253.15])


@pytest.mark.parametrize(
    ("kelvin", "said"),
    [
        ((253.15, 298.15, 353.15), ["−20", "0", "20", "40", "60", "80"]),
        ((120.0, 1500.0), ["−100", "0", "200", "600"]),
        ((298.15, 299.15), ["25", "25.2", "25.4", "25.6", "25.8", "26"]),
    ],
)
def test_celsius_is_written_above_without_overlap(kelvin, said, swept_result):
    figure = drawn(swept_result, kelvin)
    labels = figure.axes[0].child_axes[0].get_xticklabels()
    assert sorted((label.get_text() for label in labels), key=lambda t: float(t.replace("−", "-"))) == said
    boxes = [label.get_window_extent() for label in labels]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


@pytest.mark.parametrize("energy", [0.4, -0.1, 1e-9])
def test_the_energy_keeps_clear_of_the_points_and_every_text_lies_within_the_figure(energy, swept_result):
    figure = drawn(swept_result, energy=energy)
    axes = figure.axes[0]
    (energy_text,) = axes.texts
    assert "eV" in energy_text.get_text()
    assert not any(patch.get_window_extent().overlaps(energy_text.get_window_extent()) for patch in axes.patches)
    for text in [energy_text, axes.xaxis.label, axes.yaxis.label, axes.child_axes[0].xaxis.label]:
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.width
        assert box.y0 >= 0
        assert box.y1 <= figure.bbox.height


def test_no_plot_without_a_sweep_or_without_conduction(result, blocked_sweep):
    assert arrhenius_figure(result) is None
    assert arrhenius_figure(blocked_sweep) is None
