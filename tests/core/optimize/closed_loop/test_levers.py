import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.materials import load_system
from ssbi_core.optimize import ClosedLoopConfig
from ssbi_core.optimize.closed_loop.levers import Levers
from ssbi_core.simulate import ProcessParameters, microstructure_statistics


def _levers(corrections=None, **settings):
    return Levers.of(ProcessParameters(), ClosedLoopConfig.of(**settings), corrections)


def test_all_process_parameters_are_levers_but_the_fixed_ones():
    assert set(_levers().space.names) == set(ProcessParameters.model_fields)
    assert "pressure_MPa" not in _levers(fixed=("pressure_MPa",)).space.names


def test_a_process_made_of_values_has_them_and_keeps_the_fixed_ones_of_the_start():
    levers = _levers(fixed=("sintering_time_h",))
    values = levers.spread_out(3)[2]
    process = levers.process(values)
    assert process.sintering_time_h == ProcessParameters().sintering_time_h
    np.testing.assert_allclose(levers.nearest(process), values)


def test_statistics_are_those_of_the_kinetics_times_the_corrections():
    plain, corrected = _levers(), _levers({"porosity": 2.0})
    wanted = microstructure_statistics(ProcessParameters(), load_system())
    assert plain.statistics(ProcessParameters()) == wanted
    assert corrected.statistics(ProcessParameters()).porosity == pytest.approx(2 * wanted.porosity)


def test_what_is_traced_is_what_is_realised(levers):
    values = levers.spread_out(5)
    outcome = levers.outcomes(values)
    wanted = [levers.statistics(levers.process(each)).porosity for each in values]
    np.testing.assert_allclose(outcome.porosity, wanted, rtol=1e-12)
    assert np.all((outcome.descriptors > -0.01) & (outcome.descriptors < 1.01))


def test_usual_processes_are_not_strange_and_far_ones_are(levers):
    far = _levers(bounds={"initial_grain_size_nm": (5, 20000), "sintering_temperature_C": (300, 1250)})
    assert (levers.outcomes(levers.spread_out(64)).strangeness == 0).mean() > 0.9
    values = far.nearest(ProcessParameters(initial_grain_size_nm=20000, sintering_temperature_C=1250))
    assert far.outcomes(values[None]).strangeness[0] > 0.5


def test_dearer_prices_make_a_process_dearer():
    cheap, dear = _levers(), _levers(prices={"pressure_MPa": 1.0})
    values = cheap.spread_out(1)
    assert dear.outcomes(values).cost[0] > cheap.outcomes(values).cost[0] + 10


@pytest.mark.parametrize(("limit", "value"), [("max_cost", 5.5), ("max_thermal_budget", 500.0), ("max_porosity", 0.02)])
def test_constraints_hold_for_all_processes_that_are_spread_out(limit, value):
    levers = _levers(**{limit: value})
    outcome = levers.outcomes(levers.spread_out(8))
    found = {"max_cost": outcome.cost, "max_thermal_budget": outcome.thermal_budget, "max_porosity": outcome.porosity}
    assert (found[limit] <= value).all()
    assert levers.allows(levers.spread_out(1)[0])


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"bounds": {"pressure_MPa": (100, 20)}}, "pressure_MPa: bounds from 100"),
        ({"bounds": {"pressure_MPa": (20, 5000)}}, "within 0 to 1000"),
        ({"bounds": {"temperature": (20, 50)}}, "lever temperature"),
        ({"fixed": tuple(ProcessParameters.model_fields)}, "at least one"),
    ],
)
def test_levers_that_cannot_be_are_refused_by_name(settings, named):
    with pytest.raises(InputError, match=named):
        _levers(**settings)


def test_constraints_that_leave_no_room_are_refused():
    with pytest.raises(InputError, match="loosen the constraints"):
        _levers(max_cost=1e-3).spread_out(4)


def test_settings_that_do_not_fit_are_refused_by_name():
    with pytest.raises(InputError, match="rounds = 0"):
        ClosedLoopConfig.of(rounds=0)
