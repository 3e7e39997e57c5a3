from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_ssbi.compute.process_search import Saved
from napari_ssbi.widgets.save_row import SaveRow, free_folder
from ssbi_core.errors import OutputError


class Asked:
    """Jobs that keep what they are asked for."""

    def run(self, task, arguments, listener):
        self.task, self.arguments, self.listener = task, arguments, listener


@pytest.fixture
def row(application, tmp_path):
    row = SaveRow(Asked())
    row.ask = lambda _parent: str(tmp_path / "better")
    row.show_result(np.arange(3, dtype=np.uint8))
    return row


def test_it_says_where_the_files_are(row, tmp_path):
    row.save_button.click()
    assert row._jobs.task == "save_optimization"
    assert row._jobs.arguments["folder"] == tmp_path / "better"
    assert not row.save_button.isEnabled()
    row._jobs.listener.done(Saved(tmp_path / "better" / "optimization.json", tmp_path / "better" / "report.html"))
    assert "optimization.json and report.html are in" in row.words.text()
    assert row.save_button.isEnabled()
    assert row.open_button.isEnabled()


def test_what_cannot_be_written_is_said(row, said):
    row.save_button.click()
    row._jobs.listener.failed(OutputError("the folder cannot be written", "a folder with permission", "choose another"))
    assert "choose another" in said[-1]
    assert row.words.text() == "Nothing was written."
    assert not row.open_button.isEnabled()


def test_thinking_better_of_it_writes_nothing(row):
    row.ask = lambda _parent: ""
    row.save_button.click()
    assert not hasattr(row._jobs, "task")


def test_nothing_is_ever_written_over(tmp_path: Path):
    assert free_folder(tmp_path) == tmp_path
    (tmp_path / "notes.txt").write_text("mine")
    assert free_folder(tmp_path) == tmp_path / "optimization"
    (tmp_path / "optimization").mkdir()
    assert free_folder(tmp_path) == tmp_path / "optimization_2"
