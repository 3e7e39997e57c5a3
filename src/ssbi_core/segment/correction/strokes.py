"""Painted pixels stay as painted, through everything that follows the net.

What follows the net must not argue with the user. Where electrolyte and reaction layer are told apart anew (see
`ssbi_core.segment.adaptation`), painted pixels are given the painted phase, and what the two look like is learned from
them first of all; if the result contradicts them on too many pixels all the same, the two phases do not look as the
mixture supposed, and the net's own answer is kept.

Contact is no phase of its own but the rim of the electrode, so it is drawn anew around painted pixels: painted NMC
that touches electrolyte becomes contact like any other. Contact that was itself painted stays.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import ndimage

from ssbi_core.errors import InputError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import PHASES, Phase
from ssbi_core.segment.adaptation import adapted
from ssbi_core.segment.unet import CLASSES
from ssbi_core.simulate.contact import mark_contact

NOT_LEARNT = -1
_CERTAIN = 0.97  # probability of the painted phase: sure, and still a finite log-odds
_AGREEMENT = 0.75  # share of painted electrolyte and layer that the adaptation must leave as painted
_ADAPTED = [CLASSES.index(phase) for phase in (Phase.LLZO, Phase.REACTION_LAYER)]
_EIGHT = np.ones((3, 3), bool)


def check_strokes(strokes: np.ndarray, shape: tuple[int, ...]) -> None:
    """Raise an `InputError` unless the strokes are phase codes of an image of this shape."""
    if strokes.shape != tuple(shape):
        raise InputError(
            f"strokes of shape {strokes.shape}",
            f"{tuple(shape)} as the image has",
            "paint on a layer of the image's size",
        )
    if strokes.dtype.kind not in "iu":
        raise InputError(f"strokes of type {strokes.dtype}", "integers, phase codes", "convert them to uint8")
    unknown = sorted(set(np.unique(strokes).tolist()) - {int(phase) for phase in Phase})
    if unknown:
        known = ", ".join(f"{phase.value} {phase.key}" for phase in PHASES)
        raise InputError(f"strokes with code {unknown[0]}", f"0 (not painted) or {known}", "paint with these codes")


def stroke_classes(strokes: np.ndarray) -> np.ndarray:
    """Index into `CLASSES` of every painted pixel, int8; `NOT_LEARNT` where nothing or contact is painted."""
    table = np.full(len(Phase), NOT_LEARNT, np.int8)
    table[[int(phase) for phase in CLASSES]] = np.arange(len(CLASSES))
    return table[strokes]


def with_strokes(phases: PhaseMap, strokes: np.ndarray) -> PhaseMap:
    """A phase map in which painted pixels are what was painted, and certain.

    Parameters
    ----------
    phases : of a two-dimensional image.
    strokes : (rows, columns) phase codes, 0 where nothing is painted.

    Returns
    -------
    PhaseMap
        Contact is drawn anew within a pixel of the strokes, by `ssbi_core.simulate.mark_contact`; painted NMC that
        touches electrolyte is contact therefore. Painted contact stays.

    Raises
    ------
    InputError
        If the strokes are not phase codes or not of the labels' shape.
    """
    check_strokes(strokes, phases.labels.shape)
    painted = strokes > 0
    probabilities, uncertainty = phases.probabilities, phases.uncertainty
    if probabilities is not None:
        probabilities = probabilities.copy()
        probabilities[:, painted] = np.eye(len(Phase), dtype=np.float32)[:, strokes[painted]]
    if uncertainty is not None:
        uncertainty = np.where(painted, np.float32(0), uncertainty)
    labels = _painted_labels(phases.labels, strokes, painted)
    return replace(phases, labels=labels, probabilities=probabilities, uncertainty=uncertainty)


def _painted_labels(labels: np.ndarray, strokes: np.ndarray, painted: np.ndarray) -> np.ndarray:
    corrected = np.where(painted, strokes, labels).astype(np.uint8)
    near = ndimage.binary_dilation(painted, _EIGHT)
    corrected = np.where(near, mark_contact(corrected), corrected)
    corrected[strokes == Phase.CONTACT] = Phase.CONTACT
    return corrected


def adapted_to(
    strokes: np.ndarray | None, probabilities: np.ndarray, channels: np.ndarray, presence: np.ndarray
) -> np.ndarray:
    """Probabilities with electrolyte and reaction layer told apart anew, but not against the strokes.

    Parameters
    ----------
    strokes : (rows, columns) phase codes, 0 where nothing is painted, or None.
    probabilities : (len(CLASSES), rows, columns) float32.
    channels, presence : as from `input_channels`.
    """
    if strokes is None:
        return adapted(probabilities, channels, presence)
    classes, pinned = stroke_classes(strokes), pinned_to(strokes, probabilities)
    result = adapted(pinned, channels, presence, classes)
    judged = np.isin(classes, _ADAPTED)
    agrees = not judged.any() or np.mean(result.argmax(0)[judged] == classes[judged]) >= _AGREEMENT
    return result if agrees else pinned


def pinned_to(strokes: np.ndarray | None, probabilities: np.ndarray) -> np.ndarray:
    """Probabilities of `_CERTAIN` for the painted class, the rest shared by the others; arguments as `adapted_to`."""
    if strokes is None:
        return probabilities
    classes, result = stroke_classes(strokes), probabilities.copy()
    painted = classes != NOT_LEARNT
    certain = np.full((len(CLASSES),) * 2, (1 - _CERTAIN) / (len(CLASSES) - 1), np.float32)
    np.fill_diagonal(certain, _CERTAIN)
    result[:, painted] = certain[:, classes[painted]]
    return result
