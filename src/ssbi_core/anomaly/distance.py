"""How far an image's structure is from those of its population.

Descriptors are brought to their population's median and spread (robustly: a few anomalies among the population must
not widen it), then whitened with a covariance shrunk towards its diagonal, because there are about as many descriptors
as images (Ledoit and Wolf, J. Multivariate Anal. 88, 365, 2004). In that space the distance is the mean one to the
nearest images: it makes no claim that the population is one cloud.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_CLIP = 6.0  # spreads: one wild descriptor counts as wild, and no more
_MAD = 1.4826  # of a normal distribution's spread
_FLAT = 1e-9
_USABLE = 0.5  # share of the images in which a descriptor must be known


@dataclass(frozen=True, eq=False)
class StructureSpace:
    """A whitened space of descriptors and the images in it.

    Attributes
    ----------
    used : (all descriptors,) which are usable.
    centre, spread : (d,) of those.
    whiten : (d, d).
    points : (n, d) the images.
    """

    used: np.ndarray
    centre: np.ndarray
    spread: np.ndarray
    whiten: np.ndarray
    points: np.ndarray

    @classmethod
    def of(cls, table: np.ndarray) -> StructureSpace:
        """Of a population (n, all descriptors); unknown values are NaN."""
        table = np.asarray(table, float)
        known = np.isfinite(table)
        used = known.mean(0) >= _USABLE if len(table) else np.zeros(table.shape[1], bool)
        masked = np.where(known, table, np.nan)[:, used]
        centre = np.nanmedian(masked, axis=0) if masked.size else np.zeros(int(used.sum()))
        spread = np.maximum(_MAD * np.nanmedian(np.abs(masked - centre), axis=0), 0.5 * np.nanstd(masked, axis=0))
        used[np.flatnonzero(used)[spread <= _FLAT]] = False
        keep = spread > _FLAT
        centre, spread = centre[keep], spread[keep]
        scaled = _scaled(table[:, used], centre, spread)
        whiten = _whitening(shrunk_covariance(scaled))
        return cls(used, centre, spread, whiten, scaled @ whiten)

    def distance(self, descriptors: np.ndarray, neighbours: int) -> float:
        """Mean distance of an image (all descriptors,) to its nearest ones, per root of the number of descriptors."""
        if not self.used.any():
            return 0.0
        point = _scaled(np.asarray(descriptors, float)[None, self.used], self.centre, self.spread) @ self.whiten
        return _nearest(np.linalg.norm(self.points - point, axis=1), neighbours, self.points.shape[1])


def own_distances(table: np.ndarray, neighbours: int) -> np.ndarray:
    """(n,) distance of every image of a population to the others, in the space of the others alone.

    In a space that it helped to shape an image lies closer to the rest than a new one would.
    """
    table = np.asarray(table, float)
    others = np.ones(len(table), bool)
    found = np.zeros(len(table))
    for index, row in enumerate(table):
        others[index] = False
        found[index] = StructureSpace.of(table[others]).distance(row, neighbours)
        others[index] = True
    return found


def shrunk_covariance(data: np.ndarray) -> np.ndarray:
    """Covariance of (n, d) data about 0, shrunk towards a multiple of the identity (Ledoit and Wolf 2004)."""
    number, size = data.shape
    sample = data.T @ data / number
    mean = np.trace(sample) / size if size else 0.0
    target = mean * np.eye(size)
    apart = float(((sample - target) ** 2).sum())
    # Sum over the images of |x x' - S|^2, with sum x x' = n S.
    noise = float(((data**2).sum(1) ** 2).sum() - number * (sample**2).sum()) / number**2
    share = min(noise / apart, 1.0) if apart > 0 else 1.0
    return share * target + (1 - share) * sample


def _scaled(table: np.ndarray, centre: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """In spreads about the centre; what is not known is at the centre."""
    return np.clip(np.nan_to_num((table - centre) / spread), -_CLIP, _CLIP)


def _whitening(covariance: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(covariance)
    return vectors / np.sqrt(np.maximum(values, _FLAT))


def _nearest(distances: np.ndarray, neighbours: int, size: int) -> float:
    nearest = np.sort(distances)[: max(min(neighbours, len(distances)), 1)]
    return float(nearest.mean() / np.sqrt(size)) if len(nearest) else 0.0
