"""A micrograph in, a phase map out: channels, a first look, a second on the image's own scale, post-processing."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.compilation import keep_compiled_programs
from ssbi_core.errors import SsbiError
from ssbi_core.io.micrograph import Micrograph
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import MaterialSystem, Phase, load_system
from ssbi_core.segment.adaptation import adapted
from ssbi_core.segment.channels import input_channels
from ssbi_core.segment.correction.strokes import adapted_to, check_strokes, with_strokes
from ssbi_core.segment.postprocess import FIRST_LOOK, SECOND_LOOK, clean_labels
from ssbi_core.segment.second_look.image_scale import on_image_scale
from ssbi_core.segment.segmentation_config import SegmentationConfig
from ssbi_core.segment.tiling import predict_tiled
from ssbi_core.segment.trained_net import TrainedNet, apply
from ssbi_core.segment.unet import CLASSES
from ssbi_core.segment.weights import Segmenter, load_segmenter

Progress = Callable[[float], None]

_CODES = np.array([int(phase) for phase in CLASSES])


def segment(
    micrograph: Micrograph,
    *,
    system: str | Path | MaterialSystem = "llzo_nmc",
    model: str | Path | Segmenter | None = None,
    config: SegmentationConfig | None = None,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    strokes: np.ndarray | None = None,
) -> PhaseMap:
    """Segment a micrograph into phases.

    Parameters
    ----------
    micrograph : HAADF image with whatever element maps were recorded; works, less well, with none.
    system : material system, which decides what each element stands for.
    model : a trained net, its file or folder; the shipped one by default.
    progress : called with the share done, in [0, 1], after every tile.
    should_stop : asked after every tile; True ends the run with an `SsbiError`.
    strokes : (rows, columns) phase codes painted by hand, 0 where nothing is; they hold in the labels, and what
        follows the net listens to them. See `ssbi_core.learn_from_strokes` for a net that has learned from them.

    Returns
    -------
    PhaseMap
        Labels with the contact line marked; probabilities of all codes (0 for unlabelled and for
        contact, which is derived and not predicted), of the second look where the net has one; uncertainty, the
        entropy over its maximum.

    Raises
    ------
    InputError
        If the HAADF image has no contrast or no finite pixels, or the strokes are not of its shape.
    """
    if strokes is not None:
        check_strokes(strokes, micrograph.shape)
    config = config or SegmentationConfig()
    keep_compiled_programs()
    net = model if isinstance(model, Segmenter) else load_segmenter(model)
    channels, presence = input_channels(micrograph, load_system(system))
    first_part, last_part = _halves(progress) if net.second else (None, progress)
    last, seen = last_look(net, channels, presence, config, first_part, should_stop)
    scores = class_probabilities(last, seen, presence, config, last_part, should_stop)
    if config.clean:
        best = adapted_to(strokes, scores, channels, presence)
        labels = clean_labels(best, SECOND_LOOK if net.second else FIRST_LOOK)
    else:
        labels = _CODES[scores.argmax(0)].astype(np.uint8)
    phases = PhaseMap(
        labels=labels,
        pixel_size_nm=micrograph.pixel_size_nm,
        probabilities=_by_code(scores),
        uncertainty=normalised_entropy(scores),
        name=micrograph.name,
        metadata=dict(micrograph.metadata),
        sha256=micrograph.sha256,
    )
    return phases if strokes is None else with_strokes(phases, strokes)


def _halves(progress: Progress | None) -> tuple[Progress | None, Progress | None]:
    if progress is None:
        return None, None
    return (lambda share: progress(share / 2)), (lambda share: progress((1 + share) / 2))


def last_look(
    net: Segmenter,
    channels: np.ndarray,
    presence: np.ndarray,
    config: SegmentationConfig,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> tuple[TrainedNet, np.ndarray]:
    """The net that has the last word, and what it sees of prepared channels; arguments as `segment`.

    The second look's where there is one, which sees what the first found; nothing is run otherwise.
    """
    if net.second is None:
        return net, channels
    first = class_probabilities(net, channels, presence, config, progress, should_stop)
    return net.second, on_image_scale(first, adapted(first, channels, presence), channels, presence)


def class_probabilities(
    net: TrainedNet,
    channels: np.ndarray,
    presence: np.ndarray,
    config: SegmentationConfig,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> np.ndarray:
    """What one net alone says of prepared channels: probabilities (classes, rows, columns); arguments as `segment`."""
    return _blended(channels, _predictor(net, presence, config), config, progress, should_stop)


def normalised_entropy(probabilities: np.ndarray) -> np.ndarray:
    """Entropy of (classes, rows, columns) probabilities over its maximum ln(classes); float32 in [0, 1]."""
    entropy = np.zeros(probabilities.shape[1:], np.float32)
    for p in probabilities:  # class by class: no second copy of all probabilities
        entropy -= p * np.log(np.maximum(p, np.float32(1e-12)))
    return np.clip(entropy / np.float32(np.log(len(probabilities))), 0.0, 1.0)


def _blended(
    channels: np.ndarray,
    predict: Callable[[np.ndarray], np.ndarray],
    config: SegmentationConfig,
    progress: Progress | None,
    should_stop: Callable[[], bool] | None,
) -> np.ndarray:
    """Probabilities (classes, rows, columns) of the whole image."""
    tiles = predict_tiled(channels, predict, len(CLASSES), config.tile, min(config.overlap, config.tile // 2))
    while True:
        try:
            share = next(tiles)
        except StopIteration as done:
            return done.value
        if progress is not None:
            progress(share)
        if should_stop is not None and should_stop():
            raise SsbiError("a request to stop", "the segmentation to run to its end", "start it again when ready")


def _predictor(net: TrainedNet, presence: np.ndarray, config: SegmentationConfig) -> Callable[[np.ndarray], np.ndarray]:
    run = _compiled(net.graph, net.temperature, config.flips)
    mask = jnp.asarray(presence, jnp.float32)[None]

    def predict(tile: np.ndarray) -> np.ndarray:
        return np.asarray(run(net.weights, jnp.asarray(tile, jnp.float32)[None], mask))[0]

    return predict


@lru_cache(maxsize=8)
def _compiled(graph: Any, temperature: float, flips: bool) -> Callable[..., jax.Array]:
    """One program for all nets that differ in their weights only, as nets that learned from strokes do."""
    return jax.jit(partial(_probabilities, graph, temperature, flips))


def _probabilities(
    graph: object, temperature: float, flips: bool, weights: object, channels: jax.Array, presence: jax.Array
) -> jax.Array:
    axes = ((), (1,), (2,), (1, 2)) if flips else ((),)
    copies = [
        jnp.flip(jax.nn.softmax(apply(graph, weights, jnp.flip(channels, a), presence) / temperature), a) for a in axes
    ]
    return sum(copies[1:], copies[0]) / len(copies)


def _by_code(probabilities: np.ndarray) -> np.ndarray:
    coded = np.zeros((len(Phase), *probabilities.shape[1:]), np.float32)
    coded[_CODES] = probabilities
    return coded
