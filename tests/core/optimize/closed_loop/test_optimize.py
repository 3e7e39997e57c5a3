import numpy as np
import pytest

from ssbi_core.io import PhaseMap
from ssbi_core.optimize import ClosedLoopConfig, optimize, recommendation
from ssbi_core.simulate import ProcessParameters
from ssbi_core.simulate.study import simulate_sample

BAD = ProcessParameters(sintering_temperature_C=690, sintering_time_h=3, surface_treatment=0.1, pressure_MPa=25)


@pytest.fixture(scope="module")
def result(small):
    _, structure, _ = simulate_sample(5, 0, shape=(96, 96), pixel_size_nm=1.0, process=BAD)
    phases = PhaseMap(structure.labels, 1.0, name="own")
    return optimize(phases, process=BAD, config=ClosedLoopConfig.of(**small))


def test_a_thick_layer_and_dirty_surfaces_are_done_away_with(result, small):
    assert result.verification.gain > 0.35
    assert result.microstructure_after.layer_thickness_nm < result.microstructure_before.layer_thickness_nm
    assert result.verification.realizations == small["realizations"]


def test_the_parameters_are_told_with_their_units(result):
    told = result.parameters()
    assert told["sintering_temperature_C"]["initial"] == 690
    assert told["pressure_MPa"]["unit"] == "MPa"
    assert all(each.low <= told[each.name]["optimized"] <= each.high for each in result.levers)


def test_the_users_own_image_is_edited_and_solved(result):
    assert result.edited.labels.shape == (96, 96)
    assert result.edited_S_per_cm > result.image_S_per_cm


def test_no_point_of_the_front_is_beaten_by_another(result):
    aims = np.array([[-p.conductivity_S_per_cm, p.cost, p.thermal_budget_K_h] for p in result.pareto])
    assert len(aims) >= 3
    for row in aims:
        assert not any((other <= row).all() and (other < row).any() for other in aims)


def test_the_recommendation_names_levers_and_the_gain(result):
    words = " ".join(recommendation(result))
    assert "finite elements" in words
    assert "3 new fields of view" in words


def test_the_sensitivity_is_of_every_lever_and_ordered(result):
    losses = [lever.loss_if_put_back for lever in result.sensitivity]
    assert losses == sorted(losses, reverse=True)
    assert {lever.name for lever in result.sensitivity} == set(ProcessParameters.model_fields)


def test_an_interrupted_search_goes_on_to_the_same_end(tmp_path, small):
    config = ClosedLoopConfig.of(**small, seed=3)
    whole = optimize(process=BAD, config=config)

    class Stopped(Exception):
        pass

    def stop(what, _share):
        if what.startswith("verifying, field of view 2"):
            raise Stopped

    with pytest.raises(Stopped):
        optimize(process=BAD, config=config, kept=tmp_path / "search.json", progress=stop)
    resumed = optimize(process=BAD, config=config, kept=tmp_path / "search.json")
    assert resumed.optimum == whole.optimum
    np.testing.assert_array_equal(resumed.verification.after, whole.verification.after)


@pytest.mark.slow
def test_a_fixed_lever_stays(small):
    found = optimize(process=BAD, config=ClosedLoopConfig.of(**small, fixed=("sintering_temperature_C",)))
    assert found.optimum.sintering_temperature_C == 690
