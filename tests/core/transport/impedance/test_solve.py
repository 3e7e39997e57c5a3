from __future__ import annotations

import math

import numpy as np
import pytest

from ssbi_core.errors import InputError, SsbiError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import load_system
from ssbi_core.materials.system import VACUUM_PERMITTIVITY
from ssbi_core.transport import TransportConfig, solve_conduction
from ssbi_core.transport.impedance import ImpedanceConfig, impedance

PIXEL = 50e-7  # cm
RANGE = (1e0, 1e10, 4)


def _phase_map(labels: np.ndarray) -> PhaseMap:
    return PhaseMap(labels, 50.0)


def _laminate() -> np.ndarray:
    """LLZO over NMC, their contact between: 10 pixels of each, line pixels counted with the solids."""
    labels = np.ones((20, 5), np.uint8)
    labels[9:11], labels[11:] = 4, 3
    return labels


def _bulk(frequency: np.ndarray, sigma: float, relative: float) -> np.ndarray:
    return sigma + 2j * np.pi * frequency * VACUUM_PERMITTIVITY * relative


def test_series_laminate_is_the_exact_sum_of_its_elements():
    got = impedance(
        _phase_map(_laminate()),
        frequencies=RANGE,
        axis=0,
        conductivity={"llzo": 5e-4, "nmc": 1e-5},
        resistance={"contact": 7.0},
        permittivity={"llzo": 50, "nmc": 15},
        capacitance={"contact": 1e-6},
        exponent={"contact": 1.0},
    )
    f, half = got.frequency, 10 * PIXEL
    contact = 7.0 / (1 + 2j * np.pi * f * 7.0 * 1e-6)
    exact = half / _bulk(f, 5e-4, 50) + half / _bulk(f, 1e-5, 15) + contact
    assert np.abs(got.impedance / exact - 1).max() < 1e-9
    assert np.abs(got.effective_conductivity - 2 * half / exact).max() < 1e-9 * np.abs(2 * half / exact).max()


def test_constant_phase_element_of_a_contact_is_exact():
    got = impedance(
        _phase_map(_laminate()),
        frequencies=RANGE,
        axis=0,
        resistance={"contact": 7.0},
        capacitance={"contact": 2e-6},
        exponent={"contact": 0.8},
        conductivity={"llzo": 1e-3, "nmc": 1e-3},
        permittivity={"llzo": 30, "nmc": 30},
    )
    f = got.frequency
    tau = 7.0 * 2e-6
    charge = tau**0.8 / 7.0  # Q in F s^(n-1) / cm2, the form of the textbooks: tau = (R Q)^(1/n)
    assert (7.0 * charge) ** (1 / 0.8) == pytest.approx(tau)
    exact = 20 * PIXEL / _bulk(f, 1e-3, 30) + 7.0 / (1 + 7.0 * charge * (2j * np.pi * f) ** 0.8)
    assert np.abs(got.impedance / exact - 1).max() < 1e-9


def test_parallel_laminate_adds_conductivities():
    labels = np.ones((6, 20), np.uint8)
    labels[:, 5:] = 3
    got = impedance(
        _phase_map(labels),
        frequencies=RANGE,
        axis=0,
        conductivity={"llzo": 5e-4, "nmc": 1e-6},
        permittivity={"llzo": 50, "nmc": 15},
    )
    f = got.frequency
    exact = 0.25 * _bulk(f, 5e-4, 50) + 0.75 * _bulk(f, 1e-6, 15)
    assert np.abs(got.effective_conductivity / exact - 1).max() < 1e-9


def test_layer_given_by_its_resistance_is_a_resistor_beside_its_element():
    labels = np.ones((20, 5), np.uint8)
    labels[8:12] = 8
    got = impedance(
        _phase_map(labels),
        frequencies=RANGE,
        axis=0,
        conductivity={"llzo": 1e-3},
        permittivity={"llzo": 50},
        resistance={"coating": 40.0},
        capacitance={"coating": 3e-7},
        exponent={"coating": 0.9},
    )
    f = got.frequency
    exact = 16 * PIXEL / _bulk(f, 1e-3, 50) + 40 / (1 + (2j * np.pi * f * 40 * 3e-7) ** 0.9)
    assert np.abs(got.impedance / exact - 1).max() < 1e-9


def test_stack_of_slices_is_solved_too():
    labels = np.ones((4, 5, 6), np.uint8)
    labels[2:] = 3
    got = impedance(
        PhaseMap(labels, 50.0),
        frequencies=RANGE,
        axis=2,
        conductivity={"llzo": 1e-3, "nmc": 1e-5},
        permittivity={"llzo": 50, "nmc": 15},
    )
    f = got.frequency
    exact = 2 / (1 / _bulk(f, 1e-3, 50) + 1 / _bulk(f, 1e-5, 15))
    assert np.abs(got.effective_conductivity / exact - 1).max() < 1e-9


@pytest.mark.parametrize("solver", ["pardiso", "superlu"])
@pytest.mark.parametrize("mesh", ["pixels", "graded"])
def test_low_frequency_limit_is_direct_conduction(solver, mesh, interface):
    if solver == "pardiso":
        pytest.importorskip("pypardiso")
    labels = np.kron(interface, np.ones((4, 4), np.uint8)) if mesh == "graded" else interface
    config = ImpedanceConfig(solver=solver, mesh=mesh)
    alternating = impedance(_phase_map(labels), frequencies=[1e-9], config=config)
    direct = solve_conduction(_phase_map(labels), config=TransportConfig(bounds=False, knockout=False, mesh=mesh))
    assert alternating.effective_conductivity[0].real == pytest.approx(direct.effective_conductivity.estimate, rel=1e-6)
    assert alternating.method == f"direct, {solver}"


def test_high_frequency_limit_is_that_of_permittivities(interface):
    hertz = 1e16
    capacitors = dict.fromkeys(("contact", "grain_boundary", "dislocation"), 1.0)
    got = impedance(_phase_map(interface), frequencies=[hertz], exponent=capacitors)
    # With conductivities in the ratio of the permittivities and no interfaces, conduction is the same problem.
    system = load_system("llzo_nmc")
    labels = interface.copy()
    labels[np.isin(labels, (2, 7))] = 1
    labels[11, :14], labels[12, :14] = 1, 3  # contact pixels go to the solids beside them
    relative = {p: system.relative_permittivity(p) for p in map(_phase, ("llzo", "nmc", "pore", "reaction_layer"))}
    same = solve_conduction(
        _phase_map(labels),
        axis=0,
        conductivity={p.key: value for p, value in relative.items()},
        config=TransportConfig(bounds=False, knockout=False),
    )
    capacitive = 2 * np.pi * hertz * VACUUM_PERMITTIVITY * same.effective_conductivity.estimate
    # Nodes stay doubled where lines end at weak pixels, which costs a per cent on this coarse grid.
    assert got.effective_conductivity[0].imag == pytest.approx(capacitive, rel=0.02)
    assert abs(got.effective_conductivity[0].real) < 1e-3 * capacitive


def _phase(key: str):
    from ssbi_core.materials import Phase

    return Phase.parse(key)


def test_spectrum_obeys_kramers_and_kronig(interface):
    """The real part alone fixes the imaginary one: fitted by relaxations, it predicts it."""
    got = impedance(_phase_map(interface), frequencies=(1e-1, 1e10, 10))
    omega = 2 * np.pi * got.frequency
    tau = 1 / np.geomspace(omega[0] / 30, omega[-1] * 30, 130)
    kernel = np.hstack([1 / (1 + 1j * omega[:, None] * tau), np.ones((omega.size, 1))])
    weight = 1 / np.abs(got.impedance)
    fit = np.linalg.lstsq(kernel.real * weight[:, None], got.impedance.real * weight, rcond=1e-10)[0]
    inner = (got.frequency > 1) & (got.frequency < 1e8)
    error = np.abs((kernel @ fit - got.impedance) * weight)[inner]
    assert error.max() < 1e-3
    assert (got.impedance.real > 0).all()
    assert (got.impedance.imag < 0).all()
    assert (np.diff(got.impedance.real) <= 0).all()


def test_pores_across_the_field_leave_a_capacitor():
    labels = np.ones((40, 6), np.uint8)
    labels[20] = 6
    got = impedance(_phase_map(labels), axis=0, frequencies=(1e0, 1e10, 6))
    assert not got.percolates
    assert got.drt.series_capacitance == pytest.approx(VACUUM_PERMITTIVITY / PIXEL, rel=1e-2)
    system = load_system("llzo_nmc")
    bulk = _bulk(got.frequency, 5.3e-4, 50)
    assert system.conductivity(_phase("llzo"), 298.15) == pytest.approx(5.3e-4)
    exact = 39 * PIXEL / bulk + PIXEL / _bulk(got.frequency, 0.0, 1.0)
    assert np.abs(got.impedance / exact - 1).max() < 1e-9


def test_default_frequencies_hold_every_relaxation():
    got = impedance(_phase_map(_laminate()), axis=0)
    times = got.nominal_relaxation_times
    assert set(times) == {"llzo", "nmc", "contact"}
    assert got.frequency[0] < 1 / (2 * np.pi * max(times.values())) / 30
    assert got.frequency[-1] > 30 / (2 * np.pi * min(times.values()))
    contact = got.drt.peaks[0]
    assert contact.relaxation_time == pytest.approx(times["contact"], rel=0.05)
    assert contact.resistance == pytest.approx(25.7, rel=0.02)
    assert sum(p.resistance for p in got.drt.peaks) == pytest.approx(got.impedance[0].real, rel=1e-2)


def test_higher_temperature_lowers_the_impedance_and_shortens_the_times():
    cold, warm = (impedance(_phase_map(_laminate()), axis=0, temperature=t) for t in (298.15, 353.15))
    assert warm.impedance[0].real < cold.impedance[0].real / 5
    assert warm.nominal_relaxation_times["contact"] < cold.nominal_relaxation_times["contact"] / 5


def test_progress_reaches_the_end():
    seen: list[float] = []
    impedance(_phase_map(_laminate()), axis=0, frequencies=[1.0, 1e3], progress=seen.append)
    assert seen == [0.5, 1.0]


@pytest.mark.parametrize(
    "frequencies",
    [
        [],
        [-1.0],
        [0.0],
        [math.nan],
        [1.0, math.inf],
        np.ones((2, 2)),
        ["fast"],
        (0.0, 1e3, 5),
        (1e3, 1.0, 5),
        (1.0, math.nan, 5),
        (1.0, 1e3, 0),
        (-1.0, 1e3, 5),
        (1.0, 1e3, 1e9),
    ],
)
def test_frequencies_that_make_no_sense_are_refused(frequencies):
    with pytest.raises(InputError, match="frequenc") as caught:
        impedance(_phase_map(_laminate()), frequencies=frequencies)
    assert caught.value.to_do


@pytest.mark.parametrize(
    "arguments",
    [
        {"axis": 2},
        {"temperature": -3.0},
        {"permittivity": {"llzo": 0.5}},
        {"permittivity": {"contact": 5.0}},
        {"permittivity": {"ice": 5.0}},
        {"capacitance": {"llzo": 1e-6}},
        {"capacitance": {"contact": 0.0}},
        {"capacitance": {"contact": math.nan}},
        {"exponent": {"contact": 1.2}},
        {"exponent": {"coating": 0.9}},
        {"conductivity": {"contact": 1.0}, "capacitance": {"contact": 1e-6}},
        {"resistance": {"llzo": 1.0}},
        {"system": "unobtainium"},
    ],
)
def test_bad_arguments_are_refused_with_a_mend(arguments):
    with pytest.raises(SsbiError) as caught:
        impedance(_phase_map(_laminate()), **arguments)
    assert caught.value.to_do
