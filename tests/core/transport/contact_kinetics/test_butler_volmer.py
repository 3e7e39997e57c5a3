from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from ssbi_core.errors import InputError, SolverError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.transport import Surfaces, conduct, polarisation_curve, solve_conduction
from ssbi_core.transport.conductivity_field import ConductionField
from ssbi_core.transport.contact_kinetics import newton
from ssbi_core.transport.contact_kinetics.contact_conduction import ContactConduction
from ssbi_core.transport.finite_element import JaxFemPrimalProblem
from ssbi_core.transport.structure import Structure

THERMAL = 8.617333262e-5 * 298.15


def _laminate(shape: tuple[int, ...], *, upside_down: bool = False) -> PhaseMap:
    labels = np.full(shape, 3 if upside_down else 1, np.uint8)
    half = shape[0] // 2
    labels[half - 1 : half + 1], labels[half + 1 :] = 4, 1 if upside_down else 3
    return PhaseMap(labels, 50.0)


def _scalar_current(voltage: float, bulk: float, contact: float, anodic: float) -> float:
    """Current of a resistance in series with a Butler-Volmer contact."""

    def missing(eta: float) -> float:
        x = eta / THERMAL
        return THERMAL / contact * (np.exp(anodic * x) - np.exp(-(1 - anodic) * x)) - (voltage - eta) / bulk

    eta = brentq(missing, -abs(voltage), abs(voltage), xtol=1e-300, rtol=8.9e-16, maxiter=500)
    return (voltage - eta) / bulk


@pytest.mark.parametrize("shape", [(20, 3), (12, 2, 3)])
@pytest.mark.parametrize("anodic", [0.5, 0.3])
@pytest.mark.parametrize("contact", [25.0, 4e3])
def test_series_laminate_obeys_the_scalar_equation(shape, anodic, contact):
    voltages = np.array([-1.5, -0.3, -0.01, 1e-4, 0.05, 0.4, 1.0, 2.5])
    got = polarisation_curve(
        _laminate(shape),
        voltages,
        conductivity={"llzo": 1e-4, "nmc": 1e-5},
        resistance={"contact": contact},
        anodic_transfer=anodic,
        axis=0 if len(shape) == 2 else 2,
    )
    half = shape[0] // 2 * 50e-7
    # The electrode lies behind the contact, so a positive voltage drives the cathodic direction.
    exact = [-_scalar_current(-v, half / 1e-4 + half / 1e-5, contact, anodic) for v in voltages]
    np.testing.assert_allclose(got.current_density, exact, rtol=1e-9)
    np.testing.assert_allclose(got.area_specific_resistance, voltages / exact, rtol=1e-9)
    assert got.converged.all()


def test_which_side_is_the_electrode_is_read_from_the_picture():
    arguments = {"conductivity": {"llzo": 1e-4, "nmc": 1e-5}, "resistance": {"contact": 4e3}, "anodic_transfer": 0.3}
    one = polarisation_curve(_laminate((20, 3)), [0.3], axis=0, **arguments)
    other = polarisation_curve(_laminate((20, 3), upside_down=True), [-0.3], axis=0, **arguments)
    assert one.current_density[0] == pytest.approx(-other.current_density[0], rel=1e-12)


def test_small_voltage_gives_the_linear_solution(interface):
    phases = PhaseMap(interface, 1.0)
    built = Structure.of(phases, "llzo_nmc", None, None, None).field(298.15)
    linear = conduct(built.conductivity, built.voxel_size, surfaces=built.surfaces, bounds=False)
    got = polarisation_curve(phases, [1e-7, -1e-6, 0.0])
    np.testing.assert_allclose(got.area_specific_resistance, 24e-7 / linear.from_potential, rtol=1e-6)
    assert got.linear_resistance == pytest.approx(24e-7 / linear.from_potential, rel=1e-9)
    share = solve_conduction(phases, knockout=False).resistance_share["contact"]
    assert got.contact_share[2] == pytest.approx(share, rel=1e-9)
    assert got.current_density[2] == 0


def test_curve_is_odd_monotone_and_steepens_for_equal_transfer_coefficients(interface):
    voltages = np.linspace(-1.2, 1.2, 9)
    got = polarisation_curve(PhaseMap(interface, 1.0), voltages)
    np.testing.assert_allclose(got.current_density, -got.current_density[::-1], rtol=1e-9, atol=1e-30)
    assert (np.diff(got.current_density) > 0).all()
    assert (np.diff(got.area_specific_resistance[4:]) < 0).all()
    assert (np.diff(got.contact_share[4:]) < 0).all()
    assert got.converged.all()
    assert got.newton_iterations.max() < 80


def test_curve_turns_with_the_transfer_coefficient(interface):
    phases, voltages = PhaseMap(interface, 1.0), np.array([-0.4, 0.4])
    low, high = (polarisation_curve(phases, voltages, anodic_transfer=a).current_density for a in (0.3, 0.7))
    np.testing.assert_allclose(low, -high[::-1], rtol=1e-9)
    assert abs(abs(low[0]) / abs(low[1]) - 1) > 0.1


def test_derivatives_match_finite_differences(interface):
    labels, voltage, step = interface, 0.35, 1e-4
    voltages = [voltage * (1 - step), voltage, voltage * (1 + step)]
    got = polarisation_curve(PhaseMap(labels, 1.0), voltages, anodic_transfer=0.4, gradients=True)
    slope = (got.current_density[2] - got.current_density[0]) / (voltages[2] - voltages[0])
    assert got.differential_conductance[1] == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize("shape", [(7, 6), (4, 3, 4), (6, 5, 2, 2)])
def test_gradient_by_conductivity_matches_finite_differences(shape):
    rng = np.random.default_rng(0)
    grid = shape[:2] if len(shape) == 4 else shape
    base = rng.uniform(0.2, 1, shape)
    direction = rng.standard_normal(shape)
    if len(shape) == 4:
        base = base @ np.swapaxes(base, -1, -2) + 0.5 * np.eye(2)
        direction = direction + np.swapaxes(direction, -1, -2)
    plane = int(np.prod(grid[1:]))
    faces = Surfaces.between(np.arange(plane - 1) + plane, 0, 20.0, grid)
    faces = Surfaces(faces.first, faces.second, faces.axis, faces.resistance, np.full(plane - 1, Phase.CONTACT))

    def curve(field):
        built = ConductionField(field, np.ones(grid, int), faces, 1.0)
        with ContactConduction(built, 0, anodic_transfer=0.6, mesh="pixels") as contact:
            return contact.curve(np.array([0.5]), gradients=True, throw=True)

    ahead, behind = (curve(base + s * direction)["current_density"][0] for s in (1e-4, -1e-4))
    gradient = curve(base)["conductivity_gradient"][0]
    assert np.sum(gradient * direction) == pytest.approx((ahead - behind) / 2e-4, rel=1e-6)


def _contact_field() -> ConductionField:
    rng = np.random.default_rng(3)
    body = np.ones((8, 7), int)
    body[4:] = Phase.NMC
    faces = Surfaces.between(np.arange(6) + 21, 0, 30.0, (8, 7))
    faces = Surfaces(faces.first, faces.second, faces.axis, faces.resistance, np.full(6, Phase.CONTACT))
    return ConductionField(rng.uniform(0.2, 1, (8, 7)), body, faces, 1.0)


def test_forces_are_the_derivative_of_the_energy_and_the_tangent_that_of_the_forces():
    with ContactConduction(_contact_field(), 0, anodic_transfer=0.3) as contact:
        problem = contact.problem()
    rng = np.random.default_rng(4)
    values, step = 10 * rng.standard_normal((2, problem.fixed.size))
    step *= 1e-4
    change = problem.energy(values + step) - problem.energy(values - step)
    assert problem.forces(values) @ step == pytest.approx(change / 2, rel=1e-6)
    turned = problem.forces(values + step) - problem.forces(values - step)
    product = problem._reaction(step, problem.tangent(values), near_fixed=False)
    np.testing.assert_allclose(product, turned / 2, rtol=1e-6, atol=1e-6 * np.abs(turned).max())


def test_residual_and_curve_agree_with_jax_fem_assembly():
    voltages = np.array([-0.8, 0.02, 0.6])
    with ContactConduction(_contact_field(), 0) as direct:
        own = direct.curve(voltages, gradients=True, throw=True)
        problem = direct.problem()
    with ContactConduction(_contact_field(), 0, primal=JaxFemPrimalProblem) as assembled:
        other = assembled.curve(voltages, gradients=True, throw=True)
        fem = assembled.problem()
    values = np.random.default_rng(5).standard_normal(problem.fixed.size)
    np.testing.assert_allclose(fem.forces(values), problem.forces(values), rtol=1e-9, atol=1e-9)
    own_matrix, fem_matrix = (p._matrix(p.tangent(values)) for p in (problem, fem))
    np.testing.assert_allclose(fem_matrix.toarray(), own_matrix.toarray(), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(other["current_density"], own["current_density"], rtol=1e-9)
    np.testing.assert_allclose(other["conductivity_gradient"], own["conductivity_gradient"], rtol=1e-7, atol=1e-12)


def test_graded_mesh_agrees_with_pixels():
    labels = np.ones((96, 64), np.uint8)
    labels[47:49], labels[49:], labels[30:34, 10:20], labels[:47, 40] = 4, 3, 6, 2
    graded, pixels = (
        polarisation_curve(PhaseMap(labels, 5.0), [0.5], mesh=mesh).current_density[0] for mesh in ("graded", "pixels")
    )
    assert graded == pytest.approx(pixels, rel=2e-3)


def test_picture_without_contact_is_linear_and_a_blocked_one_carries_nothing():
    labels = np.ones((10, 6), np.uint8)
    straight = polarisation_curve(PhaseMap(labels, 1.0), [0.1, 1.0], axis=0)
    np.testing.assert_allclose(straight.area_specific_resistance, straight.linear_resistance, rtol=1e-10)
    assert not straight.contact_share.any()
    labels[5] = 6
    blocked = polarisation_curve(PhaseMap(labels, 1.0), [0.1, 1.0], axis=0, gradients=True)
    assert not blocked.current_density.any()
    assert np.isinf(blocked.area_specific_resistance).all()
    assert "no conducting path" in blocked.reason


def test_islands_without_contact_to_either_face_change_nothing():
    labels = np.ones((16, 12), np.uint8)
    labels[7:9], labels[9:] = 4, 3
    with_hole = labels.copy()
    with_hole[2:6, 3:8] = 6
    with_island = with_hole.copy()
    with_island[3:5, 4:7] = 1
    hole, island = (polarisation_curve(PhaseMap(x, 1.0), [0.5]).current_density[0] for x in (with_hole, with_island))
    assert island == pytest.approx(hole, rel=1e-9)


def test_voltage_that_does_not_converge_raises_or_is_marked(monkeypatch):
    monkeypatch.setattr(newton, "_MAX_NEWTON", 1)
    monkeypatch.setattr(newton, "_SMALLEST_STEP", 4.0)
    phases = _laminate((12, 3))
    arguments = {"resistance": {"contact": 4e3}, "conductivity": {"llzo": 1e-4, "nmc": 1e-5}}
    with pytest.raises(SolverError, match="Newton"):
        polarisation_curve(phases, [0.5], **arguments)
    marked = polarisation_curve(phases, [0.5], throw=False, **arguments)
    assert not marked.converged[0]
    assert "Newton" in marked.reason


@pytest.mark.parametrize(
    ("voltages", "arguments"),
    [
        ([], {}),
        ([float("nan")], {}),
        ([50.0], {}),
        ([0.1], {"anodic_transfer": 1.0}),
        ([0.1], {"tolerance": 0.0}),
        ([0.1], {"temperature": -1.0}),
    ],
)
def test_bad_arguments_are_refused_with_a_mend(voltages, arguments, interface):
    with pytest.raises(InputError) as caught:
        polarisation_curve(PhaseMap(interface, 1.0), voltages, **arguments)
    assert caught.value.to_do
