from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import Phase, load_system
from ssbi_core.materials.system import BOLTZMANN_EV
from ssbi_core.transport import conduct, solve_conduction, temperature_sweep
from ssbi_core.transport.conduct import ConductionProblem
from ssbi_core.transport.structure import Structure
from ssbi_core.transport.temperature import fit_arrhenius

KELVIN = np.arange(250.0, 401.0, 25.0)


def test_single_phase_has_its_own_activation_energy():
    system = load_system()
    for phase in (Phase.LLZO, Phase.NMC, Phase.COATING):
        got = temperature_sweep(PhaseMap(np.full((6, 5), phase, np.uint8), 1.0), KELVIN, axis=0)
        properties = system.phase(phase)
        assert got.fit.activation_energy == pytest.approx(properties.activation_energy.value, abs=1e-9)
        assert got.fit.standard_error < 1e-9
        np.testing.assert_allclose(got.local_activation_energy, properties.activation_energy.value, atol=1e-9)
        expected = [system.conductivity(phase, t) for t in KELVIN]
        np.testing.assert_allclose(got.conductivity, expected, rtol=1e-10)
        assert got.fit.prefactor == pytest.approx(
            expected[2] * KELVIN[2] * np.exp(got.fit.activation_energy / BOLTZMANN_EV / KELVIN[2]), rel=1e-7
        )


def test_series_laminate_crosses_over_between_the_two_activation_energies():
    # The coating (0.45 eV) is thin: it controls in the cold, the electrolyte (0.3 eV) in the heat.
    labels = np.ones((400, 2), np.uint8)
    labels[200] = 8
    kelvin = np.linspace(150.0, 1500.0, 28)
    got = temperature_sweep(PhaseMap(labels, 1.0), kelvin, axis=0, mesh="pixels")
    system = load_system()
    low, high = (system.phase(p).activation_energy.value for p in (Phase.LLZO, Phase.COATING))
    slopes = got.local_activation_energy
    assert (np.diff(slopes) < 0).all()
    assert slopes[0] == pytest.approx(high, rel=0.01)
    assert slopes[-1] == pytest.approx(low, rel=0.15)
    assert low < got.fit.activation_energy < high
    assert got.fit.standard_error > 1e-3
    resistance = [399 / system.conductivity(Phase.LLZO, t) + 1 / system.conductivity(Phase.COATING, t) for t in kelvin]
    np.testing.assert_allclose(got.conductivity, 400 / np.array(resistance), rtol=1e-9)


def test_table_is_what_solving_each_temperature_alone_gives(interface):
    phases = PhaseMap(interface, 1.0)
    got = temperature_sweep(phases, KELVIN[::3], axis=0)
    for k, kelvin in enumerate(KELVIN[::3]):
        alone = solve_conduction(phases, temperature=float(kelvin), axis=0, knockout=False)
        np.testing.assert_allclose(
            [got.conductivity[k], got.lower[k], got.upper[k]], alone.effective_conductivity, rtol=1e-7
        )
        assert got.area_specific_resistance[k] == pytest.approx(alone.area_specific_resistance, rel=1e-7)
    assert next(iter(got.rows()[0])) == "temperature_K"
    assert len(got.rows()) == 3


def test_problem_with_other_properties_is_the_problem_set_up_with_them(interface):
    structure = Structure.of(PhaseMap(interface, 1.0), "llzo_nmc", 0, None, {"contact": 3.0})
    cold, hot = structure.field(250.0), structure.field(420.0)
    with ConductionProblem(cold.conductivity, cold.voxel_size, surfaces=cold.surfaces) as problem:
        again = problem.with_properties(hot.conductivity, hot.surfaces.resistance).solve()
        assert problem.with_properties(cold.conductivity, cold.surfaces.resistance).primal is problem.primal
    fresh = conduct(hot.conductivity, hot.voxel_size, surfaces=hot.surfaces)
    np.testing.assert_allclose(again.effective_conductivity, fresh.effective_conductivity, rtol=1e-9)
    np.testing.assert_allclose(again.current_density, fresh.current_density, rtol=1e-6, atol=1e-9)


def test_order_of_temperatures_does_not_matter(interface):
    phases = PhaseMap(interface, 1.0)
    one = temperature_sweep(phases, [400.0, 250.0, 300.0], axis=0)
    other = temperature_sweep(phases, [250.0, 300.0, 400.0], axis=0)
    np.testing.assert_allclose(one.conductivity, other.conductivity[[2, 0, 1]], rtol=1e-12)
    np.testing.assert_allclose(one.local_activation_energy, other.local_activation_energy[[2, 0, 1]], rtol=1e-9)
    assert one.fit == pytest.approx(other.fit, rel=1e-9)


def test_blocked_structure_has_no_activation_energy():
    labels = np.ones((8, 6), np.uint8)
    labels[4] = 6
    got = temperature_sweep(PhaseMap(labels, 1.0), [300.0, 400.0], axis=0)
    assert not got.percolates
    assert not got.conductivity.any()
    assert np.isinf(got.area_specific_resistance).all()
    assert np.isnan(got.fit).all()


def test_fit_weighs_and_its_error_is_that_of_scatter():
    rng = np.random.default_rng(0)
    kelvin = np.linspace(250, 450, 41)
    exact = 3e4 / kelvin * np.exp(-0.33 / BOLTZMANN_EV / kelvin)
    fits = [fit_arrhenius(kelvin, exact * np.exp(0.05 * rng.standard_normal(41))) for _ in range(300)]
    energies = np.array([fit.activation_energy for fit in fits])
    assert energies.mean() == pytest.approx(0.33, abs=3e-4)
    assert energies.std() == pytest.approx(np.mean([fit.standard_error for fit in fits]), rel=0.1)
    spoilt = exact.copy()
    spoilt[0] *= 2
    error = np.where(np.arange(41) == 0, 10.0, 0.01)
    assert fit_arrhenius(kelvin, spoilt, error).activation_energy == pytest.approx(0.33, abs=1e-4)
    assert abs(fit_arrhenius(kelvin, spoilt).activation_energy - 0.33) > 3e-3
    assert np.isnan(fit_arrhenius(kelvin[:2], exact[:2]).standard_error)


@pytest.mark.parametrize("kelvin", [[300.0], [300.0, 300.0], [300.0, float("nan")], [[300.0, 400.0]], [20.0, 300.0]])
def test_bad_temperatures_are_refused_with_a_mend(kelvin):
    with pytest.raises(InputError) as caught:
        temperature_sweep(PhaseMap(np.ones((4, 4), np.uint8), 1.0), kelvin, axis=0)
    assert caught.value.to_do


def test_conductivity_that_is_not_above_zero_has_no_fit():
    with pytest.raises(InputError):
        fit_arrhenius(KELVIN, np.zeros(KELVIN.size))
