from __future__ import annotations

import math

import numpy as np
import pytest

from ssbi_core.errors import InputError, MaterialError, SsbiError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import Phase, load_system
from ssbi_core.transport import Surfaces, conduct, two_potential_cathode
from ssbi_core.transport.cathode.cathode_structure import transfer_faces
from ssbi_core.transport.cathode.coupled_potentials import TransferFaces
from ssbi_core.transport.cathode.two_potential import solve_coupled
from ssbi_core.transport.conductivity_field import build_field


def _transmission_line(length: float, ionic: float, electronic: float, transfer: float) -> float:
    """Resistance of a uniform composite, ions in at one end and electrons out at the other (Newman, 22.5)."""
    nu = length * math.sqrt(transfer * (1 / ionic + 1 / electronic))
    ratio = electronic / ionic + ionic / electronic
    return length / (ionic + electronic) * (1 + (2 + ratio * math.cosh(nu)) / (nu * math.sinh(nu)))


def _uniform(shape: tuple[int, ...], ionic: float, electronic: float, transfer: float, axis: int = 0) -> float:
    """Resistance of a uniform composite of unit length."""
    solved = solve_coupled(
        np.full(shape, ionic), np.full(shape, electronic), 1 / shape[axis], axis, transfer=np.full(shape, transfer)
    )
    return solved["area_specific_resistance"]


@pytest.mark.parametrize(("ionic", "electronic", "transfer"), [(1.0, 3.0, 20.0), (2.0, 1e-3, 0.1), (1e-2, 1e2, 5.0)])
def test_uniform_composite_is_the_transmission_line_to_second_order(ionic, electronic, transfer):
    exact = _transmission_line(1.0, ionic, electronic, transfer)
    errors = [abs(_uniform((n, 2), ionic, electronic, transfer) / exact - 1) for n in (32, 64, 128)]
    assert errors[-1] < 5e-3
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.1)
    assert errors[1] / errors[2] == pytest.approx(4, rel=0.05)


def test_electrons_that_move_freely_leave_the_coth_of_de_levie():
    exact = 1 / math.sqrt(20.0) / math.tanh(math.sqrt(20.0))
    assert _transmission_line(1.0, 1.0, 1e12, 20.0) == pytest.approx(exact, rel=1e-9)
    assert _uniform((400, 1), 1.0, 1e6, 20.0) == pytest.approx(exact, rel=1e-4)


@pytest.mark.parametrize(("shape", "axis"), [((3, 40), 1), ((40, 2, 3), 0), ((2, 3, 40), 2)])
def test_every_axis_and_dimension_gives_the_same(shape, axis):
    assert _uniform(shape, 1.0, 3.0, 20.0, axis) == pytest.approx(_uniform((40, 1), 1.0, 3.0, 20.0), rel=1e-10)


def test_exchanging_the_carriers_changes_nothing():
    rng = np.random.default_rng(0)
    ionic, electronic, transfer = rng.uniform(0.1, 1, (3, 12, 9))
    one = solve_coupled(ionic, electronic, 0.1, 0, transfer=transfer)
    other = solve_coupled(electronic, ionic, 0.1, 0, transfer=transfer, ions_first=False)
    assert one["area_specific_resistance"] == pytest.approx(other["area_specific_resistance"], rel=1e-10)
    np.testing.assert_allclose(one["ionic_potential"], 1 - other["electronic_potential"], atol=1e-10)
    swapped = {"ionic": "electronic", "electronic": "ionic", "charge_transfer": "charge_transfer"}
    for carrier, share in one["resistance_share"].items():
        assert other["resistance_share"][swapped[carrier]] == pytest.approx(share, rel=1e-9)


def test_current_passes_from_ions_to_electrons():
    one = np.ones((50, 3))
    solved = solve_coupled(one, 2 * one, 0.02, 0, transfer=50 * one)
    share = solved["ionic_current_share"]
    assert (np.diff(share) < 0).all()
    assert share[0] > 0.9
    assert share[-1] < 0.1
    assert sum(solved["resistance_share"].values()) == pytest.approx(1, abs=1e-12)
    assert solved["flux_imbalance"] < 1e-9


def test_electrolyte_and_active_layer_in_series_with_their_face_are_exact():
    labels = np.ones((20, 4), np.uint8)
    labels[12:] = 3
    got = two_potential_cathode(
        PhaseMap(labels, 50.0),
        axis=0,
        conductivity={"llzo": 1e-4},
        electronic_conductivity={"llzo": 0.0, "nmc": 1e-3},
        resistance={"contact": 7.0},
    )
    parts = {"ionic": 12 * 50e-7 / 1e-4, "electronic": 8 * 50e-7 / 1e-3, "charge_transfer": 7.0}
    total = sum(parts.values())
    assert got.area_specific_resistance == pytest.approx(total, rel=1e-10)
    assert got.resistance_share == pytest.approx({k: v / total for k, v in parts.items()}, rel=1e-9)
    assert got.ions_first
    assert np.isnan(got.ionic_potential[12:]).all()
    assert np.isnan(got.electronic_potential[:12]).all()
    np.testing.assert_allclose(got.ionic_current_share, [1.0] * 12 + [0.0] * 8, atol=1e-9)


@pytest.mark.parametrize("drawn", [0, 1, 2])
def test_drawn_contact_counts_once_and_the_picture_may_be_upside_down(drawn):
    labels = np.ones((20, 4), np.uint8)
    labels[12:] = 3
    labels[12 - drawn : 12] = 4
    arguments = {
        "axis": 0,
        "conductivity": {"llzo": 1e-4},
        "electronic_conductivity": {"llzo": 0.0, "nmc": 1e-4},
        "resistance": {"contact": 7.0},
    }
    up, down = (two_potential_cathode(PhaseMap(x, 50.0), **arguments) for x in (labels, labels[::-1].copy()))
    assert up.area_specific_resistance == pytest.approx(20 * 50e-7 / 1e-4 + 7.0, rel=1e-10)
    assert down.area_specific_resistance == pytest.approx(up.area_specific_resistance, rel=1e-10)
    assert (up.ions_first, down.ions_first) == (True, False)
    forced = two_potential_cathode(PhaseMap(labels, 50.0), ionic_face="last", **arguments)
    assert math.isinf(forced.area_specific_resistance)
    assert forced.resistance_share == {}


def test_layer_at_the_interface_is_crossed_by_ions_before_the_charge_transfer():
    labels = np.ones((20, 4), np.uint8)
    labels[8:10], labels[10:] = 8, 3
    got = two_potential_cathode(
        PhaseMap(labels, 10.0),
        axis=0,
        conductivity={"llzo": 1e-4},
        electronic_conductivity={"llzo": 0.0, "nmc": 1e-3},
        resistance={"contact": 7.0, "coating": 30.0},
    )
    assert got.area_specific_resistance == pytest.approx(8e-6 / 1e-4 + 30 + 7 + 10e-6 / 1e-3, rel=1e-9)


def test_composite_uses_the_area_of_its_particles():
    labels = np.ones((300, 2), np.uint8)
    labels[100:] = 3
    radius, fraction, contact = 200.0, 0.6, 5.0
    got = two_potential_cathode(
        PhaseMap(labels, 10.0),
        axis=0,
        conductivity={"llzo": 1e-4, "nmc": 3e-5},
        electronic_conductivity={"llzo": 0.0, "nmc": 1e-3},
        resistance={"contact": contact},
        particle_radius_nm=radius,
        active_fraction=fraction,
    )
    transfer = 3 * fraction / (radius * 1e-7) / contact
    exact = 1e-4 / 1e-4 + _transmission_line(2e-4, 3e-5, 1e-3, transfer)
    assert got.area_specific_resistance == pytest.approx(exact, rel=1e-4)


def test_more_interface_lowers_the_resistance_of_a_resolved_cathode():
    flat = np.ones((24, 24), np.uint8)
    flat[12:] = 3
    fingers = flat.copy()
    fingers[6:18, ::2] = 3
    fingers[6:18, 1::2] = 1
    one, other = (two_potential_cathode(PhaseMap(x, 2.0), axis=0) for x in (flat, fingers))
    assert other.area_specific_resistance < 0.2 * one.area_specific_resistance
    assert other.resistance_share["charge_transfer"] > 0.9


def test_particle_that_no_electron_reaches_only_stores_nothing():
    labels = np.ones((24, 24), np.uint8)
    labels[16:] = 3
    labels[4:8, 8:16] = 3
    cut_off = two_potential_cathode(PhaseMap(labels, 2.0), axis=0, electronic_conductivity={"llzo": 0.0})
    labels[4:8, 8:16] = 6
    pore = two_potential_cathode(PhaseMap(labels, 2.0), axis=0, electronic_conductivity={"llzo": 0.0})
    # It may pass current from one side to the other through its surface, so it costs no more than a pore.
    assert cut_off.area_specific_resistance <= pore.area_specific_resistance
    assert cut_off.area_specific_resistance == pytest.approx(pore.area_specific_resistance, rel=0.05)


def test_ions_that_meet_a_perfect_collector_are_the_single_potential_problem():
    rng = np.random.default_rng(1)
    labels = rng.choice([1, 1, 1, 8, 6], (16, 12)).astype(np.uint8)
    field = np.array([0, 1.0, 0, 0, 0, 0, 0, 0, 0.2])[labels]
    ionic, electronic = np.vstack([field, np.zeros((1, 12))]), np.vstack([0 * field, np.full((1, 12), 1e6)])
    last = np.flatnonzero(field[-1]) + 15 * 12
    contacts = TransferFaces(last, last + 12, np.zeros(last.size, int), np.zeros(last.size))
    solved = solve_coupled(ionic, electronic, 1.0, 0, transfer=0 * ionic, contacts=contacts)
    alone = conduct(field, bounds=False).from_potential
    assert solved["area_specific_resistance"] == pytest.approx(16 / alone, rel=1e-5)


def test_grain_boundary_resists_ions_only():
    shape = (20, 3)
    faces = Surfaces.between(np.arange(3) + 15, 0, 4.0, shape)
    contacts = TransferFaces(np.arange(3) + 33, np.arange(3) + 36, np.zeros(3, int), np.full(3, 2.0))
    ionic, electronic = np.zeros(shape), np.ones(shape)
    ionic[:12] = 0.5
    electronic[:12] = 0.0
    solved = solve_coupled(ionic, electronic, 1.0, 0, transfer=np.zeros(shape), surfaces=faces, contacts=contacts)
    assert solved["area_specific_resistance"] == pytest.approx(12 / 0.5 + 4 + 2 + 8, rel=1e-10)


def test_faces_of_a_contact_line_keep_their_resistance():
    labels = np.ones((12, 10), np.uint8)
    labels[6:8, :5], labels[8:], labels[6:8, 5:] = 4, 3, 3
    built = build_field(labels, 1e-7, {Phase.LLZO: 1.0, Phase.NMC: 1.0}, {Phase.CONTACT: 9.0})
    live = np.ones(labels.shape, bool)
    faces = transfer_faces(built, live, live, 3.0)
    assert set(np.round(faces.resistance, 6)) == {3.0, 9.0}
    assert (built.body.ravel()[faces.ion] == Phase.LLZO).all()
    assert (built.body.ravel()[faces.electron] == Phase.NMC).all()


def test_electronic_conductivity_is_optional_in_material_files():
    system = load_system()
    assert system.electronic_conductivity(Phase.NMC, 298.15) == pytest.approx(1e-4)
    assert system.electronic_conductivity(Phase.NMC, 350.0) > 1e-4
    assert system.electronic_conductivity(Phase.LLZO, 350.0) == system.electronic_conductivity(Phase.LLZO, 298.15)
    assert system.electronic_conductivity(Phase.PORE, 298.15) is None
    silent = {"electronic_conductivity": None, "electronic_activation_energy": None}
    nmc = system.phases["nmc"].model_copy(update=silent)
    old = system.model_copy(update={"phases": {**system.phases, "nmc": nmc}})
    labels = np.ones((8, 6), np.uint8)
    labels[4:] = 3
    with pytest.raises(MaterialError, match="electronic"):
        two_potential_cathode(PhaseMap(labels, 1.0), system=old)
    given = two_potential_cathode(PhaseMap(labels, 1.0), system=old, electronic_conductivity={"nmc": 1e-4})
    known = two_potential_cathode(PhaseMap(labels, 1.0))
    assert given.area_specific_resistance == pytest.approx(known.area_specific_resistance, rel=1e-9)


@pytest.mark.parametrize(
    "arguments",
    [
        {"particle_radius_nm": 0.0},
        {"active_fraction": 1.5},
        {"ionic_face": "top"},
        {"resistance": {"contact": 0.0}},
        {"conductivity": {"contact": 1.0}},
        {"electronic_conductivity": {"nmc": -1.0}},
        {"electronic_conductivity": {"ice": 1.0}},
        {"temperature": 5.0},
    ],
)
def test_bad_arguments_are_refused_with_a_mend(arguments):
    labels = np.ones((8, 6), np.uint8)
    labels[4:] = 3
    with pytest.raises(SsbiError) as caught:
        two_potential_cathode(PhaseMap(labels, 1.0), **arguments)
    assert caught.value.to_do
    assert isinstance(caught.value, InputError)
