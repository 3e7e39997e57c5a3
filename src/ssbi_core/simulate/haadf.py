"""HAADF intensity of a microstructure: Z contrast times thickness, with the contrast of crystals on top.

Incoherent imaging: intensity is scattering power (sum of atoms/nm3 times Z^n) times thickness. Channelling
makes grains differ at random, boundaries and dislocations show as dark, bright or double lines whose
projected width grows with their tilt (Williams and Carter, Transmission Electron Microscopy, 2009, ch. 22).
"""

from __future__ import annotations

import jax
import numpy as np
from scipy import ndimage

from ssbi_core.materials import MaterialSystem, Phase
from ssbi_core.simulate.imaging_config import ImagingConfig
from ssbi_core.simulate.microstructure import BODIES, Microstructure
from ssbi_core.simulate.random_field import gaussian_fields

_fields = jax.jit(gaussian_fields, static_argnums=1)


def smooth_field(rng: np.random.Generator, shape: tuple[int, int], length: float) -> np.ndarray:
    """Return a Gaussian field of unit variance, (rows, columns) float32, from a NumPy generator."""
    key = jax.random.key(int(rng.integers(2**31)))
    return np.asarray(_fields(key, shape, np.full(1, length, np.float32), np.full(1, 0.35, np.float32)))[0]


def thickness(rng: np.random.Generator, structure: Microstructure, imaging: ImagingConfig) -> np.ndarray:
    """Return relative specimen thickness, mean about 1: wedge, slow variation, phases that mill at different rates."""
    rows, columns = structure.labels.shape
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.linspace(-0.5, 0.5, rows, dtype=np.float32)[:, None], np.linspace(-0.5, 0.5, columns, dtype=np.float32)
    wedge = 1 + imaging.wedge * (np.float32(np.sin(angle)) * y + np.float32(np.cos(angle)) * x)
    slow = smooth_field(rng, (rows, columns), 0.35 * (rows + columns) / 2)
    rates = (1 + imaging.milling_contrast * rng.standard_normal(len(BODIES))).clip(0.5).astype(np.float32)
    rates[BODIES.index(Phase.LLZO)] = 1
    by_phase = np.tensordot(rates, structure.fractions, 1)
    return (wedge * (1 + imaging.thickness_variation * slow) * by_phase).clip(0.05)


def haadf_intensity(
    rng: np.random.Generator, structure: Microstructure, imaging: ImagingConfig, system: MaterialSystem
) -> np.ndarray:
    """Return the noise-free HAADF intensity at unit thickness, 1 for LLZO; (rows, columns) float32."""
    power = np.array([system.haadf_contrast(p, imaging.exponent) for p in BODIES], np.float32)
    power[BODIES.index(Phase.PORE)] = imaging.pore_level
    intensity = np.tensordot(power, structure.fractions, 1)
    llzo, nmc = structure.fractions[0], structure.fractions[1]
    relief = (llzo + nmc) * _grain_relief(rng, structure.grain_ids, imaging)
    relief += (1 - llzo) * imaging.texture * _speckle(rng, llzo.shape)
    relief += (llzo + rng.uniform(0, 0.8) * nmc) * _boundary_relief(rng, structure, imaging)
    relief += llzo * _dislocation_relief(structure, imaging)
    return intensity * (1 + relief).clip(0.05)


def _speckle(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Fine irregular contrast of nanocrystalline or damaged material, unit variance, two scales."""
    relief = np.zeros(shape, np.float32)
    for sigma in rng.uniform((1.0, 3.0), (2.5, 9.0)):
        grains = ndimage.gaussian_filter(rng.standard_normal(shape, dtype=np.float32), sigma, truncate=2)
        relief += grains / (1.4 * grains.std())
    return relief


def _grain_relief(rng: np.random.Generator, grain_ids: np.ndarray, imaging: ImagingConfig) -> np.ndarray:
    """Relative channelling contrast of each grain; a few grains near a zone axis stand out."""
    if imaging.grain_contrast == 0:
        return np.zeros(grain_ids.shape, np.float32)
    bits = (grain_ids.astype(np.uint32) ^ np.uint32(rng.integers(2**32))) * np.uint32(2654435761)
    table = rng.standard_normal(4096) * np.where(rng.random(4096) < 0.08, 2.5, 1)
    relief = imaging.grain_contrast * table.astype(np.float32)[bits >> np.uint32(20)]
    return np.where(grain_ids == 0, 0, relief).astype(np.float32)


def _boundary_relief(rng: np.random.Generator, structure: Microstructure, imaging: ImagingConfig) -> np.ndarray:
    """Relative contrast along boundaries: the same material over a wider band when the boundary is tilted."""
    scale = 1 / structure.pixel_size_nm
    variate = structure.boundary_variate
    tilt = np.float32(2 * imaging.boundary_tilt_nm * scale) * (variate * 7 % 1)
    width = np.float32(imaging.boundary_width_nm * scale)
    contrast = imaging.boundary_contrast + imaging.boundary_spread * np.float32(3.4) * (variate - 0.5)
    profile = (0.5 + ((width + tilt) / 2 - structure.boundary_distance)).clip(0, 1)
    return (contrast * profile * width / (width + tilt)).astype(np.float32)


def _dislocation_relief(structure: Microstructure, imaging: ImagingConfig) -> np.ndarray:
    """Relative contrast of dislocations: dark, bright, or double (a dark core between bright flanks)."""
    sigma = np.float32(max(imaging.dislocation_width_nm / structure.pixel_size_nm / 2.355, 0.5))
    squared = (structure.dislocation_distance / sigma) ** 2
    near = squared < 16
    core = np.where(near, np.exp(-0.5 * np.where(near, squared, 0)), 0)
    variate = structure.dislocation_variate
    double = core * (squared - 0.6)
    line = np.where(variate < 0.45, -core, np.where(variate < 0.75, core, double))
    return (imaging.dislocation_contrast * line).astype(np.float32)
