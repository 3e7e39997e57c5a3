from __future__ import annotations

import math

import pytest
from qtpy.QtCore import QPointF

from napari_ssbi.compute.tasks import Setting
from napari_ssbi.widgets.front_chart import FrontChart
from plugin.widgets.conftest import improved_by_a_search


class Silent:
    def partial(self, _value):
        """Nobody watches."""


@pytest.fixture
def front(application):
    front = FrontChart()
    front.resize(360, 300)
    front.set_theme("dark")
    front.show_front(improved_by_a_search(Silent(), {"process": {}, "phases": None, "setting": Setting()}))
    return front


def test_a_click_chooses_the_process_that_is_near(front):
    heard = []
    front.chosen.connect(heard.append)
    front.chart.box.pressed.emit(QPointF(5.0, math.log10(1.9e-6)), False)
    assert heard[-1].conductivity == 1.9e-6
    assert front.list.currentIndex() == 1
    assert len(front.ring.points()) == 1
    front.chart.box.pressed.emit(QPointF(4.5, -9.0), False)
    assert heard[-1] is None
    assert not len(front.ring.points())


def test_every_interval_and_both_verified_processes_lie_within_the_axes(front):
    (left, right), (bottom, top) = front.chart.box.viewRange()
    assert left < 4.0 < 5.0 < right
    assert bottom < math.log10(0.9e-6) < math.log10(2.1e-6) < top


def test_ticks_are_read_with_their_power_of_ten(front):
    assert "10⁻⁶ S/cm" in front.chart.getAxis("left").labelText


def test_without_a_result_it_is_hidden(front):
    front.show_front(None)
    assert front.isHidden()
    assert front.list.count() == 1
