"""What an image and a material file leave open, as variations of one prediction.

Each source is varied alone, to tell how much it makes, and both together in random pairs, so that what they make only
together counts: a layer that one segmentation breaks matters as much as its resistance in that material.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Variations(NamedTuple):
    """Which graph and which material each row of a prediction has; 0 is the picture as labelled, and the middle.

    Attributes
    ----------
    graph, material : (n,) indices; the first row has 0 of both.
    segmentations, materials, pairs : rows in which the one, the other, or both vary.
    """

    graph: np.ndarray
    material: np.ndarray
    segmentations: slice
    materials: slice
    pairs: slice

    @classmethod
    def of(cls, segmentations: int, materials: int, seed: int) -> Variations:
        """Of some segmentations and materials; in the pairs each comes as often as the others, but for one."""
        pairs = max(segmentations, materials) if segmentations and materials else 0
        chosen = np.random.default_rng(seed).permutation(pairs) % max(segmentations, 1)
        graph = [np.arange(segmentations + 1), np.zeros(materials, int), 1 + chosen]
        material = [
            np.zeros(segmentations + 1, int),
            1 + np.arange(materials),
            1 + np.arange(pairs) % max(materials, 1),
        ]
        first, second = 1 + segmentations, 1 + segmentations + materials
        return cls(
            np.concatenate(graph),
            np.concatenate(material),
            slice(1, first),
            slice(first, second),
            slice(second, second + pairs),
        )


class Spread(NamedTuple):
    """Of the natural logarithm of a conductivity.

    Attributes
    ----------
    segmentation, material : variance that each makes; what both make together is shared out in proportion.
    shift : mean over the materials, less the value in the middle. Not over the segmentations: draws break lines that
        no specimen breaks, so their mean is too high, and the likeliest labels are the better centre.
    draws : (s,) deviations from the mean of both, a single 0 where nothing varies.
    material_draws : (s,) the same of the materials alone.
    """

    segmentation: float
    material: float
    shift: float
    draws: np.ndarray
    material_draws: np.ndarray

    @classmethod
    def of(cls, log_sigma: np.ndarray, variations: Variations) -> Spread:
        """From the logarithm of the conductivity (n,) in each row."""
        alone = [log_sigma[rows] for rows in (variations.segmentations, variations.materials)]
        varied = next((part for part in (log_sigma[variations.pairs], *alone) if len(part)), log_sigma[:1])
        first, second = (_variance(part) for part in alone)
        share = first / (first + second) if first + second > 0 else 0.5
        total, materials = _variance(varied), alone[1] if len(alone[1]) else log_sigma[:1]
        shift = float(materials.mean()) - float(log_sigma[0])
        return cls(share * total, (1 - share) * total, shift, varied - varied.mean(), materials - materials.mean())


def _variance(values: np.ndarray) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else 0.0
