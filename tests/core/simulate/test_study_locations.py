"""Several locations of one sample, and what is left of a solved study that another replaces."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from ssbi_core.errors import InputError, OutputError
from ssbi_core.io import read_labels
from ssbi_core.predict.records import load_records, split_by_sample
from ssbi_core.predict.solve_study import solve_study
from ssbi_core.simulate import simulate_sample, simulate_study

SHAPE = (96, 96)


def make(folder, number, **options):
    options = {"shape": SHAPE, "pixel_size_nm": 2.0, "images": False, **options}
    return pd.read_parquet(simulate_study(number, 3, folder, **options))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("study")


@pytest.fixture(scope="module")
def pairs(folder):
    """Five images, two of a sample."""
    return make(folder, 5, locations=2)


def test_locations_share_the_sample_and_its_process_alone(pairs):
    assert list(pairs["sample"]) == ["3-0", "3-0", "3-1", "3-1", "3-2"]
    process = pairs.filter(like="process_")
    for _, rows in process.groupby(pairs["sample"]):
        assert len(rows.drop_duplicates()) == 1
    assert len(process.drop_duplicates()) == 3
    assert pairs["interface_angle_deg"].nunique() == 5
    assert pairs["fraction_llzo"].nunique() == 5


def test_image_of_a_sample_depends_on_seed_index_and_locations_only(folder, pairs):
    _, structure, row = simulate_sample(3, 3, shape=SHAPE, pixel_size_nm=2.0, locations=2)
    np.testing.assert_array_equal(read_labels(folder / "labels" / f"{row['image']}.tif").labels, structure.labels)
    assert pairs.iloc[3].to_dict() == row


def test_first_sample_of_many_locations_is_that_of_one(pairs):
    _, structure, row = simulate_sample(3, 0, shape=SHAPE, pixel_size_nm=2.0)
    assert pairs.iloc[0].to_dict() == row
    _, again, _ = simulate_sample(3, 0, shape=SHAPE, pixel_size_nm=2.0, locations=2)
    np.testing.assert_array_equal(structure.labels, again.labels)


def test_locations_of_a_sample_are_not_split(pairs):
    parts = split_by_sample(pairs, (0.4, 0.3, 0.3), seed=1)
    assert sorted(np.concatenate(parts)) == list(range(5))
    assert sum(pairs["sample"].iloc[part].nunique() for part in parts) == 3


def test_study_of_one_location_is_noted_as_ever(tmp_path):
    make(tmp_path, 1)
    assert "locations" not in json.loads((tmp_path / "study.json").read_text())


def test_other_locations_are_another_study(folder, pairs):
    with pytest.raises(OutputError, match="a study with other settings"):
        make(folder, 5, locations=3)


def test_no_location_is_refused(tmp_path):
    with pytest.raises(InputError, match="locations 0"):
        make(tmp_path / "s", 1, locations=0)
    assert not (tmp_path / "s").exists()


def test_records_of_a_study_go_with_it(tmp_path):
    """Image names hold the seed alone, so that old records would pass for those of the new labels."""
    make(tmp_path, 2)
    solve_study(tmp_path)
    before = load_records(tmp_path).table.set_index("image").loc["sim_3_00001"]
    make(tmp_path, 2, pixel_size_nm=1.0, overwrite=True)
    assert not list(tmp_path.glob("records/*"))
    assert not list(tmp_path.glob("cells/*"))
    solve_study(tmp_path)
    after = load_records(tmp_path).table.set_index("image").loc["sim_3_00001"]
    assert float(after["conductivity_S_per_cm"]) != float(before["conductivity_S_per_cm"])


def test_continued_study_keeps_its_records(tmp_path):
    make(tmp_path, 1)
    solve_study(tmp_path)
    make(tmp_path, 2, overwrite=True)
    assert len(list(tmp_path.glob("records/*.json"))) == 1
