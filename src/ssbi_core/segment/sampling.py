"""Label images drawn from what a segmentation is unsure of, so that its errors reach the quantities computed from it.

Every class gets a smooth Gaussian random field; its normal distribution function turns it into uniform, and those into
Gumbel variates. The class of largest log-probability plus Gumbel variate is then distributed as the probabilities say,
at every pixel (the Gumbel-max trick; Maddison, Tarlow and Minka, NeurIPS 2014), while pixels nearer than the
correlation length decide alike. Drawing pixel by pixel would break layers and boundaries that no specimen breaks.
The classes then go the way of `segment`: specks, closed grain boundaries, contact (see `postprocess`).

What the net says and how often it is wrong are two things: it gives every electrolyte pixel some chance of being grain
boundary. `TEMPERATURE` makes the expected share of wrong pixels the real one, `CORRELATION` lets errors cluster as real
ones do; both were measured on simulated images, of which the truth is known. What a whole image shares, such as a layer
drawn too thick everywhere, is not in the samples: the spread of what is computed from them is a lower limit.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
from scipy import ndimage
from scipy.special import log_ndtr

from ssbi_core.errors import InputError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.segment.postprocess import clean_labels
from ssbi_core.segment.unet import CLASSES

CORRELATION = 16.0
"""Pixels; the chance that a pixel 1 to 32 pixels from a wrong one is wrong too is then within 0.04 of the real one."""

TEMPERATURE = 0.45
"""Of least negative log-likelihood on simulated images, where 3.5 % of the pixels are wrong and 10 % should be at 1."""

_CODES = np.array([int(phase) for phase in CLASSES])
_NEVER = 1e-12  # probability below which a class is not drawn
_LABEL_REACH = 1.0  # pixels over which a label speaks for its neighbours; more would punch holes into thin layers
_LLZO, _BOUNDARY, _LAYER, _NMC = (
    CLASSES.index(phase) for phase in (Phase.LLZO, Phase.GRAIN_BOUNDARY, Phase.REACTION_LAYER, Phase.NMC)
)


def sample_labels(
    phases: PhaseMap, key: jax.Array, number: int, correlation_nm: float | None = None, temperature: float = TEMPERATURE
) -> np.ndarray:
    """Draw label images from the probabilities of a segmentation.

    Parameters
    ----------
    phases : 2D, with probabilities, as `segment` returns it.
    key : JAX random key; the first images do not depend on how many are drawn.
    number : of label images.
    correlation_nm : distance at which the correlation of the random fields has fallen to 1/e; `CORRELATION` pixels
        where none is given. 0 draws every pixel by itself.
    temperature : pixels are drawn from p ** (1 / temperature), normalised; 1 takes the probabilities at their word.

    Returns
    -------
    (number, rows, columns) uint8 phase codes, contact marked. Those of `phases` where nothing is uncertain.

    Raises
    ------
    InputError
        If there are no probabilities, or a number is out of range.
    """
    _check(phases, number, correlation_nm, temperature)
    correlation = CORRELATION if correlation_nm is None else correlation_nm / phases.pixel_size_nm
    log_p = _log_probabilities(phases) / np.float32(temperature)
    samples = np.empty((number, *phases.labels.shape), np.uint8)
    for k in range(number):
        classes = draw_classes(log_p, jax.random.fold_in(key, k), correlation)
        samples[k] = clean_labels(_one_hot(classes, len(log_p)))
    return samples


def draw_classes(log_probabilities: np.ndarray, key: jax.Array, correlation: float) -> np.ndarray:
    """One class per pixel, each distributed as its probabilities say, alike among neighbours.

    Parameters
    ----------
    log_probabilities : (classes, rows, columns) float32, up to a constant per pixel.
    key : JAX random key.
    correlation : pixels, as in `sample_labels`.

    Returns
    -------
    (rows, columns) indices of classes.
    """
    noise = gaussian_field(key, log_probabilities.shape, correlation)
    return (log_probabilities - np.log(-log_ndtr(noise))).argmax(0)


def gaussian_field(key: jax.Array, shape: tuple[int, int, int], correlation: float) -> np.ndarray:
    """Gaussian fields of zero mean and unit variance, correlated as exp(-(distance / correlation)^2).

    Parameters
    ----------
    shape : fields, rows, columns; the fields are independent.
    correlation : pixels.

    Returns
    -------
    (fields, rows, columns) float32.
    """
    width = correlation / 2  # of the kernel: white noise smoothed by it has a correlation twice as wide
    rim = math.ceil(4 * width)  # where the kernel would see less noise, or the opposite edge
    padded = (shape[0], shape[1] + 2 * rim, shape[2] + 2 * rim)
    white = np.asarray(jax.random.normal(key, padded, jnp.float32))
    smooth = ndimage.gaussian_filter(white, (0, width, width), mode="wrap", truncate=4.0)
    impulse = np.zeros(2 * rim + 1)
    impulse[rim] = 1.0
    kernel = ndimage.gaussian_filter1d(impulse, width, mode="constant", truncate=4.0) if width > 0 else impulse
    inside = np.s_[:, rim : rim + shape[1], rim : rim + shape[2]]
    return smooth[inside] / np.float32(np.sum(kernel**2))


def _log_probabilities(phases: PhaseMap) -> np.ndarray:
    """(classes, rows, columns) float32, with the labels' word on what is electrolyte and what reaction layer.

    `segment` tells those two apart anew after the net has spoken (see `adaptation`), and far better; only its labels
    show it. So the odds of the two are those of the net times those of the labels around the pixel.
    """
    assert phases.probabilities is not None
    p = phases.probabilities[_CODES]
    p[_NMC] += phases.probabilities[Phase.CONTACT]  # painted: a rim of the electrode, drawn anew
    both = p[[_LLZO, _BOUNDARY, _LAYER]].sum(0)
    electrolyte, share = both - p[_LAYER], _layer_share(phases.labels)
    layer = p[_LAYER] * share
    layer *= both / np.maximum(layer + electrolyte * (1 - share), np.float32(_NEVER))
    p[_BOUNDARY] *= np.minimum((both - layer) / np.maximum(electrolyte, np.float32(_NEVER)), 1)
    p[_LAYER], p[_LLZO] = layer, both - layer - p[_BOUNDARY]
    return np.log(np.maximum(p, np.float32(_NEVER)))


def _layer_share(labels: np.ndarray) -> np.ndarray:
    """Share of reaction layer in layer and electrolyte near each pixel; 0.5 where neither is near."""
    layer, electrolyte = (
        ndimage.gaussian_filter(np.isin(labels, codes).astype(np.float32), _LABEL_REACH, mode="nearest")
        for codes in ((Phase.REACTION_LAYER,), (Phase.LLZO, Phase.GRAIN_BOUNDARY))
    )
    return (layer + np.float32(_NEVER)) / (layer + electrolyte + np.float32(2 * _NEVER))


def _one_hot(classes: np.ndarray, number: int) -> np.ndarray:
    return (classes == np.arange(number)[:, None, None]).astype(np.float32)


def _check(phases: PhaseMap, number: int, correlation_nm: float | None, temperature: float) -> None:
    if phases.probabilities is None:
        raise InputError(
            f"{phases.name}: labels without probabilities", "a phase map from segment", "segment the micrograph itself"
        )
    if number < 1:
        raise InputError(f"{number} label images", "at least 1", "ask for more")
    if correlation_nm is not None and not (math.isfinite(correlation_nm) and correlation_nm >= 0):
        raise InputError(f"a correlation length of {correlation_nm} nm", "a finite length, 0 or more", "give it in nm")
    if not (math.isfinite(temperature) and temperature > 0):
        raise InputError(f"a temperature of {temperature}", "a finite number above 0", "1 leaves probabilities alone")
