"""What every phase of an image emits, and where the counts are no mixture of the phases that are there.

The signatures are learned from the image itself (sensitivities, overlapping lines and background are then in them), as
the non-negative counts per pixel of each phase that, mixed as the blurred labels say, give the maps; robustly, because
what belongs to no phase must not shape them. Each block is then explained once more by any non-negative mixture of the
phases near it (maximum likelihood of Poisson counts, by expectation maximisation: Richardson 1972, Lucy 1974), so that
thickness and the exact place of an interface do not matter, and what is left is compared with counting noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.optimize import nnls

from ssbi_core.anomaly.chemistry.blocks import Blocks

_ROUNDS = 4  # of robust weights
_HUBER = 2.0  # standard deviations
_NEAR = 2  # blocks around one in which a phase counts as near
_PRESENT = 0.02  # share of a block that makes a phase present
_STEPS = 60  # of expectation maximisation
_MODEL_ERROR = 0.04  # relative: thickness and beam are not quite those assumed
_MEDIAN_OF_CHI_SQUARED = 0.455  # with one degree of freedom
_FLOOR = 1e-3  # of the mean counts: there is always some background


@dataclass(frozen=True, eq=False)
class Signatures:
    """Counts per pixel of every phase, and how well they explain the image.

    Attributes
    ----------
    counts : (phases, elements).
    expected : (rows, columns, elements) of the best mixture near each block.
    misfit : (rows, columns) sum over the elements of squared residuals over their variance, over its own median.
    noise : variance of the counts over that of a Poisson distribution.
    """

    counts: np.ndarray
    expected: np.ndarray
    misfit: np.ndarray
    noise: float


def find_signatures(blocks: Blocks) -> Signatures:
    """Learn signatures from an image and explain every block by those near it."""
    signatures = _robust_signatures(blocks)
    expected = _explained(blocks, signatures)
    floor = _FLOOR * blocks.counts.mean()
    # Square roots of counts scatter alike, few or many; with few of them a squared residual is too easily large.
    off = 4 * blocks.effective[..., None] * (np.sqrt(blocks.counts) - np.sqrt(np.maximum(expected, floor))) ** 2
    # Maps that were binned, smoothed or quantified are not Poisson counts: the image says how much they scatter.
    noise = max(float(np.median(off)) / _MEDIAN_OF_CHI_SQUARED, 1e-9)
    misfit = (off / (noise + blocks.effective[..., None] * _MODEL_ERROR**2 * expected)).sum(-1)
    return Signatures(signatures, expected, misfit / max(float(np.median(misfit)), 1e-9), noise)


def _robust_signatures(blocks: Blocks) -> np.ndarray:
    mixture = blocks.shares.reshape(-1, len(blocks.phases))
    measured = blocks.counts.reshape(len(mixture), -1)
    floor = max(_FLOOR * float(blocks.counts.mean()), 1e-12)
    found = np.stack([_robust_fit(mixture, column, floor) for column in measured.T], axis=1)
    return np.maximum(found, floor)


def _robust_fit(mixture: np.ndarray, measured: np.ndarray, floor: float) -> np.ndarray:
    """Counts per pixel of each phase (phases,) by non-negative least squares with Huber's weights."""
    weight = 1 / np.sqrt(np.maximum(measured, floor))
    fitted = np.zeros(mixture.shape[1])
    for _ in range(_ROUNDS):
        fitted, _ = nnls(mixture * weight[:, None], measured * weight)
        expected = np.maximum(mixture @ fitted, floor)
        off = np.abs(measured - expected) / np.sqrt(expected)
        spread = 1.4826 * max(float(np.median(off)), 1e-12)
        weight = np.sqrt(np.minimum(1.0, _HUBER * spread / np.maximum(off, 1e-12)) / expected)
    return fitted


def _explained(blocks: Blocks, signatures: np.ndarray) -> np.ndarray:
    """(rows, columns, elements) of the likeliest mixture of the phases near each block."""
    size = 2 * _NEAR + 1
    near = ndimage.maximum_filter(blocks.shares, (size, size, 1), mode="nearest") > _PRESENT
    amount = np.where(near, np.maximum(blocks.shares, _PRESENT), 0.0)
    per_unit = signatures.sum(1)
    for _ in range(_STEPS):
        ratio = blocks.counts / np.maximum(amount @ signatures, 1e-12)
        amount = amount * (ratio @ signatures.T) / per_unit
    return amount @ signatures
