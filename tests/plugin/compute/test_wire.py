from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from napari_ssbi.compute.wire import receive, seal, send, unseal
from ssbi_core.graph import InterfaceGraph
from ssbi_core.io import Micrograph, PhaseMap
from ssbi_core.materials import Phase, load_system
from ssbi_core.segment import SegmentationConfig


def round_trip(value):
    stream = io.BytesIO()
    send(stream, value)
    stream.seek(0)
    found = receive(stream)
    assert not stream.read(), "a message must be read to its end"
    return found


@pytest.mark.parametrize(
    "value",
    [None, True, -3, 0.1, "nm²", [1, [2.5]], (1, "a"), {"a": {1: None}}, Phase.PORE, Path("a/b"), frozenset({1, 2})],
)
def test_plain_values_come_back_equal_and_of_the_same_type(value):
    found = round_trip(value)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("kind", ["u1", "<i4", "<f4", "<f8", "?", "<c16"])
def test_arrays_come_back_to_the_bit(kind):
    array = (np.arange(24).reshape(2, 3, 4) % 5).astype(kind)
    for given in (array, array.T, array[:, ::2], array[:0], np.asfortranarray(array)):
        found = round_trip(given)
        assert found.dtype == given.dtype
        np.testing.assert_array_equal(found, given)


def test_numbers_that_json_lacks_come_back():
    assert round_trip(float("inf")) == float("inf")
    assert np.isnan(round_trip(float("nan")))


def test_records_come_back_as_records():
    labels = np.full((4, 5), Phase.LLZO, np.uint8)
    phases = round_trip(PhaseMap(labels, 0.5, name="a", metadata={"notes": ("b",)}))
    assert isinstance(phases, PhaseMap)
    assert phases.metadata == {"notes": ("b",)}
    np.testing.assert_array_equal(phases.labels, labels)
    micrograph = round_trip(
        Micrograph(haadf=np.ones((4, 5), np.float32), elements={"La": np.eye(4, 5)}, pixel_size_nm=1)
    )
    assert list(micrograph.elements) == ["La"]
    assert round_trip(SegmentationConfig(tile=256)) == SegmentationConfig(tile=256)
    assert round_trip(load_system("llzo_nmc")) == load_system("llzo_nmc")


def test_tables_keep_numbers_texts_and_gaps():
    nodes = pd.DataFrame({"phase": ["llzo", None], "area_nm2": [1.5, np.nan], "size": [3, 4], "on_edge": [True, False]})
    graph = InterfaceGraph(nodes, nodes[["size"]], np.zeros((2, 2), np.int32), 0, 1.0)
    found = round_trip(graph)
    pd.testing.assert_frame_equal(found.nodes, nodes)


def test_a_sealed_record_can_be_passed_on_unread():
    phases = PhaseMap(np.full((4, 5), Phase.LLZO, np.uint8), 0.5, name="a")
    sealed = round_trip({"kept": seal(phases)})["kept"]
    found = unseal(sealed)
    assert isinstance(found, PhaseMap)
    np.testing.assert_array_equal(found.labels, phases.labels)


def test_arrays_of_jax_come_back_as_arrays_of_numpy():
    import jax.numpy as jnp

    found = round_trip({"a": jnp.arange(3.0)})["a"]
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, [0, 1, 2])


@pytest.mark.parametrize("value", [object(), np.array([object()]), print, {"a": io.BytesIO()}])
def test_what_is_not_of_this_project_is_refused(value):
    with pytest.raises(TypeError, match="cannot be sent"):
        send(io.BytesIO(), value)


def test_foreign_types_are_not_made():
    stream = io.BytesIO()
    send(stream, Phase.PORE)
    with pytest.raises(TypeError, match="not a type of this project"):
        receive(io.BytesIO(stream.getvalue().replace(b"ssbi_core.materials", b"ssbi_evil.materials")))


def test_an_ended_stream_is_told_from_a_short_one():
    with pytest.raises(EOFError):
        receive(io.BytesIO(b""))
    stream = io.BytesIO()
    send(stream, np.ones(100))
    with pytest.raises(EOFError):
        receive(io.BytesIO(stream.getvalue()[:-8]))
