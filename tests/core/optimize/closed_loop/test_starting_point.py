import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase, load_system
from ssbi_core.optimize import ClosedLoopConfig
from ssbi_core.optimize.closed_loop.starting_point import inferred, measure, starting_point
from ssbi_core.simulate import ProcessParameters
from ssbi_core.simulate.study import simulate_sample

CONFIG = ClosedLoopConfig.of(field_px=128)


def test_a_laminate_is_measured_exactly():
    labels = np.full((100, 100), Phase.LLZO, np.uint8)
    labels[40:48] = Phase.REACTION_LAYER
    labels[48:52] = Phase.COATING
    labels[52:] = Phase.NMC
    labels[40:52, :25] = Phase.PORE
    found = measure(labels, 0.5)
    assert found["open"] == pytest.approx(0.25, abs=0.03)
    assert found["layer"] == pytest.approx(8 * 75 / 100 * 0.5 / (np.pi / 4), rel=0.05)
    assert found["layer"] == pytest.approx(2 * found["coating"])
    assert found["porosity"] == pytest.approx(0.03)


def test_an_inferred_process_leads_to_what_was_measured():
    process = ProcessParameters(sintering_temperature_C=720, surface_treatment=0.4, coating_thickness_nm=5)
    _, structure, _ = simulate_sample(4, 0, process=process)
    found = inferred(measure(structure.labels, 0.5))
    assert abs(found.sintering_temperature_C - 720) < 80
    assert found.coating_thickness_nm == pytest.approx(5, abs=2.5)


def test_what_is_known_of_the_process_is_kept_and_the_rest_inferred():
    process = ProcessParameters(sintering_temperature_C=720, surface_treatment=0.4, coating_thickness_nm=5)
    _, structure, _ = simulate_sample(4, 0, process=process)
    phases = PhaseMap(structure.labels, 0.5, name="own")
    begin = starting_point(phases, load_system(), {"sintering_temperature_C": 720.0, "pressure_MPa": 33.0}, CONFIG)
    assert begin.process.sintering_temperature_C == 720
    assert begin.process.pressure_MPa == 33
    assert begin.process.coating_thickness_nm == pytest.approx(5, abs=2.5)
    assert begin.notes[0].startswith("what was not given of the process was inferred")


@pytest.mark.parametrize("known", [{"pressure_MPa": -5.0}, {"heat": 5.0}])
def test_a_start_that_cannot_be_is_refused(known):
    with pytest.raises(InputError, match=next(iter(known))):
        starting_point(None, load_system(), known, CONFIG)


def test_an_image_of_the_very_process_needs_hardly_a_correction():
    process = ProcessParameters(sintering_temperature_C=700, surface_treatment=0.5)
    _, structure, _ = simulate_sample(4, 1, process=process)
    begin = starting_point(PhaseMap(structure.labels, 0.5, name="own"), load_system(), process, ClosedLoopConfig.of())
    assert begin.process == process
    assert not begin.notes
    assert 0.5 < begin.corrections["layer_thickness_nm"] < 2
    assert 0.6 < begin.corrections["grain_size_nm"] < 1.6


def test_without_an_image_the_process_is_the_usual_one():
    begin = starting_point(None, load_system(), None, CONFIG)
    assert begin.process == ProcessParameters()
    assert not begin.corrections


@pytest.mark.parametrize(
    ("labels", "named"),
    [
        (np.full((64, 64), Phase.LLZO, np.uint8), "without an interface"),
        (np.full((4, 64, 64), Phase.LLZO, np.uint8), "a volume"),
    ],
)
def test_pictures_that_tell_nothing_are_refused(labels, named):
    with pytest.raises(InputError, match=named):
        starting_point(PhaseMap(labels, 0.5, name="own"), load_system(), None, CONFIG)
