"""How well scores separate, and whether a listed region is the planted place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import ndimage
from scipy.stats import rankdata

from ssbi_core.anomaly import AnomalousRegion

_MARGIN = 4  # pixels by which a place may be off


def auroc(normal: np.ndarray, odd: np.ndarray) -> float:
    """Probability that an odd image scores above a normal one, ties counting half (Mann and Whitney)."""
    ranks = rankdata(np.concatenate([normal, odd]))[len(normal) :]
    return float((ranks.sum() - len(odd) * (len(odd) + 1) / 2) / (len(normal) * len(odd)))


def auroc_interval(normal: np.ndarray, odd: np.ndarray, draws: int = 500) -> tuple[float, float]:
    """90 % interval of it, by resampling both."""
    rng = np.random.default_rng(0)
    found = [auroc(rng.choice(normal, len(normal)), rng.choice(odd, len(odd))) for _ in range(draws)]
    low, high = np.percentile(found, [5, 95])
    return float(low), float(high)


def hit_rank(regions: Sequence[AnomalousRegion], where: np.ndarray) -> int | None:
    """Rank, from 1, of the first region that is the planted place (rows, columns) bool; None where none is.

    A region is it if its box holds a third of the place without being more than six times as large as the place's own
    box, or if nine tenths of the box lie in the place, or (of a long thin place such as a boundary) if it lies within
    the place's own box and holds a twentieth of the place.
    """
    grown = np.asarray(ndimage.binary_dilation(where, iterations=_MARGIN), bool)
    rows, columns = np.nonzero(grown)
    place = (rows.min(), columns.min(), rows.max() + 1, columns.max() + 1)
    for rank, region in enumerate(regions, 1):
        row, column, end_row, end_column = region.bbox_px
        share = grown[row:end_row, column:end_column].sum() / grown.sum()
        size = (end_row - row) * (end_column - column)
        large = size > 6 * (place[2] - place[0]) * (place[3] - place[1])
        within = row >= place[0] and column >= place[1] and end_row <= place[2] and end_column <= place[3]
        if (share >= 1 / 3 and not large) or share * grown.sum() >= 0.9 * size or (within and share >= 0.05):
            return rank
    return None


def found_within(ranks: Sequence[int | None], most: int = 3) -> float:
    """Share of the planted places among the first few regions."""
    return float(np.mean([rank is not None and rank <= most for rank in ranks]))


def summary(values: Sequence[Any]) -> float | None:
    """Mean of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
