"""What normal images look like, and its file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ssbi_core.anomaly.population import Population, row_of
from ssbi_core.anomaly.portrait import Portrait
from ssbi_core.errors import ReadError


def test_a_row_holds_the_most_extreme_place_of_each_kind(normal_portrait: Callable[..., Portrait]) -> None:
    portrait = normal_portrait(0)
    largest = max(place.features["size"] for place in portrait.places)
    assert row_of(portrait)["place:grain:size"] == largest


def test_percentiles_are_those_of_all_places(normal_portrait: Callable[..., Portrait]) -> None:
    portraits = [normal_portrait(seed) for seed in range(30)]
    population = Population.of(portraits, "test")
    sizes = np.array([place.features["size"] for portrait in portraits for place in portrait.places])
    assert population.counts["grain:size"] == len(sizes)
    assert population.percentile("grain:size", float(np.median(sizes))) == pytest.approx(50, abs=0.5)
    assert population.percentile("pore:length", 1.0) is None


def test_a_file_brings_everything_back(tmp_path: Path, normal_portrait: Callable[..., Portrait]) -> None:
    written = Population.of([normal_portrait(seed) for seed in range(8)], "eight images")
    read = Population.load(written.save(tmp_path / "population.parquet"))
    assert read.rows.equals(written.rows)
    assert (read.models, read.source, read.counts) == (written.models, written.source, written.counts)
    assert read.percentile("grain:size", 1.3) == pytest.approx(written.percentile("grain:size", 1.3), abs=1)


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.parquet").write_text("no table")
    for name in ("other.parquet", "missing.parquet"):
        with pytest.raises(ReadError, match=name):
            Population.load(tmp_path / name)
