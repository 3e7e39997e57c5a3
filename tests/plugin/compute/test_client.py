"""Jobs in a real compute process: results, progress, errors, Cancel, crashes."""

from __future__ import annotations

import os
import queue
import signal
import threading
import time

import numpy as np
import pandas as pd
import pytest

from napari_ssbi.compute.client import GRACE, ComputeClient
from napari_ssbi.compute.tasks import Setting
from ssbi_core.errors import InputError, SsbiError
from ssbi_core.graph import build_graph
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.transport import TransportConfig, solve_conduction


@pytest.fixture
def answers():
    return queue.Queue()


@pytest.fixture
def client(answers):
    client = ComputeClient(answers.put)
    yield client
    client.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "ssbi-compute"]


def final(answers, job, timeout=120):
    """The answer that ends a job, and the progress before it."""
    progress = []
    while True:
        answer = answers.get(timeout=timeout)
        if answer.job != job:
            continue
        if answer.kind != "progress":
            return answer, progress
        progress.append(answer.value)


def layered(rows=40, columns=60):
    labels = np.full((rows, columns), Phase.LLZO, np.uint8)
    labels[rows // 2 :] = Phase.NMC
    labels[rows // 2] = Phase.CONTACT
    labels[rows // 2 - 3 : rows // 2] = Phase.REACTION_LAYER
    return PhaseMap(labels, 1.0)


def test_a_job_gives_what_the_core_gives(client, answers):
    job = client.submit("solve_transport", phases=layered(), setting=Setting(), config=TransportConfig())
    answer, progress = final(answers, job)
    assert answer.kind == "result", answer.value
    here = solve_conduction(layered())
    assert answer.value.solution.effective_conductivity == pytest.approx(here.effective_conductivity, rel=1e-9)
    pd.testing.assert_frame_equal(answer.value.solution.bottlenecks.table(), here.bottlenecks.table(), rtol=1e-6)
    assert [done for _, done in progress] == sorted(done for _, done in progress)


def test_an_error_of_the_core_arrives_with_its_mend(client, answers):
    bad = PhaseMap(np.full((40, 60), 77, np.uint8), 1.0)
    answer, _ = final(answers, client.submit("make_graph", phases=bad, micrograph=None, setting=Setting()))
    assert answer.kind == "failed"
    assert isinstance(answer.value, SsbiError)
    with pytest.raises(InputError) as caught:
        build_graph(bad)
    assert str(answer.value) == str(caught.value)


def test_cancel_ends_a_job_in_time_and_the_next_one_runs(client, answers):
    big = PhaseMap(np.random.default_rng(0).choice([1, 3, 6], (1500, 1500)).astype(np.uint8), 1.0)
    job = client.submit("solve_transport", phases=big, setting=Setting(), config=TransportConfig(axis=0))
    while answers.get(timeout=60).kind != "progress":
        pass
    time.sleep(0.5)
    start = time.monotonic()
    client.cancel(job)
    answer, _ = final(answers, job, timeout=GRACE + 10)
    assert answer.kind == "cancelled"
    assert time.monotonic() - start < 2 * GRACE + 5, "ended by its own end, not by Cancel"
    answer, _ = final(
        answers, client.submit("solve_transport", phases=layered(), setting=Setting(), config=TransportConfig())
    )
    assert answer.kind == "result"


def test_a_job_that_waits_can_be_cancelled(client, answers):
    first = client.submit("solve_transport", phases=layered(), setting=Setting(), config=TransportConfig())
    second = client.submit("solve_transport", phases=layered(), setting=Setting(), config=TransportConfig())
    client.cancel(second)
    kinds = {}
    while len(kinds) < 2:
        answer = answers.get(timeout=120)
        if answer.kind != "progress":
            kinds[answer.job] = answer.kind
    assert kinds[second] == "cancelled"
    assert kinds[first] in ("result", "cancelled")  # the process may have been ended under both


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
def test_a_killed_process_is_an_error_and_the_next_job_runs(client, answers):
    job = client.submit("solve_transport", phases=layered(), setting=Setting(), config=TransportConfig())
    while client._process is None:
        time.sleep(0.01)
    os.kill(client._process.popen.pid, signal.SIGKILL)
    answer, _ = final(answers, job)
    assert answer.kind == "failed"
    assert "the computation ended" in str(answer.value)
    job = client.submit("make_graph", phases=layered(), micrograph=None, setting=Setting())
    assert final(answers, job)[0].kind == "result"


def test_what_cannot_be_sent_is_said(client, answers):
    answer, _ = final(answers, client.submit("make_graph", phases=object(), micrograph=None, setting=Setting()))
    assert answer.kind == "failed"
    assert "cannot be sent" in str(answer.value)


def test_closing_during_a_job_leaves_no_process(answers):
    client = ComputeClient(answers.put)
    client.submit("solve_transport", phases=layered(), setting=Setting(), config=TransportConfig())
    while client._process is None:
        time.sleep(0.01)
    popen = client._process.popen
    client.close()
    assert popen.poll() is not None
    assert not client.alive
