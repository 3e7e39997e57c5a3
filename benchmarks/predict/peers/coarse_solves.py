"""Solve coarse images of the structure, and learn by ridge regression what coarseness got wrong.

Three resolutions and five ways of averaging (see `coarse_links`) err in different directions, so a line through them,
with the global numbers beside, is nearer the truth than any of them. A Gaussian process on the same features is nearer
still, and the peer to beat.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.predict.peers.coarse_links import coarsen
from benchmarks.predict.peers.fine_links import FineLinks, fine_links
from benchmarks.predict.peers.grid_solve import grid_conductance
from benchmarks.predict.peers.physics_features import global_features
from ssbi_core.predict import MaterialValues

BLOCKS = (16, 32, 64)
"""Blocks along each edge."""

MEANS = ((1, 1), (0, 0), (-1, -1), (0, 1), (-1, 1))
"""Powers of the mean along and across the transport axis. Chosen with `BLOCKS` by the leave-one-out error of training
sets; more resolutions, or block middles as plates, did not lower it by more than 1 %."""

_PENALTIES = np.logspace(-4, 4, 33)
_LOWEST = 6.0  # in ln sigma below the finest arithmetic solve: a harmonic mean over a pore says no more than 'far less'
_LEAST_SQUARE = 1e-6  # of a residual; its logarithm must be a number
_SHARED = 0.2  # of the variance is the same for all: without it one outlier thought certain costs more than is won


@dataclass(frozen=True, eq=False)
class CoarseRidge:
    """A fitted regression: one for the mean, one for the logarithm of the squared leave-one-out residual.

    Attributes
    ----------
    mean, log_square : of features as they are.
    inflation : of the squares, so that they are right on average over the training set.
    mean_square : of the leave-one-out residuals.
    """

    mean: Pipeline
    log_square: Pipeline
    inflation: float
    mean_square: float

    def predict(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of ln sigma, (n,) each, from features, (n, f)."""
        own = self.inflation * np.exp(self.log_square.predict(_spread(features)))
        return self.mean.predict(features), np.sqrt((1 - _SHARED) * own + _SHARED * self.mean_square)


def coarse_features(labels: np.ndarray, axis: int, pixel_size_nm: float, material: MaterialValues) -> np.ndarray:
    """ln sigma of the coarse solves, finest last, then the global features; (37,).

    Parameters
    ----------
    labels : (rows, columns) phase codes, none unlabelled; rows and columns multiples of 64.
    axis : of transport.
    pixel_size_nm : edge of a pixel.
    material : properties by phase code.

    Raises
    ------
    ValueError
        If the picture cannot be cut into blocks of whole pixels.
    """
    fine = fine_links(labels, axis, pixel_size_nm, material)
    solves = np.array([log_coarse(fine, blocks, means) for blocks in BLOCKS for means in MEANS])
    solves = np.maximum(solves, solves[-len(MEANS)] - _LOWEST)
    return np.concatenate([solves, global_features(labels, axis, pixel_size_nm, material)])


def log_coarse(fine: FineLinks, blocks: int, means: tuple[int, int]) -> float:
    """Natural logarithm of the effective conductivity in S/cm, solved on blocks."""
    rows, columns = fine.body.shape
    return float(np.log(grid_conductance(coarsen(fine, blocks, *means)) * rows / columns))


def fit_coarse_ridge(train_features: np.ndarray, log_sigma: np.ndarray) -> CoarseRidge:
    """Ridge regression of ln sigma, its penalty and its spread from leave-one-out residuals.

    Parameters
    ----------
    train_features, log_sigma : (n, 37) of `coarse_features`, and (n,) ln sigma.
    """
    ridge = RidgeCV(_PENALTIES, store_cv_results=True)
    mean = make_pipeline(StandardScaler(), ridge).fit(train_features, log_sigma)
    left_out = ridge.cv_results_[:, np.flatnonzero(ridge.alpha_ == _PENALTIES)[0]]
    spread = _spread(train_features)
    log_square = make_pipeline(StandardScaler(), RidgeCV(_PENALTIES))
    log_square.fit(spread, np.log(np.maximum(left_out, _LEAST_SQUARE)))
    inflation = float(np.mean(left_out / np.exp(log_square.predict(spread))))
    return CoarseRidge(mean, log_square, inflation, float(left_out.mean()))


def _spread(features: np.ndarray) -> np.ndarray:
    """How far the coarse solves are apart tells how far off they are; their level does not."""
    count = len(BLOCKS) * len(MEANS)
    finest = features[:, count - len(MEANS), None]
    return np.concatenate([features[:, :count] - finest, features[:, count:]], axis=1)
