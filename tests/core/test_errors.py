import copy
import inspect

import pytest

from ssbi_core import errors
from ssbi_core.errors import SsbiError

CHILDREN = [
    c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, SsbiError) and c is not SsbiError
]


def test_message_says_what_came_in_then_the_need_then_the_mend():
    error = SsbiError("axis 7", "0 or 1", "choose one")
    assert str(error) == "axis 7; needed: 0 or 1; to do: choose one"
    assert (error.came_in, error.needed, error.to_do) == ("axis 7", "0 or 1", "choose one")


@pytest.mark.parametrize("kind", CHILDREN)
def test_one_except_clause_catches_every_child(kind):
    with pytest.raises(SsbiError, match="needed"):
        raise kind("a", "b", "c")


def test_children_are_the_known_ones():
    names = {kind.__name__ for kind in CHILDREN}
    assert names == {"ReadError", "CalibrationError", "InputError", "MaterialError", "SolverError", "OutputError"}


@pytest.mark.parametrize("kind", CHILDREN)
def test_error_survives_the_way_back_from_a_worker_process(kind):
    back = copy.deepcopy(kind("a", "b", "c"))  # by the same protocol as between processes
    assert type(back) is kind
    assert str(back) == "a; needed: b; to do: c"


def test_parts_cannot_be_left_out():
    with pytest.raises(TypeError):
        SsbiError("only this")  # type: ignore[call-arg]
