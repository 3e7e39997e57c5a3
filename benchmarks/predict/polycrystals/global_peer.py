"""The peer of the net: a Gaussian process on a few numbers of each volume, with and without the resistor network.

Grains of one kind with boundaries of one kind are nearly a problem of two numbers, the boundaries' conductivity and how
much of the volume they are. With the network's answer among the features the process learns its bias, smooth in both;
what a graph net has to add is where in a volume the network is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.predict.peers.gaussian_process import fit_gaussian_process
from benchmarks.predict.polycrystals.volumes import volume
from ssbi_core.graph.regions import find_regions
from ssbi_core.materials import Phase


def volume_features(folder: Path, indices: Sequence[int]) -> np.ndarray:
    """What a materials scientist would tabulate, (3 n, 3), a row per graph of `polycrystal_graphs`.

    Logarithm of the boundaries' relative conductivity, share of boundary voxels, logarithm of the number of grains.
    """
    rows = []
    for index in indices:
        each = volume(folder, index)
        boundary = np.mean(each.labels == Phase.GRAIN_BOUNDARY)
        grains = find_regions(each.labels)[0].max() + 1
        rows += [(np.log(each.ratio), boundary, np.log(grains))] * 3
    return np.array(rows)


def process_prediction(
    features: np.ndarray, log_sigma: np.ndarray, learn: np.ndarray, test: np.ndarray, log_start: np.ndarray
) -> np.ndarray:
    """ln sigma of the rows `test` by a process that learned the rest `log_sigma` - `log_start` from the rows `learn`.

    Parameters
    ----------
    features, log_sigma, log_start : (n, f), (n,) and (n,) of all graphs.
    learn, test : rows.
    """
    process = fit_gaussian_process(features[learn], (log_sigma - log_start)[learn])
    return log_start[test] + process.predict(features[test])[0]


def mixture(features: np.ndarray) -> np.ndarray:
    """ln sigma, relative to a grain's, of boundary and grain mixed geometrically: a start without the network."""
    return features[:, 1] * features[:, 0]
