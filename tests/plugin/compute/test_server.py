"""What a task can say while it runs."""

from __future__ import annotations

import io

import pytest

from napari_ssbi.compute.client import Answer, ComputeClient
from napari_ssbi.compute.server import Cancelled, Server, _Reporter
from napari_ssbi.compute.wire import receive


def test_what_is_known_so_far_reaches_the_window_and_the_job_goes_on():
    sink, heard = io.BytesIO(), []
    _Reporter(Server(io.BytesIO(), sink), 1).partial([1.5, 2.5])
    sink.seek(0)
    assert receive(sink) == {"job": 1, "partial": [1.5, 2.5]}
    client = ComputeClient(heard.append)
    client._open.add(1)
    for answer in (Answer(1, "partial", [1.5]), Answer(1, "partial", [2.5]), Answer(1, "result", None)):
        client._answer(answer)
    client._answer(Answer(1, "partial", [3.5]))
    assert [answer.kind for answer in heard] == ["partial", "partial", "result"], "nothing after the result"


def test_a_task_that_was_cancelled_ends_where_it_tells_what_it_knows():
    server = Server(io.BytesIO(), io.BytesIO())
    server._cancelled.add(1)
    with pytest.raises(Cancelled):
        _Reporter(server, 1).partial([])
