"""What a trained predictor has to beat: regressions on the numbers a physicist would compute from the same labels.

Each peer is `fit(train_features, log_sigma)`, and what that returns has `predict(features) -> (mean, sd)` of ln sigma.
Features are computed once per sample and can be kept; the material comes in as the predictor sees it.
"""

from benchmarks.predict.peers.coarse_solves import coarse_features, fit_coarse_ridge
from benchmarks.predict.peers.gaussian_process import fit_gaussian_process
from benchmarks.predict.peers.physics_features import global_features

__all__ = ["coarse_features", "fit_coarse_ridge", "fit_gaussian_process", "global_features"]
