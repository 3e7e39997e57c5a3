from __future__ import annotations

from types import SimpleNamespace

import pytest

from napari_ssbi.views.charts import Chart, adds


def test_the_axes_have_the_colour_of_the_theme(app):
    chart = Chart()
    chart.set_theme("light")
    light = chart.ink
    chart.set_theme("dark")
    assert light != chart.ink
    assert chart.getAxis("left").textPen().color().name() == chart.ink[:7].lower()


def test_logarithmic_ticks_are_plain_numbers(app):
    assert Chart().getAxis("bottom").logTickStrings([-1, 0, 2], 1, 1) == ["0.1", "1", "100"]


@pytest.mark.parametrize(("key", "adding"), [("ShiftModifier", True), ("ControlModifier", True), ("NoModifier", False)])
def test_shift_and_control_add(key, adding):
    from qtpy.QtCore import Qt

    assert adds(SimpleNamespace(modifiers=lambda: getattr(Qt.KeyboardModifier, key))) is adding


def test_a_drag_with_the_left_button_draws_a_box_and_does_not_move_the_view(app):
    from qtpy.QtCore import QPointF, Qt

    chart, boxes = Chart(), []
    chart.resize(300, 300)
    chart.box.setRange(xRange=(0, 10), yRange=(0, 10), padding=0)
    chart.box.boxed.connect(lambda box, adding: boxes.append((box, adding)))
    before = chart.box.viewRange()
    start, end = (chart.box.mapFromView(QPointF(*place)) for place in ((2, 3), (5, 7)))
    drag = SimpleNamespace(
        button=lambda: Qt.MouseButton.LeftButton,
        buttonDownPos=lambda: start,
        pos=lambda: end,
        isFinish=lambda: True,
        modifiers=lambda: Qt.KeyboardModifier.NoModifier,
        accept=lambda: None,
    )
    chart.box.mouseDragEvent(drag)
    ((box, adding),) = boxes
    assert (box.left(), box.right()) == pytest.approx((2, 5), abs=0.1)
    assert sorted((box.top(), box.bottom())) == pytest.approx([3, 7], abs=0.1)
    assert not adding
    assert chart.box.viewRange() == before
