"""Training of the segmenter's first look on prepared samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ssbi_core.errors import InputError
from ssbi_core.segment.augment import augment
from ssbi_core.segment.fitting import Progress, calibrated, fit_net
from ssbi_core.segment.samples import Sample, split
from ssbi_core.segment.trained_net import new_weights
from ssbi_core.segment.training_config import TrainingConfig
from ssbi_core.segment.weights import Segmenter, save_segmenter


def fit_segmenter(
    samples: Sequence[Sample],
    output: Path,
    config: TrainingConfig,
    *,
    start: Segmenter | None = None,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Path:
    """Train on prepared samples and write the net to `output`.

    Parameters
    ----------
    samples : at least two; a share of them is held back for calibration and never trained on.
    output : folder for the net and the checkpoint; a checkpoint found there is continued.
    start : net of this architecture whose weights the training begins with; random ones by default.
    progress : called with step, number of steps and loss every `log_every` steps.
    should_stop : asked before every step; a stopped run saves a checkpoint and the net as it is.

    Returns
    -------
    Path of the weight file.

    Raises
    ------
    InputError
        If there are fewer than two samples, or `start` is of another architecture.
    """
    if start is not None and start.config != config.architecture:
        raise InputError(
            f"a net of {start.config} to start from", f"{config.architecture}", "set the architecture to the net's"
        )
    if len(samples) < 2:
        raise InputError(f"{len(samples)} training samples", "at least 2", "simulate or label more images")
    train, held_back = split(len(samples), config.held_back, config.seed)
    graph, weights = new_weights(config.architecture, config.seed)
    state = fit_net(
        [samples[i] for i in train],
        output,
        config,
        graph,
        weights if start is None else start.weights,
        partial(augment, crop=config.crop, config=config.augmentation),
        progress=progress,
        should_stop=should_stop,
    )
    facts = {"steps": int(state.step), **({} if start is None else {"started_from": start.sha256})}
    return save_calibrated(output, graph, state.average, config, [samples[i] for i in held_back], facts)


def save_calibrated(
    output: Path, graph: Any, weights: Any, config: TrainingConfig, held_back: Sequence[Sample], facts: dict[str, Any]
) -> Path:
    """Write a net whose temperature is fitted on samples it has not learned from; returns the path of its weights.

    Parameters
    ----------
    output : folder.
    graph, weights, config, held_back : as `calibrated`.
    facts : to be kept with the weights.
    """
    temperature, calibration = calibrated(graph, weights, config, held_back)
    described = {"training": config.model_dump(mode="json"), **facts, "calibration": calibration}
    return save_segmenter(output, config.architecture, weights, temperature, described)
