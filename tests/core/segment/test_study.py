import numpy as np
import pytest

from ssbi_core.errors import InputError, ReadError
from ssbi_core.io import write_image, write_labels
from ssbi_core.segment.study import train_segmenter
from ssbi_core.segment.weights import load_segmenter


def _write(folder, layered, count: int) -> None:
    for kind in ("images", "labels"):
        (folder / kind).mkdir(parents=True)
    for seed in range(count):
        image, labels = layered(seed)
        channels = {"HAADF": image.haadf, **image.elements}
        write_image(folder / f"images/s{seed}.ome.tif", np.stack(list(channels.values())), 0.5, list(channels))
        write_labels(folder / f"labels/s{seed}.tif", labels, 0.5)


def test_a_study_on_disk_trains_the_net_that_its_arrays_train(tmp_path, layered, trained, tiny_training):
    _write(tmp_path / "study", layered, 4)
    told: list[tuple[str, float]] = []
    path = train_segmenter(tmp_path / "study", tmp_path / "model", tiny_training, progress=lambda *a: told.append(a))
    assert told[-1][1] == 1
    assert told[-1][0].startswith("step 12 of 12")
    assert load_segmenter(path).sha256 == load_segmenter(trained[0]).sha256


def test_a_folder_without_pairs_is_refused(tmp_path):
    with pytest.raises(ReadError, match="no pair"):
        train_segmenter(tmp_path, tmp_path / "model")


def test_an_image_without_labels_is_named(tmp_path, layered):
    _write(tmp_path, layered, 2)
    (tmp_path / "labels/s1.tif").unlink()
    with pytest.raises(InputError, match="s1"):
        train_segmenter(tmp_path, tmp_path / "model")
