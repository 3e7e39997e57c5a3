import numpy as np
import pandas as pd
import pytest

from ssbi_core.errors import CalibrationError, InputError, OutputError
from ssbi_core.io import read, read_labels
from ssbi_core.simulate import ProcessParameters, simulate_sample, simulate_study

SHAPE = (128, 160)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    truth = simulate_study(2, 3, folder, shape=SHAPE)
    return folder, truth


def test_files_read_back_with_channels_scale_and_truth(study):
    folder, truth = study
    table = pd.read_parquet(truth)
    assert len(table) == 2
    for row in table.itertuples():
        image = read(folder / "images" / f"{row.image}.ome.tif")
        labels = read_labels(folder / "labels" / f"{row.image}.tif")
        assert image.shape == labels.labels.shape == SHAPE
        assert image.pixel_size_nm == labels.pixel_size_nm == 0.5
        assert {"La", "Zr", "Ni"} <= set(image.elements)
        assert labels.phase_fractions()["nmc"] == pytest.approx(row.fraction_nmc)


def test_image_depends_on_seed_and_index_only(study):
    folder, truth = study
    micrograph, structure, row = simulate_sample(3, 1, shape=SHAPE)
    np.testing.assert_array_equal(read_labels(folder / "labels" / f"{row['image']}.tif").labels, structure.labels)
    np.testing.assert_array_equal(read(folder / "images" / f"{row['image']}.ome.tif").haadf, micrograph.haadf)
    assert pd.read_parquet(truth).iloc[1]["fraction_llzo"] == row["fraction_llzo"]


def test_interrupted_study_is_continued_to_the_same_files(study, tmp_path):
    folder, truth = study
    again = simulate_study(1, 3, tmp_path / "s", shape=SHAPE)
    first = next((tmp_path / "s" / "images").iterdir())
    stamp = first.stat().st_mtime_ns
    simulate_study(2, 3, tmp_path / "s", shape=SHAPE)
    assert first.stat().st_mtime_ns == stamp  # not made twice
    pd.testing.assert_frame_equal(pd.read_parquet(again), pd.read_parquet(truth))
    for path in (folder / "images").iterdir():
        assert path.read_bytes() == (tmp_path / "s" / "images" / path.name).read_bytes()


def test_another_study_or_other_files_are_never_overwritten(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="other files"):
        simulate_study(1, 0, tmp_path, shape=SHAPE, overwrite=True)
    simulate_study(1, 0, tmp_path / "s", shape=SHAPE)
    with pytest.raises(OutputError, match="--overwrite"):
        simulate_study(1, 1, tmp_path / "s", shape=SHAPE)
    simulate_study(1, 1, tmp_path / "s", shape=SHAPE, overwrite=True)
    assert [p.name for p in (tmp_path / "s" / "labels").iterdir()] == ["sim_1_00000.tif"]
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_process_is_recorded_and_followed(tmp_path):
    _, _, hot = simulate_sample(0, 0, shape=SHAPE, process=ProcessParameters(sintering_temperature_C=800))
    _, _, cold = simulate_sample(0, 0, shape=SHAPE, process=ProcessParameters(sintering_temperature_C=500))
    assert hot["process_sintering_temperature_C"] == 800
    assert hot["fraction_reaction_layer"] > 2 * cold["fraction_reaction_layer"]


@pytest.mark.parametrize(
    ("number", "options", "error"),
    [
        (0, {}, InputError),
        (1, {"shape": (4, 4)}, InputError),
        (1, {"pixel_size_nm": -1.0}, CalibrationError),
    ],
)
def test_bad_requests_leave_nothing_behind(tmp_path, number, options, error):
    with pytest.raises(error):
        simulate_study(number, 0, tmp_path / "s", **options)
    assert not (tmp_path / "s").exists()
