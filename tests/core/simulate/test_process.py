import pytest
from pydantic import ValidationError

from ssbi_core.materials import load_system
from ssbi_core.simulate import ProcessParameters, microstructure_statistics
from ssbi_core.simulate.process import interdiffusion

SYSTEM = load_system()


def _statistics(**changes):
    return microstructure_statistics(ProcessParameters(**changes), SYSTEM)


@pytest.mark.parametrize(
    ("celsius", "length_nm"), [(500, 14.5), (600, 60), (700, 185), (800, 462), (900, 987), (1000, 1870)]
)
def test_diffusion_length_after_one_hour_is_the_published_one(celsius, length_nm):
    assert (interdiffusion(celsius) * 3600) ** 0.5 * 1e7 == pytest.approx(length_nm, rel=0.02)


def test_nano_powder_at_1130_degC_for_0_3_h_grows_to_1_2_um_and_is_95_percent_dense():
    statistics = _statistics(
        sintering_temperature_C=1130, sintering_time_h=0.3, initial_grain_size_nm=50, pressure_MPa=0
    )
    assert statistics.grain_size_nm == pytest.approx(1200, rel=0.01)
    assert statistics.porosity == pytest.approx(0.06, abs=0.015)


def test_hot_pressing_leaves_less_than_two_percent_pores():
    assert _statistics(sintering_temperature_C=1100, sintering_time_h=1, pressure_MPa=60).porosity < 0.02


@pytest.mark.parametrize(
    ("lever", "low", "high", "quantity", "sign"),
    [
        ("sintering_temperature_C", 600, 800, "layer_thickness_nm", 1),
        ("sintering_temperature_C", 600, 800, "grain_size_nm", 1),
        ("sintering_temperature_C", 600, 800, "porosity", -1),
        ("sintering_time_h", 0.5, 5, "layer_thickness_nm", 1),
        ("initial_grain_size_nm", 20, 100, "grain_size_nm", 1),
        ("coating_thickness_nm", 0, 10, "layer_thickness_nm", -1),
        ("coating_thickness_nm", 1, 10, "coating_coverage", 1),
        ("surface_treatment", 0, 1, "contact_loss", -1),
        ("surface_treatment", 0, 1, "layer_thickness_nm", -1),
        ("pressure_MPa", 10, 200, "porosity", -1),
        ("pressure_MPa", 10, 200, "contact_loss", -1),
    ],
)
def test_levers_move_what_they_should(lever, low, high, quantity, sign):
    change = getattr(_statistics(**{lever: high}), quantity) - getattr(_statistics(**{lever: low}), quantity)
    assert sign * change > 0


def test_settings_out_of_bounds_or_unknown_are_refused():
    with pytest.raises(ValidationError, match="sintering_temperature_C"):
        ProcessParameters(sintering_temperature_C=5000)
    with pytest.raises(ValidationError, match="temperature"):
        ProcessParameters(temperature=700)


def test_every_parameter_tells_its_unit_title_and_bounds():
    for field in ProcessParameters.model_json_schema()["properties"].values():
        assert field["unit"]
        assert field["title"]
        assert field["description"]
        assert "minimum" in field
