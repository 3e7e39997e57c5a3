from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from npe2 import PluginManifest
from npe2.manifest.contributions import ConfigurationContribution
from pydantic import ValidationError

from napari_ssbi import settings as module
from napari_ssbi.settings import Settings, configuration, environment, load_settings, save_settings
from ssbi_core.errors import OutputError


def test_saved_settings_load_again(tmp_path):
    chosen = Settings(system="latp_nmc", device="cpu", threads=3, cache=str(tmp_path), hint_seen=True)
    path = save_settings(chosen, tmp_path / "new" / "settings.json")
    assert load_settings(path) == (chosen, None)
    assert [entry.name for entry in path.parent.iterdir()] == ["settings.json"]


def test_they_are_kept_in_the_users_configuration_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "user_config_path", lambda app: tmp_path / app)
    assert load_settings() == (Settings(), None)
    assert save_settings(Settings(threads=2)) == tmp_path / "napari-ssbi" / "settings.json"
    assert load_settings().settings.threads == 2


@pytest.mark.parametrize("content", [b"", b"{", b"[1, 2]", b"\xff\xfe\x00", b"null"])
def test_a_damaged_file_gives_defaults_and_a_warning(content, tmp_path):
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    settings, warning = load_settings(path)
    assert settings == Settings()
    assert str(path) in warning


def test_one_wrong_setting_does_not_cost_the_others(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"system": "latp_nmc", "threads": -4, "device": "abacus", "of_the_future": 1}))
    settings, warning = load_settings(path)
    assert settings == Settings(system="latp_nmc")
    assert "device, threads" in warning


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        save_settings(Settings(), tmp_path / "file" / "settings.json")


def test_settings_out_of_range_are_refused():
    for wrong in ({"threads": -1}, {"device": "tpu"}, {"system": ""}):
        with pytest.raises(ValidationError):
            Settings(**wrong)


def test_the_compute_process_gets_what_was_set_and_nothing_else(tmp_path):
    assert environment(Settings()) == {}
    assert environment(Settings(device="cpu", threads=2, cache=str(tmp_path))) == {
        "JAX_PLATFORMS": "cpu",
        "OMP_NUM_THREADS": "2",
        "MKL_NUM_THREADS": "2",
        "JAX_COMPILATION_CACHE_DIR": str(tmp_path / "jax"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.5",
    }


def test_the_core_keeps_compiled_programs_where_it_is_told(tmp_path):
    code = "from ssbi_core.compilation import keep_compiled_programs as kept; print(kept())"
    told = {**os.environ, **environment(Settings(cache=str(tmp_path)))}
    done = subprocess.run(
        [sys.executable, "-c", code], env=told, capture_output=True, text=True, check=True, timeout=400
    )
    assert done.stdout.strip() == str(tmp_path / "jax")


def test_napari_can_show_the_settings_and_says_what_each_is():
    shown = ConfigurationContribution(**configuration())
    assert set(shown.properties) == set(Settings.model_fields) - {"hint_seen"}
    for name, shown_property in shown.properties.items():
        assert shown_property.default == Settings.model_fields[name].default
        assert shown_property.description


def test_the_manifest_offers_the_same_settings():
    offered = PluginManifest.from_distribution("napari-ssbi").contributions.configurations
    assert offered == {"analysis": ConfigurationContribution(**configuration())}
