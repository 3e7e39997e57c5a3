"""The task as the compute process runs it, and what crosses the pipe."""

from __future__ import annotations

import io

import numpy as np
import pytest

from napari_ssbi.compute.anomalies import Examined, Reference, find_anomalies
from napari_ssbi.compute.server import Cancelled
from napari_ssbi.compute.tasks import Setting
from napari_ssbi.compute.wire import receive, send, unseal
from plugin.widgets.conftest import labels
from ssbi_core.anomaly import Population
from ssbi_core.anomaly.portrait import Portrait
from ssbi_core.errors import InputError
from ssbi_core.graph import build_graph
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.transport import solve_conduction


def quiet(_text, _done):
    """Nobody listens."""


@pytest.fixture(scope="module")
def examined():
    picture = labels()
    picture[3:6, 2:30] = Phase.PORE
    phases = PhaseMap(picture, 0.5, name="odd", sha256="ab" * 32)
    setting = Setting()
    solution = solve_conduction(phases, system=setting.material(), knockout=False)
    return Examined(phases, None, build_graph(phases), solution, setting, {}, {})


@pytest.fixture(scope="module")
def portrait(examined):
    return find_anomalies(quiet, examined, Reference()).portrait


def test_too_few_images_give_a_portrait_and_no_scores(examined, portrait):
    found = find_anomalies(quiet, examined, Reference(None, (portrait,) * 2))
    assert found.scored is None
    assert isinstance(unseal(found.portrait), Portrait)


def test_answers_cross_the_pipe_and_hold_numbers_of_pixels_and_nodes(examined, portrait):
    stream = io.BytesIO()
    send(stream, find_anomalies(quiet, examined, Reference(None, (portrait,) * 4)))
    stream.seek(0)
    scored = receive(stream).scored
    assert scored.images == 4
    assert scored.pixels.shape == examined.phases.labels.shape
    assert scored.nodes.shape == (len(examined.graph.nodes),)
    assert np.isfinite(scored.pixels).all()
    assert 0 < scored.p_value <= 1
    assert [place.number for place in scored.places] == list(range(1, len(scored.places) + 1))
    assert all(0 <= place.share <= 1 for place in scored.places)


def test_a_population_file_is_read(examined, portrait, tmp_path):
    path = Population.of([unseal(portrait)] * 5, "5 test images").save(tmp_path / "population.parquet")
    scored = find_anomalies(quiet, examined, Reference(str(path))).scored
    assert scored is not None
    assert (scored.images, scored.source) == (5, "5 test images")


def test_a_folder_with_too_few_images_is_named(examined, tmp_path):
    from ssbi_core.io import write_labels

    for number in range(2):
        write_labels(tmp_path / f"{number}.tif", labels(), 0.5)
    with pytest.raises(InputError, match="2 images in the folder"):
        find_anomalies(quiet, examined, Reference(str(tmp_path)))


def test_cancel_is_heard_while_a_folder_is_analysed(examined, tmp_path):
    from ssbi_core.io import write_labels

    for number in range(3):
        write_labels(tmp_path / f"{number}.tif", labels(), 0.5)

    def stop(text, _done):
        if text.startswith("[2/3]"):
            raise Cancelled

    with pytest.raises(Cancelled):
        find_anomalies(stop, examined, Reference(str(tmp_path)))
