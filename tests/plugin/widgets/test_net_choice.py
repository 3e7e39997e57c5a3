from __future__ import annotations

from pathlib import Path

from qtpy.QtWidgets import QFileDialog

from napari_ssbi.widgets.net_choice import NetChoice


def test_an_empty_line_is_the_shipped_net(application):
    choice = NetChoice("training")
    assert choice.folder() is None
    choice.line.setText("  ")
    assert choice.folder() is None


def test_a_folder_is_absolute_and_chosen_or_typed(application, monkeypatch, tmp_path):
    choice, heard = NetChoice("training"), []
    choice.edited.connect(lambda: heard.append(choice.folder()))
    choice.line.setText("~/net")
    assert choice.folder() == str(Path.home() / "net")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    choice._browse()
    assert heard[-1] == str(tmp_path)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    choice._browse()
    assert choice.folder() == str(tmp_path), "thought better of it"
