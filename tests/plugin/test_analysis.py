"""What is out of date follows from versions alone, whatever was run, edited or forgotten in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from napari.components import ViewerModel

from napari_ssbi.analysis import Analysis, Status

NEEDS = {
    "data": (),
    "phases": ("data",),
    "graph": ("data", "phases"),
    "transport": ("data", "phases"),
    "report": ("graph",),
}


@pytest.fixture
def analysis():
    return Analysis(ViewerModel(), NEEDS)


def run_all(analysis):
    for step in NEEDS:
        analysis.store(step, step, "set")


def statuses(analysis):
    return {step: analysis.status(step) for step in NEEDS}


def test_nothing_is_done_at_first(analysis):
    assert set(statuses(analysis).values()) == {Status.MISSING}
    assert analysis.missing("transport") == ("data", "phases")


def test_a_run_anew_makes_what_follows_out_of_date_and_nothing_else(analysis):
    run_all(analysis)
    assert set(statuses(analysis).values()) == {Status.DONE}
    analysis.store("graph", "again", "set")
    found = statuses(analysis)
    assert found.pop("report") is Status.STALE
    assert set(found.values()) == {Status.DONE}


def test_an_edit_leaves_the_step_done_and_what_follows_out_of_date(analysis):
    run_all(analysis)
    analysis.amend("phases", "edited")
    found = statuses(analysis)
    assert found["phases"] is Status.DONE
    assert analysis.value("phases") == "edited"
    assert {found[step] for step in ("graph", "transport", "report")} == {Status.STALE}


def test_what_a_step_gave_is_known_after_an_edit_too(analysis):
    analysis.store("data", "in", "set")
    analysis.store("phases", "found", "set")
    analysis.amend("phases", "edited")
    analysis.amend("phases", "edited again")
    assert analysis.result("phases").original == "found"
    analysis.store("phases", "found anew", "set")
    assert analysis.result("phases").original == "found anew"


def test_other_settings_make_a_result_out_of_date_until_they_are_set_back(analysis):
    run_all(analysis)
    assert analysis.status("graph", "other") is Status.STALE
    assert analysis.status("graph", "set") is Status.DONE


def test_a_result_made_from_older_input_is_out_of_date_at_once(analysis):
    analysis.store("data", 1, "set")
    before = analysis.versions("phases")
    analysis.store("data", 2, "set")
    analysis.store("phases", "of the older data", "set", before)
    assert analysis.status("phases") is Status.STALE


def test_failure_is_shown_until_the_step_runs_again(analysis):
    analysis.started("data")
    assert analysis.status("data") is Status.RUNNING
    analysis.ended("data", failed=True)
    assert analysis.status("data") is Status.FAILED
    analysis.store("data", 1, "set")
    assert analysis.status("data") is Status.DONE


@given(st.lists(st.tuples(st.sampled_from(["store", "amend", "forget"]), st.sampled_from(list(NEEDS))), max_size=30))
def test_a_result_is_fresh_only_if_all_it_was_made_from_is(actions):
    analysis = Analysis(ViewerModel(), NEEDS)
    for action, step in actions:
        if action == "forget":
            analysis.forget(step)
        elif action == "store" and not analysis.missing(step):
            analysis.store(step, object(), "set")
        elif action == "amend" and analysis.result(step):
            analysis.amend(step, object())
    for step, needs in NEEDS.items():
        if analysis.status(step) is Status.DONE:
            assert all(analysis.status(need) is Status.DONE for need in needs)
            result = analysis.result(step)
            assert all(result.made_from[need] == analysis.result(need).version for need in needs)
