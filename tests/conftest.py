"""Shared fixtures: a virtual X display for tests that open a real window."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """An X display: the one at hand, or a fresh Xvfb. Skips without either, unless SSBI_REQUIRE_DISPLAY is set."""
    if os.environ.get("DISPLAY"):
        yield os.environ["DISPLAY"]
        return
    xvfb = shutil.which("Xvfb")
    if xvfb is None:
        reason = "no X display and no Xvfb on this machine"
        if os.environ.get("SSBI_REQUIRE_DISPLAY"):
            pytest.fail(reason)
        pytest.skip(reason)
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        [xvfb, "-displayfd", str(write_end), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
        pass_fds=[write_end],
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    with os.fdopen(read_end) as number:
        os.environ["DISPLAY"] = ":" + number.readline().strip()
    os.environ.pop("QT_QPA_PLATFORM", None)
    yield os.environ["DISPLAY"]
    del os.environ["DISPLAY"]
    server.terminate()
    server.wait(timeout=10)
