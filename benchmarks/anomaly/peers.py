"""What else finds odd images: given the same numbers as our score, the predictor's residual and all places included."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from sklearn.covariance import LedoitWolf
from sklearn.ensemble import IsolationForest
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
from sklearn.preprocessing import StandardScaler

_TARGET = "descriptor:log_conductivity"


def peer_scores(reference: pd.DataFrame, images: pd.DataFrame) -> dict[str, np.ndarray]:
    """Scores of images (m, columns) by peers fitted to a reference (n, columns); the larger, the odder."""
    columns = [name for name in reference if name != "image" and reference[name].notna().mean() > 0.5]
    own, other = (table.reindex(columns=columns).to_numpy(float) for table in (reference, images))
    usual = np.nanmedian(np.where(np.isfinite(own), own, np.nan), axis=0)
    own, other = (np.where(np.isfinite(table), table, usual) for table in (own, other))
    scaler = StandardScaler().fit(own)
    own, other = scaler.transform(own), scaler.transform(other)
    forest = IsolationForest(n_estimators=300, random_state=0).fit(own)
    ellipse = LedoitWolf().fit(own)
    return {
        "isolation_forest": -forest.score_samples(other),
        "mahalanobis": ellipse.mahalanobis(other),
        "gp_spread": _gp_spread(own, other, columns.index(_TARGET)),
    }


def _gp_spread(own: np.ndarray, other: np.ndarray, target: int) -> np.ndarray:
    """Standard deviation of a Gaussian process that predicts the conductivity from all other numbers."""
    inputs = [np.delete(table, target, axis=1) for table in (own, other)]
    kernel = ConstantKernel(1.0) * Matern(length_scale=np.sqrt(inputs[0].shape[1]), nu=2.5) + WhiteKernel(0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = GaussianProcessRegressor(kernel, random_state=0).fit(inputs[0], own[:, target])
    return model.predict(inputs[1], return_std=True)[1]
