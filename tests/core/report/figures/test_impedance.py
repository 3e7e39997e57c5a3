from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import load_system
from ssbi_core.report.figures.canvas import style
from ssbi_core.report.figures.impedance import impedance_figure, save_impedance_figure
from ssbi_core.transport import impedance


def _spectrum(**settings):
    labels = np.ones((24, 20), np.uint8)
    labels[11:13], labels[13:] = 4, 3
    labels[5], labels[2:5, 3:6], labels[11:13, 14:] = 2, 6, 5
    return impedance(PhaseMap(labels, 200.0), axis=0, **{"frequencies": (1e0, 1e9, 4), **settings})


@pytest.fixture(scope="module")
def figure():
    with style():
        drawn = impedance_figure(_spectrum(), load_system())
        FigureCanvasAgg(drawn).draw()  # places labels of axes
    return drawn


def test_nyquist_plot_has_one_unit_length_on_both_axes(figure):
    axes = figure.axes[0]
    box = axes.get_window_extent()
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    assert (right - left) / box.width == pytest.approx((top - bottom) / box.height)


def test_names_of_phases_and_peaks_do_not_overlap(figure):
    for axes in figure.axes:
        boxes = [text.get_window_extent() for text in axes.texts]
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_every_text_lies_within_the_figure(figure):
    for axes in figure.axes:
        for text in [*axes.texts, axes.xaxis.label, axes.yaxis.label]:
            box = text.get_window_extent()
            assert box.x0 >= 0
            assert box.x1 <= figure.bbox.width
            assert box.y0 >= 0
            assert box.y1 <= figure.bbox.height


def test_a_single_frequency_and_a_blocked_structure_can_be_drawn(tmp_path):
    save_impedance_figure(_spectrum(frequencies=[1e3]), load_system(), tmp_path)
    labels = np.ones((12, 6), np.uint8)
    labels[6] = 6
    blocked = impedance(PhaseMap(labels, 50.0), axis=0, frequencies=(1e4, 1e9, 4))
    png, svg = save_impedance_figure(blocked, load_system(), tmp_path)
    assert png.stat().st_size > 10_000
    assert "Nyquist plot" in svg.read_text()
