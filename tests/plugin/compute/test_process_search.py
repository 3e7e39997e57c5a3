"""The tasks as the compute process runs them, on a search of seconds."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from napari_ssbi.compute.process_search import Searched, optimize_process, save_optimization
from napari_ssbi.compute.server import Cancelled
from napari_ssbi.compute.tasks import Setting
from napari_ssbi.compute.wire import send
from plugin.widgets.conftest import labels
from ssbi_core.errors import InputError
from ssbi_core.io import PhaseMap
from ssbi_core.optimize import ClosedLoopConfig

CONFIG = ClosedLoopConfig.of(
    designs=4, candidates=2, solved=2, views=1, rounds=1, evaluations=200, realizations=3, field_px=64
)
PHASES = PhaseMap(labels(), 0.5, name="own")
KNOWN = {"surface_treatment": 0.1, "sintering_temperature_C": 780.0}


class Heard:
    """Keeps what a task reports; ends it where it says one thing."""

    def __init__(self, until=""):
        self.texts, self.shares, self.parts, self.until = [], [], [], until

    def __call__(self, text, done):
        self.texts.append(text)
        self.shares.append(done)
        if self.until and self.until in text:
            raise Cancelled

    def partial(self, value):
        self.parts.append(value)


def ask(heard, kept, phases=PHASES, **other):
    given = {"phases": phases, "setting": Setting(), "process": KNOWN, "config": CONFIG, "kept": kept}
    return optimize_process(heard, **{**given, "conductivity": {}, "resistance": {}, **other})


@pytest.fixture(scope="module")
def heard():
    return Heard()


@pytest.fixture(scope="module")
def found(heard, tmp_path_factory):
    """Of a search that was ended before its end, and gone on with."""
    kept = tmp_path_factory.mktemp("search") / "answers.json"
    with pytest.raises(Cancelled):
        ask(Heard(until="Round 1"), kept)
    first = set(json.loads(kept.read_text())["answers"])
    found = ask(heard, kept)
    assert first < set(json.loads(kept.read_text())["answers"]), "gone on with, not begun anew"
    return found


def test_the_window_gets_what_it_shows(found):
    assert found.start.values["surface_treatment"] == 0.1
    assert found.start.values["sintering_temperature_C"] == 780
    assert found.gain_interval[0] <= found.gain <= found.gain_interval[1]
    assert found.gain == pytest.approx(found.optimum.conductivity / found.start.conductivity - 1)
    assert found.start.thermal_budget == pytest.approx(755 * found.start.values["sintering_time_h"])
    assert {lever.name for lever in found.levers} == set(found.start.values)
    assert found.edited.labels.shape == PHASES.labels.shape
    assert found.before.labels.shape == found.after.labels.shape == (64, 64)
    assert found.front[0].interval[0] < found.front[0].conductivity < found.front[0].interval[1]
    assert any("was inferred from the image" in note for note in found.notes)
    assert not set(found.words) & set(found.notes)


def test_it_watches_every_round_and_progress_never_goes_back(found, heard):
    assert heard.shares == sorted(heard.shares)
    assert all(text[0].isupper() for text in heard.texts)
    first, last = heard.parts
    assert isinstance(first, Searched)
    assert len(first.best_by_round) == 1
    for one, other in zip(last, found.searched, strict=True):
        np.testing.assert_allclose(one, other)


def test_the_window_reads_it_without_jax(found, tmp_path):
    with (tmp_path / "message").open("wb") as stream:
        send(stream, found)
    code = (
        "import sys; from napari_ssbi.compute.wire import receive; found = receive(open(sys.argv[1], 'rb'));"
        "assert found.gain > -1;"
        "heavy = {'jax', 'numpyro', 'flax', 'scipy'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "message")], check=True, timeout=200)


def test_what_is_saved_is_what_the_command_writes(found, tmp_path):
    saved = save_optimization(Heard(), found.result, tmp_path / "better")
    document = json.loads(saved.listing.read_text())
    assert document["gain"] == pytest.approx(found.gain)
    assert document["provenance"]["settings"]["field_px"] == 64
    assert "Recommendation" in saved.report.read_text()
    names = {path.name for path in saved.report.parent.iterdir()}
    assert names == {"optimization.json", "report.html", "designs.parquet", "before.tif", "after.tif", "edited.tif"}


def test_a_material_the_net_does_not_know_is_refused(tmp_path):
    with pytest.raises(InputError, match="latp_nmc"):
        ask(Heard(), tmp_path / "answers.json", phases=None, setting=Setting(system="latp_nmc"))
