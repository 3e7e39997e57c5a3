from __future__ import annotations

from pathlib import Path

import pytest
from npe2 import PluginManifest

import napari_ssbi
from ssbi_core.io import KNOWN_SUFFIXES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def manifest() -> PluginManifest:
    return PluginManifest.from_distribution("napari-ssbi")


def test_manifest_is_valid_and_its_commands_exist(manifest):
    manifest.validate_imports()
    assert manifest.name == "napari-ssbi"
    assert manifest.display_name == "Solid-State Battery Interfaces"


def test_every_format_the_core_knows_is_offered(manifest):
    (reader,) = manifest.contributions.readers
    assert {f"*{suffix}" for suffix in KNOWN_SUFFIXES} <= set(reader.filename_patterns)
    assert reader.accepts_directories


def test_manifest_at_the_top_is_the_one_in_the_package():
    packaged = Path(napari_ssbi.__file__).parent / "napari.yaml"
    assert (ROOT / "napari.yaml").resolve() == packaged.resolve()
