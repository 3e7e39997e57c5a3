from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.transport import ImpedanceConfig, TransportConfig, impedance, solve_conduction
from ssbi_core.transport.structure import Structure


@pytest.fixture
def tenth_unlabelled(interface) -> PhaseMap:
    interface[:, :2] = 0
    return PhaseMap(interface, 1.0)


def test_more_unlabelled_pixels_are_filled_where_they_are_allowed(tenth_unlabelled):
    with pytest.raises(InputError, match="at most 5 %"):
        Structure.of(tenth_unlabelled, "llzo_nmc", 0, None, None)
    got = Structure.of(tenth_unlabelled, "llzo_nmc", 0, None, None, max_unlabelled=0.2)
    assert got.unlabelled == pytest.approx(0.1)
    assert (got.labels[:, :2] == got.labels[:, 2:3]).all()


def test_every_calculation_keeps_to_the_limit_of_its_configuration(tenth_unlabelled):
    loose = solve_conduction(tenth_unlabelled, config=TransportConfig(max_unlabelled=0.2, knockout=False))
    other = impedance(tenth_unlabelled, frequencies=[1.0], config=ImpedanceConfig(max_unlabelled=0.2))
    for got in (loose, other):
        assert got.settings["notes"] == ["10 % unlabelled pixels took the phase of their nearest neighbour"]
    with pytest.raises(InputError, match="at most 1 %"):
        solve_conduction(tenth_unlabelled, config=TransportConfig(max_unlabelled=0.01))
    with pytest.raises(InputError, match="at most 1 %"):
        impedance(tenth_unlabelled, config=ImpedanceConfig(max_unlabelled=0.01))


def test_electrolyte_on_cathode_without_a_line_is_noted_where_other_contacts_are_drawn(interface):
    interface[11, :4], interface[12, :4] = 1, 3
    resistive = Structure.of(PhaseMap(interface, 1.0), "llzo_nmc", 0, None, None)
    assert "LLZO touches NMC on 4 pixel faces" in resistive.settings(298.15)["notes"][0]
    conductive = Structure.of(PhaseMap(interface, 1.0), "llzo_nmc", 0, {"contact": 1e-5}, None)
    assert conductive.settings(298.15)["notes"] == []
    undrawn = Structure.of(PhaseMap(np.where(interface == 4, 1, interface), 1.0), "llzo_nmc", 0, None, None)
    assert undrawn.settings(298.15)["notes"] == []


def test_rows_are_taken_and_said_where_there_is_no_interface():
    got = Structure.of(PhaseMap(np.ones((4, 6), np.uint8), 2.0), "llzo_nmc", None, None, None)
    assert (got.axis, got.array_axis) == (0, 0)
    assert got.length == pytest.approx(8e-7)
    assert "axis 0 (rows)" in got.settings(298.15)["notes"][0]
