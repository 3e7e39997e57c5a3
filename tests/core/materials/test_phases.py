import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.materials import INTERFACES, LAYERS, PHASES, Phase


def test_codes_are_the_ones_label_files_hold():
    assert {phase.key: phase.value for phase in Phase} == {
        "unlabelled": 0, "llzo": 1, "grain_boundary": 2, "nmc": 3, "contact": 4,
        "reaction_layer": 5, "pore": 6, "dislocation": 7, "coating": 8,
    }  # fmt: skip


def test_phases_of_pixels_are_in_code_order_without_unlabelled():
    assert [phase.value for phase in PHASES] == list(range(1, 9))


def test_interfaces_and_layers_do_not_overlap():
    assert not INTERFACES & LAYERS


@pytest.mark.parametrize("phase", list(Phase))
def test_name_and_code_parse_back(phase):
    for form in (phase.key, phase.name, phase.value, str(phase.value), np.uint8(phase.value), phase):
        assert Phase.parse(form) is phase


@pytest.mark.parametrize("name", ["grain boundary", "grain-boundary", " Grain_Boundary "])
def test_spelling_is_forgiving(name):
    assert Phase.parse(name) is Phase.GRAIN_BOUNDARY


@pytest.mark.parametrize("name", ["", "grains", "9", 9, -1, "-1", 2.7, "2.0", None])
def test_unknown_phase_is_an_input_error_that_lists_the_known(name):
    with pytest.raises(InputError, match="1 llzo, 2 grain_boundary"):
        Phase.parse(name)
