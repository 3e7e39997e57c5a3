"""Electrolyte or reaction layer: decided by what the two look like in this very image.

The net was trained on many specimens and microscopes, where a phase can have almost any grey level and any ratio of
counts. Within one image both are nearly constant, so the two phases part far more sharply than the net can tell.
Its probabilities start a mixture of two Gaussians with one covariance (expectation maximisation, Dempster, Laird and
Rubin 1977; the boundary between the two is that of linear discriminant analysis, halfway whatever the blur) over

- the HAADF level,
- the logarithm of the ratio of the electrolyte's two cation roles,
- the same of elements that only reaction layers hold to the cations,

as far as they were recorded; ratios, because thickness, dose and the blur of the X-ray source into the electrode
leave them alone. A slope across the image (shading, a thickness wedge) is fitted and taken out. The share of layer is
fitted as a function of the distance to electrode or coating; the odds of the net stay in as a prior. Pixels within
`CLEAR` of another phase, whose grey level is mixed, take the odds of the nearest clear one.
Where one of the two phases is hardly there, nothing is changed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from ssbi_core.materials import Phase
from ssbi_core.segment.channels import ROLES
from ssbi_core.segment.unet import CLASSES

ITERATIONS = 25
PRIOR = 0.5  # weight of the net's log-odds: calibrated pixel by pixel, but neighbours err alike
LEAST = 150.0  # pixels a phase must have
CLEAR = 2  # pixels from other phases
REACH = 4.0  # pixels over which odds are carried to the rim
MAP_SCALE, HAADF_SCALE, ODDS_SCALE = 2.5, 1.0, 1.0  # Gaussian smoothing in pixels
_LIKELY_BOUNDARY = 0.3
_LIMIT = 10.0  # of log-odds
_SAMPLE = 200_000  # pixels that the mixture is fitted to
_KNOWN = 0.2  # weight of all known pixels together, over that of all pixels; few as they are, they are what is sure
_BINS = 32
_TRACE = 0.02
_LLZO, _BOUNDARY, _LAYER = (CLASSES.index(p) for p in (Phase.LLZO, Phase.GRAIN_BOUNDARY, Phase.REACTION_LAYER))
_ANCHORS = [CLASSES.index(p) for p in (Phase.NMC, Phase.COATING)]


class _Mixture(NamedTuple):
    """Two Gaussians of one covariance, as the coefficients of their log-likelihood ratio, and what else was fitted.

    slope : (features, 2) change of the features from the middle of the image to its edges, along rows and columns.
    by_distance : (bins,) log-odds of layer at each distance from electrode or coating.
    """

    linear: np.ndarray
    constant: float
    slope: np.ndarray
    by_distance: np.ndarray

    def ratio(self, x: np.ndarray, place: np.ndarray) -> np.ndarray:
        """Log-likelihood of layer less that of electrolyte, (pixels,), for features (features, pixels)."""
        return self.linear @ x - (self.linear @ self.slope) @ place + self.constant


def adapted(
    probabilities: np.ndarray, channels: np.ndarray, presence: np.ndarray, known: np.ndarray | None = None
) -> np.ndarray:
    """Probabilities with electrolyte and reaction layer told apart anew; the other classes are untouched.

    Parameters
    ----------
    probabilities : (len(CLASSES), rows, columns) float32.
    channels, presence : as from `input_channels`.
    known : (rows, columns) index into `CLASSES` where the phase is known, anything else elsewhere. Known electrolyte
        and layer are what the mixture is learned from first of all; what comes out there is not forced to agree.
    """
    solid = probabilities[[_LLZO, _LAYER, _BOUNDARY]].sum(0) > 0.5
    inside = ndimage.binary_erosion(solid, iterations=CLEAR, border_value=1)
    clear = inside & (probabilities[_BOUNDARY] < _LIKELY_BOUNDARY)
    if clear.sum() < 2 * LEAST:
        return probabilities
    x, place = _features(channels, presence, solid)[:, clear], _places(clear)
    prior = np.log((probabilities[_LAYER] + 1e-4) / (probabilities[_LLZO] + probabilities[_BOUNDARY] + 1e-4))
    distance = _distance_bins(probabilities)
    sure = np.full(solid.shape, -1) if known is None else known
    fitted = _fit(_sample(x, place, probabilities[:, clear], prior[clear], distance[clear], sure[clear]))
    if fitted is None:
        return probabilities
    ratio = np.zeros(solid.shape, np.float32)
    ratio[clear] = fitted.ratio(x, place).clip(-_LIMIT, _LIMIT)
    odds = _carried(ratio, clear) + np.float32(PRIOR) * prior + fitted.by_distance.astype(np.float32)[distance]
    weight = solid.astype(np.float32)
    odds = _smooth(odds * weight, ODDS_SCALE) / (_smooth(weight, ODDS_SCALE) + np.float32(1e-3))
    return _with_odds(probabilities, odds)


class _Sample(NamedTuple):
    """Clear pixels to fit: features (features, pixels), the rest (pixels,); `step` is one over their share.

    share : of layer, which stays as it is where `known`.
    weight : 1, more where known.
    """

    x: np.ndarray
    place: np.ndarray
    share: np.ndarray
    known: np.ndarray
    weight: np.ndarray
    prior: np.ndarray
    distance: np.ndarray
    step: int


def _sample(
    x: np.ndarray,
    place: np.ndarray,
    probabilities: np.ndarray,
    prior: np.ndarray,
    distance: np.ndarray,
    sure: np.ndarray,
) -> _Sample:
    """Every so many of the clear pixels; pixels are the last axis of all arguments."""
    step = 1 + x.shape[1] // _SAMPLE
    layer, llzo = (probabilities[k, ::step] for k in (_LAYER, _LLZO))
    sure = sure[::step]
    known = (sure == _LLZO) | (sure == _LAYER)
    share = np.where(known, sure == _LAYER, layer / (llzo + layer + 1e-6)).astype(np.float64)
    weight = np.where(known, max(1.0, _KNOWN * known.size / max(known.sum(), 1)), 1.0)
    x, place = x[:, ::step].astype(np.float64), place[:, ::step]
    return _Sample(x, place, share, known, weight, prior[::step], distance[::step], step)


def _features(channels: np.ndarray, presence: np.ndarray, solid: np.ndarray) -> np.ndarray:
    """What tells the phases apart, (features, rows, columns) float32, averaged over electrolyte and layer only."""
    weight = solid.astype(np.float32)
    haadf = masked_mean(channels[..., 0], weight, HAADF_SCALE)
    return np.stack([haadf, *composition_ratios(channels, presence, weight, MAP_SCALE).values()])


def composition_ratios(
    channels: np.ndarray, presence: np.ndarray, weight: np.ndarray, scale: float
) -> dict[str, np.ndarray]:
    """Logarithms of ratios of counts: `cations`, further to main; `other`, of layers only to the cations.

    Parameters
    ----------
    channels, presence : as from `input_channels`; a ratio whose elements were not recorded is left out.
    weight : (rows, columns) float32, 1 where counts are averaged over, 0 elsewhere.
    scale : of the Gaussian average, in pixels.
    """
    counts = {
        role: masked_mean(channels[..., k] ** 2, weight, scale) + np.float32(_TRACE)
        for k, role in enumerate(ROLES)
        if role in ("cation_a", "cation_b", "other") and presence[k] > 0
    }
    cations, found = [counts[role] for role in ("cation_a", "cation_b") if role in counts], {}
    if len(cations) == 2:
        found["cations"] = np.log(cations[1] / cations[0])
    if cations and "other" in counts:
        found["other"] = np.log(counts["other"] / sum(cations))
    return found


def masked_mean(image: np.ndarray, weight: np.ndarray, scale: float) -> np.ndarray:
    """Gaussian average over where the weight is 1."""
    return _smooth(image * weight, scale) / (_smooth(weight, scale) + np.float32(1e-3))


def _places(mask: np.ndarray) -> np.ndarray:
    """Row and column of the pixels of the mask, -1 to 1 over the image, (2, pixels)."""
    centre = (np.array(mask.shape)[:, None] - 1) / 2
    return (np.stack(np.nonzero(mask)) - centre) / np.maximum(centre, 1)


def _distance_bins(probabilities: np.ndarray) -> np.ndarray:
    """Distance to electrode or coating, in bins of four pixels that widen with it; 0 everywhere if there is neither."""
    anchor = probabilities[_ANCHORS].sum(0) > 0.5
    if not anchor.any():
        return np.zeros(anchor.shape, np.int64)
    distance = np.asarray(ndimage.distance_transform_edt(~anchor))
    return np.minimum(4 * np.log2(1 + distance / 4), _BINS - 1).astype(np.int64)


def _fit(sample: _Sample) -> _Mixture | None:
    """The mixture; None where a phase comes to fewer than `LEAST` pixels."""
    layer, by_distance = sample.share, np.zeros(_BINS)
    total = np.bincount(sample.distance, minlength=_BINS)
    mixture = None
    for iteration in range(ITERATIONS):
        if min(layer.sum(), (1 - layer).sum()) * sample.step < LEAST:
            return None
        if iteration:  # the first shares are the net's, not yet this image's
            part = (np.bincount(sample.distance, layer, minlength=_BINS) + 1) / (total + 2)
            by_distance = np.log(part / (1 - part))
        mixture = _mixture(sample, layer, by_distance)
        odds = mixture.ratio(sample.x, sample.place) + PRIOR * sample.prior + by_distance[sample.distance]
        layer = np.where(sample.known, sample.share, 1 / (1 + np.exp(-odds.clip(-30, 30))))
    return mixture


def _mixture(sample: _Sample, layer: np.ndarray, by_distance: np.ndarray) -> _Mixture:
    """Best slope, means and covariance for given shares of layer."""
    parts = sample.weight * (1 - layer), sample.weight * layer
    slope = _slope(sample, *parts)
    x = sample.x - slope @ sample.place
    means = _means(x, *parts)
    covariance = np.diag(0.02 * x.var(axis=1) + 1e-5)  # nothing is known more narrowly than this
    for mean, part in zip(means, parts, strict=True):
        centred = x - mean[:, None]
        covariance += (centred * part) @ centred.T / sample.weight.sum()
    linear = np.linalg.solve(covariance, means[1] - means[0])
    return _Mixture(linear, -0.5 * float(linear @ (means[0] + means[1])), slope, by_distance)


def _slope(sample: _Sample, electrolyte: np.ndarray, layer: np.ndarray) -> np.ndarray:
    one, other = _means(sample.x, electrolyte, layer)
    share = layer / sample.weight
    rest = sample.x - (one[:, None] * (1 - share) + other[:, None] * share)
    weighted = sample.place * electrolyte
    return rest @ weighted.T @ np.linalg.pinv(weighted @ sample.place.T)


def _means(x: np.ndarray, electrolyte: np.ndarray, layer: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean features of electrolyte and of layer, weighted."""
    return x @ electrolyte / electrolyte.sum(), x @ layer / layer.sum()


def _carried(ratio: np.ndarray, clear: np.ndarray) -> np.ndarray:
    """The ratio of clear pixels, carried to the pixels near them; 0 farther away."""
    found = ndimage.distance_transform_edt(~clear, return_indices=True)
    assert isinstance(found, tuple)
    distance, nearest = found
    return np.where(distance <= REACH, ratio[tuple(nearest)], np.float32(0))


def _smooth(image: np.ndarray, scale: float) -> np.ndarray:
    return ndimage.gaussian_filter(image, scale)


def _with_odds(probabilities: np.ndarray, odds: np.ndarray) -> np.ndarray:
    result = probabilities.copy()
    both = probabilities[_LLZO] + probabilities[_LAYER]
    result[_LAYER] = both / (1 + np.exp(-odds.clip(-30, 30)))
    result[_LLZO] = both - result[_LAYER]
    return result
