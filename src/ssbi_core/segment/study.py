"""Train on a study: a folder with images/NAME.ome.tif and labels/NAME.tif, as `ssbi simulate` writes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ssbi_core.errors import InputError, ReadError
from ssbi_core.io import read, read_labels
from ssbi_core.materials import MaterialSystem, load_system
from ssbi_core.segment.samples import Sample, prepare_sample
from ssbi_core.segment.train import fit_segmenter
from ssbi_core.segment.training_config import TrainingConfig


def train_segmenter(
    study: str | Path,
    output: str | Path,
    config: TrainingConfig | None = None,
    *,
    progress: Callable[[str, float], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Path:
    """Train a segmentation net on labelled images and write it to a folder.

    Parameters
    ----------
    study : folder with images/NAME.ome.tif (HAADF and element maps) and labels/NAME.tif (phase codes).
    output : folder for segmenter.safetensors, segmenter.json and the checkpoint; a checkpoint of the same
        settings found there is continued to the very result an uninterrupted run gives.
    config : settings of the training.
    progress : called with a message and the share done.
    should_stop : asked before every step; a stopped run saves what it has.

    Returns
    -------
    Path of segmenter.safetensors, which `load_segmenter` and `segment` take.

    Raises
    ------
    ReadError
        If the study has no pairs of image and labels, or a file cannot be read.
    InputError
        If image and labels differ in shape, or there are fewer than two pairs.
    """
    config = config or TrainingConfig()
    samples = list(read_samples(study, load_system(config.system)).values())

    def report(step: int, steps: int, loss: float) -> None:
        if progress is not None:
            progress(f"step {step} of {steps}, loss {loss:.3f}", step / steps)

    return fit_segmenter(samples, Path(output), config, progress=report, should_stop=should_stop)


def read_samples(study: str | Path, system: MaterialSystem) -> dict[str, Sample]:
    """Samples of a study by the name of their image; raises as `train_segmenter`."""
    return {_stem(image): _sample(image, labels, system) for image, labels in _pairs(Path(study))}


def _pairs(study: Path) -> list[tuple[Path, Path]]:
    labels = {_stem(path): path for path in sorted((study / "labels").glob("*.tif"))}
    images = {_stem(path): path for path in sorted((study / "images").glob("*.tif"))}
    paired = sorted(images.keys() & labels.keys())
    if not paired:
        raise ReadError(
            f"study {study}: {len(images)} images, {len(labels)} label images, no pair of the same name",
            "images/NAME.ome.tif and labels/NAME.tif",
            "make one with ssbi simulate, or name the files alike",
        )
    alone = sorted(images.keys() ^ labels.keys())
    if alone:
        raise InputError(
            f"study {study}: {len(alone)} files without partner, first {alone[0]}",
            "labels for every image and an image for every label file",
            "add the missing files or remove these",
        )
    return [(images[name], labels[name]) for name in paired]


def _stem(path: Path) -> str:
    return path.name.split(".")[0]


def _sample(image: Path, labels: Path, system: MaterialSystem) -> Sample:
    micrograph = read(image, system=system)
    truth = read_labels(labels, pixel_size_nm=micrograph.pixel_size_nm)
    return prepare_sample(micrograph, truth.labels, system)
