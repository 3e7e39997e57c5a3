"""A net that learns from strokes: the tiles that were painted on are seen once, then the last convolution is fitted.

All but the last convolution stays as it was trained on many specimens; what the strokes change is how its features
are read in this image. Fitting that alone takes seconds, and with `LearningConfig.caution` it forgets little. Where
there is a second look it is its convolution that learns: it has the last word, and would misread a first look that
was changed. Contact is not learnt: it follows from where electrolyte touches electrode.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ssbi_core.compilation import keep_compiled_programs
from ssbi_core.errors import InputError, SsbiError
from ssbi_core.io.micrograph import Micrograph
from ssbi_core.materials import MaterialSystem, Phase, load_system
from ssbi_core.segment.channels import input_channels
from ssbi_core.segment.correction.blocks import Blocks, filled_up
from ssbi_core.segment.correction.last_convolution import (
    STEPS_AT_ONCE,
    Convolution,
    block_scores,
    fit_convolution,
    read_convolution,
    with_convolution,
)
from ssbi_core.segment.correction.learning_config import LearningConfig
from ssbi_core.segment.correction.painted_tiles import PaintedTile, blocks_of, painted_tiles
from ssbi_core.segment.correction.strokes import NOT_LEARNT, check_strokes, stroke_classes
from ssbi_core.segment.folded_unet import unfold
from ssbi_core.segment.inference import last_look
from ssbi_core.segment.segmentation_config import SegmentationConfig
from ssbi_core.segment.unet import CLASSES
from ssbi_core.segment.weights import Segmenter, load_segmenter

LEAST_PIXELS = 5
_LOOKING, _TILES, _FITTING = 0.3, 0.2, 0.45  # shares of the time; the rest is counting what changed


@dataclass(frozen=True, eq=False)
class Learned:
    """A net that has learned from strokes, and what that changed.

    Attributes
    ----------
    model : the net, for `segment`, `save_segmenter` and further strokes.
    right_before, right_after : share of the painted pixels, by phase, that the net itself gets right.
    losses : loss at every tenth step.
    pixels_changed : pixels, of those looked at, whose most probable phase is another one now.
    pixels_seen : pixels looked at: those of all tiles that were painted on.
    """

    model: Segmenter
    right_before: Mapping[str, float]
    right_after: Mapping[str, float]
    losses: tuple[float, ...]
    pixels_changed: int
    pixels_seen: int


def learn_from_strokes(
    micrograph: Micrograph,
    strokes: np.ndarray,
    *,
    system: str | Path | MaterialSystem = "llzo_nmc",
    model: str | Path | Segmenter | None = None,
    config: LearningConfig | None = None,
    progress: Callable[[float], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Learned:
    """Have a net learn from strokes painted where it was wrong.

    Parameters
    ----------
    micrograph : the image that was painted on.
    strokes : (rows, columns) phase codes, 0 where nothing is painted. Contact is derived and not learnt from.
    system : material system, which decides what each element stands for.
    model : the net to start from, its file or folder; the shipped one by default.
    config : settings of the learning.
    progress : called with the share done, in [0, 1], after every tile and every few steps.
    should_stop : asked as often; True ends the run with an `SsbiError`.

    Returns
    -------
    Learned
        Its net goes to `segment(micrograph, model=learned.model, strokes=strokes)`.

    Raises
    ------
    InputError
        If the strokes are not of the micrograph's shape, hold unknown codes or fewer than five pixels to learn from,
        or the HAADF image has no contrast.
    """
    config = config or LearningConfig()
    check_strokes(strokes, micrograph.shape)
    classes = stroke_classes(strokes)
    _check_enough(strokes, classes)
    keep_compiled_programs()
    net = model if isinstance(model, Segmenter) else load_segmenter(model)
    report = _reporter(progress, should_stop)
    report(0.0)
    channels, presence = input_channels(micrograph, load_system(system))
    applied = SegmentationConfig(tile=config.tile, overlap=config.overlap)
    last, view = last_look(net, channels, presence, applied, lambda done: report(_LOOKING * done))
    tiles = painted_tiles(last, view, presence, classes, config, lambda done: report(_LOOKING + _TILES * done))
    before = read_convolution(last.weights)
    painted, unpainted = blocks_of(tiles, config)
    after, losses = _fitted(before, painted, unpainted, last.temperature, config, report)
    changed, seen = _changed(tiles, before, after, micrograph.shape, report)
    return Learned(
        model=_corrected(net, after, classes, config),
        right_before=_right(before, painted),
        right_after=_right(after, painted),
        losses=losses,
        pixels_changed=changed,
        pixels_seen=seen,
    )


def _check_enough(strokes: np.ndarray, classes: np.ndarray) -> None:
    count = int(np.count_nonzero(classes != NOT_LEARNT))
    if count >= LEAST_PIXELS:
        return
    contact = " besides contact, which is derived and not learnt" if np.any(strokes == Phase.CONTACT) else ""
    raise InputError(
        f"strokes with {count} painted pixels{contact}",
        f"at least {LEAST_PIXELS} of phases that the net tells apart",
        "paint a stroke where the labels are wrong, with the phase that is there",
    )


def _reporter(
    progress: Callable[[float], None] | None, should_stop: Callable[[], bool] | None
) -> Callable[[float], None]:
    def report(share: float) -> None:
        if progress is not None:
            progress(share)
        if should_stop is not None and should_stop():
            raise SsbiError("a request to stop", "the learning to run to its end", "start it again when ready")

    return report


def _fitted(
    start: Convolution,
    painted: Blocks,
    unpainted: Blocks,
    temperature: float,
    config: LearningConfig,
    report: Callable[[float], None],
) -> tuple[Convolution, tuple[float, ...]]:
    current, losses = start, []
    rounds = fit_convolution(start, filled_up(painted), unpainted, temperature, config)
    for convolution, loss in rounds:
        current = convolution
        losses.append(loss)
        report(_LOOKING + _TILES + _FITTING * min(STEPS_AT_ONCE * len(losses) / config.num_steps, 1.0))
    return current, tuple(losses)


def _changed(
    tiles: list[PaintedTile],
    before: Convolution,
    after: Convolution,
    shape: tuple[int, ...],
    report: Callable[[float], None],
) -> tuple[int, int]:
    """Pixels whose most probable phase is another one now, and pixels looked at."""
    changed, seen = np.zeros(shape, bool), np.zeros(shape, bool)
    for done, tile in enumerate(tiles, 1):
        place = seen[tile.rows, tile.columns].shape  # less than the tile where the image was mirrored to fill it
        changed[tile.rows, tile.columns] |= _differs(tile, before, after)[: place[0], : place[1]]
        seen[tile.rows, tile.columns] = True
        report(1 - (1 - _LOOKING - _TILES - _FITTING) * (1 - done / len(tiles)))
    return int(changed.sum()), int(seen.sum())


def _differs(tile: PaintedTile, before: Convolution, after: Convolution) -> np.ndarray:
    rows, columns = tile.features.shape[:2]
    every = tile.blocks(np.arange(rows * columns))
    scores = (block_scores(convolution, every).reshape(1, rows, columns, -1) for convolution in (before, after))
    old, new = (np.asarray(unfold(score))[0].argmax(-1) for score in scores)
    return old != new


def _right(convolution: Convolution, painted: Blocks) -> dict[str, float]:
    found = np.asarray(block_scores(convolution, painted)).argmax(-1)
    there = painted.classes
    return {phase.key: float(np.mean(found[there == k] == k)) for k, phase in enumerate(CLASSES) if (there == k).any()}


def _corrected(net: Segmenter, convolution: Convolution, classes: np.ndarray, config: LearningConfig) -> Segmenter:
    """The net with a new convolution of its last look, whose facts say from which net and how it came about."""
    last = net.second or net
    area = np.bincount(classes[classes != NOT_LEARNT], minlength=len(CLASSES))
    correction = {
        "from_sha256": last.sha256,
        "painted_pixels": {phase.key: int(n) for phase, n in zip(CLASSES, area, strict=True) if n},
        "learning": config.model_dump(mode="json"),
    }
    facts = {**last.further_facts, "corrections": [*last.facts.get("corrections", []), correction]}
    changed = {"weights": with_convolution(last.weights, convolution), "facts": facts, "sha256": ""}
    if net.second is None:
        return replace(net, **changed)
    return replace(net, second=replace(net.second, **changed), sha256="")
