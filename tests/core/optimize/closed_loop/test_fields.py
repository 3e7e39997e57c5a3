import json
import math

import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.materials import load_system
from ssbi_core.optimize.closed_loop import fields as fields_module
from ssbi_core.optimize.closed_loop.fields import Fields
from ssbi_core.simulate import ProcessParameters

PROCESS = ProcessParameters(surface_treatment=0.5)


def _fields(levers, kept=None, **settings):
    return Fields(levers, load_system(), 298.15, (96, 96), 0.5, 0, kept, settings)


def test_a_field_of_view_is_the_same_each_time_and_differs_from_the_next(levers):
    fields = _fields(levers)
    one, again, other = (fields.view(PROCESS, view).phases.labels for view in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_the_net_is_near_the_finite_elements(levers):
    fields = _fields(levers)
    asked = [(PROCESS, view) for view in range(3)]
    predicted = [answer.log_conductivity for answer in fields.predicted(asked)]
    solved = [fields.solved(*each).log_conductivity for each in asked]
    assert np.median(np.abs(np.subtract(predicted, solved))) < math.log(1.3)
    assert fields.counts == {"fem": 3, "net": 3}


def test_what_is_known_is_not_asked_again(levers, tmp_path, monkeypatch):
    fields = _fields(levers, tmp_path / "search.json", seed=1)
    first = fields.solved(PROCESS, 0)
    fields.keep()
    monkeypatch.setattr(fields_module, "conductivity", None)
    assert _fields(levers, tmp_path / "search.json", seed=1).solved(PROCESS, 0) == first


def test_answers_of_another_search_are_refused(levers, tmp_path):
    fields = _fields(levers, tmp_path / "search.json", seed=1)
    fields.keep()
    with pytest.raises(InputError, match="other seed"):
        _fields(levers, tmp_path / "search.json", seed=2)


def test_a_damaged_file_is_refused(levers, tmp_path):
    (tmp_path / "search.json").write_text(json.dumps({"answers": {}})[:-3])
    with pytest.raises(InputError, match="delete it"):
        _fields(levers, tmp_path / "search.json")


def test_a_layer_thicker_than_the_field_of_view_is_still_solved_across_the_interface(levers):
    hot = ProcessParameters(sintering_temperature_C=800, sintering_time_h=4)
    fields = _fields(levers)
    view = next(view for view in range(8) if (fields.view(hot, view).phases.labels != 1).all())
    predicted, solved = fields.predicted([(hot, view)])[0], fields.solved(hot, view)
    assert math.isfinite(solved.log_conductivity)
    assert abs(predicted.log_conductivity - solved.log_conductivity) < 1.0


def test_the_interface_is_in_sight_however_coarse_the_grains(levers):
    coarse = ProcessParameters(sintering_temperature_C=700, initial_grain_size_nm=400, surface_treatment=1.0)
    fields = _fields(levers)
    for view in range(12):
        solids = {1, 3, 5, 8} & set(np.unique(fields.view(coarse, view).phases.labels).tolist())
        assert solids not in ({1}, {3})


def test_a_field_of_view_too_small_for_any_interface_is_refused(levers, monkeypatch):
    nothing_but_electrode = np.full((96, 96), 3, np.uint8)
    monkeypatch.setattr(
        fields_module, "simulate_microstructure", lambda *_: type("Grown", (), {"labels": nothing_but_electrode})
    )
    with pytest.raises(InputError, match="larger field of view"):
        _fields(levers).view(PROCESS, 0)
