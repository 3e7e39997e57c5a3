"""Training samples: channels, presence and target of whole images, and crops drawn from them.

Preparing (normalising, smoothing) is done once per image; crops are cut on the fly. Half of the crops
are centred on a pixel of a phase drawn at random, so that dislocations and coatings are seen as often
as grains. The split between training, calibration and validation is by sample, never by crop.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.io.micrograph import Micrograph
from ssbi_core.materials import MaterialSystem, Phase
from ssbi_core.segment.channels import input_channels
from ssbi_core.segment.unet import CLASSES
from ssbi_core.simulate.contact import unmark_contact


class Sample(NamedTuple):
    """One image ready for training.

    Attributes
    ----------
    channels : (rows, columns, roles) float16.
    presence : (roles,) float32.
    target : (rows, columns) uint8, 0 unlabelled, k for class k - 1 of `CLASSES`.
    """

    channels: np.ndarray
    presence: np.ndarray
    target: np.ndarray


class Batch(NamedTuple):
    """Windows cut from samples, stacked."""

    channels: np.ndarray
    presence: np.ndarray
    targets: np.ndarray


def prepare_sample(micrograph: Micrograph, labels: np.ndarray, system: MaterialSystem) -> Sample:
    """Turn a micrograph and its true labels into a training sample.

    Raises
    ------
    InputError
        If image and labels differ in shape, or a label is no phase code.
    """
    if micrograph.shape != labels.shape:
        raise InputError(
            f"{micrograph.name}: image {micrograph.shape} with labels {labels.shape}",
            "labels of the image's shape",
            "pair each image with its own label file",
        )
    channels, presence = input_channels(micrograph, system)
    return Sample(channels.astype(np.float16), presence, target_of(labels))


def target_of(labels: np.ndarray) -> np.ndarray:
    """Class targets of phase codes; contact pixels, which the net does not predict, go back to NMC."""
    if int(labels.max(initial=0)) > max(Phase):
        raise InputError(
            f"label code {int(labels.max())}", f"codes 0 to {int(max(Phase))}", "map the labels to phase codes"
        )
    table = np.zeros(len(Phase), np.uint8)
    for index, phase in enumerate(CLASSES):
        table[phase] = index + 1
    return table[unmark_contact(labels)]


def class_frequencies(samples: Sequence[Sample]) -> np.ndarray:
    """Share of labelled pixels of each class, (len(CLASSES),) float64."""
    counts = sum(np.bincount(s.target.ravel(), minlength=len(CLASSES) + 1)[1:] for s in samples)
    return np.asarray(counts, np.float64) / max(float(np.sum(counts)), 1.0)


def split(count: int, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices of training and held-back samples, disjoint; at least one is held back."""
    order = np.random.default_rng(seed).permutation(count)
    held_back = max(1, round(share * count))
    return np.sort(order[held_back:]), np.sort(order[:held_back])


def draw_batch(samples: Sequence[Sample], size: int, window: int, seed: int, step: int) -> Batch:
    """Cut `size` windows; the same seed and step give the same windows, so training resumes exactly."""
    rng = np.random.default_rng([seed, step])
    chosen = [samples[i] for i in rng.integers(len(samples), size=size)]
    cuts = [_cut(sample, window, *_centre(sample.target, rng)) for sample in chosen]
    return Batch(*(np.stack(parts) for parts in zip(*cuts, strict=True)))


def _centre(target: np.ndarray, rng: np.random.Generator) -> tuple[int, int]:
    row, column = (int(rng.integers(n)) for n in target.shape)
    if rng.random() < 0.5:
        return row, column
    present = np.unique(target[::3, ::3])
    positions = np.flatnonzero(target == rng.choice(present))
    row, column = np.unravel_index(int(rng.choice(positions)), target.shape)
    return int(row), int(column)


def _cut(sample: Sample, window: int, row: int, column: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows, columns = (
        _mirrored(_start(centre, window, n), window, n)
        for centre, n in zip((row, column), sample.target.shape, strict=True)
    )
    pick = np.ix_(rows, columns)
    return sample.channels[pick].astype(np.float32), sample.presence, sample.target[pick]


def _start(centre: int, window: int, size: int) -> int:
    return min(max(centre - window // 2, 0), max(size - window, 0))


def _mirrored(start: int, window: int, size: int) -> np.ndarray:
    """Positions start ... start + window - 1, mirrored where the image ends."""
    period = max(2 * size - 2, 1)
    position = np.arange(start, start + window) % period
    return np.minimum(position, period - position) if size > 1 else np.zeros(window, int)
