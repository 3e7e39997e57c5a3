"""What preparation, scan and detector add to a HAADF image."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ssbi_core.simulate.haadf import smooth_field
from ssbi_core.simulate.imaging_config import ImagingConfig


def curtaining(rng: np.random.Generator, shape: tuple[int, int], imaging: ImagingConfig) -> np.ndarray:
    """Return the multiplicative stripes that ion milling leaves along one direction, mean 1."""
    if imaging.curtaining == 0:
        return np.ones(shape, np.float32)
    rows, columns = shape
    angle = np.deg2rad(imaging.curtaining_angle_deg)
    length = rows + columns
    stripes = np.zeros(2 * length, np.float32)
    for weight, sigma in ((0.7, length / 200), (0.6, length / 70), (0.4, 1.5)):
        white = ndimage.gaussian_filter1d(rng.standard_normal(2 * length, dtype=np.float32), sigma)
        stripes += weight * np.float32(np.sqrt(2 * sigma * np.pi**0.5)) * white  # unit variance at every scale
    y, x = np.arange(rows, dtype=np.float32)[:, None], np.arange(columns, dtype=np.float32)
    across = (x * np.sin(angle) - y * np.cos(angle)) + length
    pattern = np.take(stripes, across.astype(np.int32), mode="clip")
    along = smooth_field(rng, shape, 0.5 * rows)  # stripes fade in and out
    return (1 + imaging.curtaining * pattern * (0.7 + 0.3 * along)).clip(0.1).astype(np.float32)


def contamination(rng: np.random.Generator, shape: tuple[int, int], imaging: ImagingConfig) -> np.ndarray:
    """Return the brightness added by carbon deposits: soft patches and the frame of an earlier scan."""
    if imaging.contamination == 0:
        return np.zeros(shape, np.float32)
    rows, columns = shape
    patches = (smooth_field(rng, shape, rng.uniform(0.05, 0.3) * rows) - 0.8).clip(0)
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    top, left = rng.uniform(-0.2, 0.6, 2) * shape
    height, width = rng.uniform(0.2, 0.8, 2) * shape
    inside = np.minimum(np.minimum(y - top, top + height - y), np.minimum(x - left, left + width - x))
    frame = np.exp(-((inside / (0.012 * (rows + columns))) ** 2)) + 0.3 * (inside > 0)
    return (imaging.contamination * (patches + rng.integers(0, 2) * 0.5 * frame)).astype(np.float32)


def scan_lines(rng: np.random.Generator, image: np.ndarray, imaging: ImagingConfig) -> np.ndarray:
    """Return the image with every scan line shifted at random by a fraction of a pixel and slightly rescaled."""
    rows, columns = image.shape
    if imaging.jitter_px > 0:
        shift = imaging.jitter_px * (
            0.8 * rng.standard_normal(rows) + 0.6 * np.sin(np.arange(rows) * rng.uniform(0.05, 2))
        )
        floor = np.floor(shift).astype(np.int64)
        share = (shift - floor).astype(np.float32)[:, None]
        at = np.arange(columns) + floor[:, None]
        left = np.take_along_axis(image, at.clip(0, columns - 1), 1)
        right = np.take_along_axis(image, (at + 1).clip(0, columns - 1), 1)
        image = left + share * (right - left)
    if imaging.line_noise > 0:
        image = image * (1 + imaging.line_noise * rng.standard_normal((rows, 1)).astype(np.float32))
    return image


def charging(rng: np.random.Generator, shape: tuple[int, int], imaging: ImagingConfig) -> np.ndarray:
    """Return streaks along scan lines: a jump in brightness that decays along the line and the next few lines."""
    rows, columns = shape
    streaks = np.zeros(shape, np.float32)
    if imaging.charging == 0:
        return streaks
    for _ in range(rng.integers(3, 25)):
        row, start = int(rng.integers(rows)), int(rng.integers(columns))
        tail = np.exp(-np.arange(columns - start) / (rng.uniform(0.05, 0.8) * columns)).astype(np.float32)
        height = int(rng.integers(1, 4))
        streaks[row : row + height, start:] += imaging.charging * rng.normal() * tail
    return streaks


def detect(rng: np.random.Generator, image: np.ndarray, imaging: ImagingConfig) -> np.ndarray:
    """Return detector counts: shot noise at the dose, read-out noise, gain, saturation, lost lines, grey levels."""
    electrons = imaging.dose * imaging.collection
    signal = rng.poisson(image.clip(0) * electrons).astype(np.float32) / np.float32(electrons)
    signal += imaging.readout_noise * rng.standard_normal(image.shape, dtype=np.float32)
    if imaging.inverted:
        signal = np.float32(signal.max()) - signal
    if imaging.saturation > 0:
        signal = np.minimum(signal, np.quantile(signal, 1 - imaging.saturation))
    counts = imaging.offset + imaging.gain * signal
    for row in rng.integers(0, image.shape[0], imaging.dead_lines):
        counts[row] = counts[row - 1] if rng.random() < 0.5 else imaging.offset
    if imaging.bit_depth < 32:
        low, high = float(counts.min()), float(counts.max())
        step = max(high - low, 1e-6) / (2**imaging.bit_depth - 1)
        counts = low + step * np.round((counts - low) / step)
    return counts.astype(np.float32)
