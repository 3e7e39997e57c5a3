"""Random fields of view for training: broad on purpose, so that a net meets worse than it will be tested on.

Lengths are drawn in pixels, because that is what a net sees, and converted with a random pixel size.
`difficulty` scales how far every artefact may go: 0 is a clean ordinary study, 1 the whole range.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import numpy as np

from ssbi_core.materials import MaterialSystem
from ssbi_core.simulate.chemistry import random_system
from ssbi_core.simulate.config import MicrostructureConfig
from ssbi_core.simulate.eds import element_densities
from ssbi_core.simulate.imaging_config import ImagingConfig


class Scene(NamedTuple):
    """Everything that defines a simulated acquisition but its random key."""

    microstructure: MicrostructureConfig
    imaging: ImagingConfig
    system: MaterialSystem


def random_scene(rng_key: jax.Array, *, shape: tuple[int, int] = (512, 512), difficulty: float = 1.0) -> Scene:
    """Return a random scene.

    Parameters
    ----------
    rng_key : JAX random key; the same key gives the same scene.
    shape : rows, columns.
    difficulty : 0 (clean) to 1 (everything a microscope can do wrong, with broad geometry).
    """
    rng = generator(rng_key)
    pixel_size_nm = log_uniform(rng, 0.4, 12)
    system = random_system(rng)
    microstructure = _microstructure(rng, shape, pixel_size_nm)
    imaging = random_imaging(rng, microstructure, system, float(np.clip(difficulty, 0, 1)))
    return Scene(microstructure, imaging, system)


def _microstructure(rng: np.random.Generator, shape: tuple[int, int], pixel: float) -> MicrostructureConfig:
    grain = log_uniform(rng, 15, 250)
    layer = log_uniform(rng, 2, 80) if rng.random() < 0.25 else log_uniform(rng, 4, 30)
    values: dict[str, Any] = {
        **_geometry(rng, min(shape), pixel),
        "grain_size_nm": grain * pixel,
        "grain_size_spread": rng.uniform(0, 1),
        "grain_elongation": min(1 + rng.exponential(0.25), 2.5) if rng.random() < 0.5 else 1.0,
        "grain_texture_deg": rng.uniform(0, 180),
        "grain_curvature": rng.uniform(0, 1),
        "boundary_width_nm": log_uniform(rng, 1, 6) * pixel,
        "nmc_grain_size_nm": log_uniform(rng, 25, 600) * pixel,
        "layer_thickness_nm": 0.0 if rng.random() < 0.12 else layer * pixel,
        "layer_coverage": 1.0 if rng.random() < 0.3 else rng.uniform(0.2, 1),
        "layer_unevenness": rng.uniform(0, 0.7),
        "layer_patch_nm": layer * pixel * log_uniform(rng, 2, 20),
        "layer_into_nmc": rng.uniform(0, 0.6),
        "coating_thickness_nm": log_uniform(rng, 2, 20) * pixel if rng.random() < 0.3 else 0.0,
        "coating_coverage": 1.0 if rng.random() < 0.5 else rng.uniform(0.4, 1),
        **_flaws(rng, grain, pixel),
    }
    return MicrostructureConfig(shape=shape, pixel_size_nm=pixel, **values)


def _geometry(rng: np.random.Generator, width: int, pixel: float) -> dict[str, Any]:
    kinds = ["plane", "slab", "particles", "electrolyte", "electrode"]
    kind = str(rng.choice(kinds, p=[0.62, 0.1, 0.2, 0.05, 0.03]))
    crowded = kind == "particles" or rng.random() < 0.08
    length = log_uniform(rng, 20, 250)
    return {
        "geometry": kind,
        "inverted": bool(rng.random() < 0.12),
        "interface_angle_deg": rng.uniform(0, 360) if rng.random() < 0.6 else 90.0 * rng.integers(4) + rng.normal(0, 5),
        "interface_offset": rng.uniform(-0.28, 0.28),
        "slab_width_nm": rng.uniform(0.1, 0.6) * width * pixel,
        "waviness_nm": length * rng.uniform(0, 0.25) * pixel,
        "waviness_length_nm": length * pixel,
        "inclination_nm": rng.exponential(2.0) * pixel,
        "particle_count": int(rng.integers(1, 13)) if crowded else 0,
        "particle_size_nm": log_uniform(rng, 0.08, 0.7) * width * pixel,
    }


def _flaws(rng: np.random.Generator, grain: float, pixel: float) -> dict[str, Any]:
    loss = rng.uniform(0, 0.4) if rng.random() < 0.4 else 0.0
    return {
        "porosity": 0.0 if rng.random() < 0.25 else min(rng.exponential(0.05), 0.25),
        "pore_size_nm": log_uniform(rng, 4, 90) * pixel,
        "pore_elongation": min(1 + rng.exponential(0.5), 4.0),
        "pore_faceting": rng.uniform(0, 1),
        "pore_edge_nm": rng.exponential(2.0) * pixel,
        "junction_pores": rng.uniform(0, 0.4) if rng.random() < 0.35 else 0.0,
        "contact_loss": loss,
        "lens_thickness_nm": log_uniform(rng, 2, 30) * pixel,
        "crack_count": int(rng.integers(1, 4)) if rng.random() < 0.2 else 0,
        "crack_width_nm": log_uniform(rng, 1.5, 12) * pixel,
        "boundary_cracks": rng.uniform(0, 0.25) if rng.random() < 0.2 else 0.0,
        "dislocation_density_per_um2": 0.0 if rng.random() < 0.3 else rng.uniform(0, 12) * 1e6 / (512 * pixel) ** 2,
        "dislocation_length_nm": min(grain, 80) * rng.uniform(0.3, 1.2) * pixel,
        "dislocation_width_nm": rng.uniform(1.5, 4) * pixel,
    }


def random_imaging(
    rng: np.random.Generator, microstructure: MicrostructureConfig, system: MaterialSystem, difficulty: float
) -> ImagingConfig:
    """Return microscope settings at random; `difficulty` from 0 (clean) to 1 (anything)."""
    d, pixel = difficulty, microstructure.pixel_size_nm

    def sometimes(chance: float, value: float) -> float:
        return d * value if rng.random() < chance * (0.3 + 0.7 * d) else 0.0

    counts = log_uniform(rng, 0.2 if d > 0.5 else 1.0, 20)
    return ImagingConfig(
        exponent=rng.uniform(1.5, 2.0),
        dose=log_uniform(rng, 3e4 * (0.01 / 3) ** d, 3e4),
        collection=rng.uniform(0.05, 0.15),
        probe_nm=log_uniform(rng, 0.05, 0.3) if pixel > 1 else rng.uniform(0.1, 1),
        defocus_px=0.3 + d * min(rng.exponential(0.7), 3.0),
        wedge=rng.uniform(0, 0.1 + 0.3 * d),
        thickness_variation=rng.uniform(0, 0.03 + 0.07 * d),
        milling_contrast=rng.uniform(0, 0.03 + 0.12 * d) + sometimes(0.15, rng.uniform(0, 0.2)),
        grain_contrast=0.0 if rng.random() < 0.1 * d else rng.uniform(0, 0.06 + 0.14 * d),
        texture=0.0 if rng.random() < 0.3 else rng.uniform(0, 0.02 + 0.06 * d),
        boundary_contrast=rng.uniform(0.05, 0.35) * rng.choice([-1, -1, 1]) * (1 - sometimes(0.1, 0.9)),
        boundary_spread=rng.uniform(0, 0.03 + 0.07 * d),
        boundary_tilt_nm=rng.exponential(0.5 + 1.5 * d) * pixel,
        boundary_width_nm=max(microstructure.boundary_width_nm, pixel) * rng.uniform(0.8, 1.2),
        dislocation_contrast=rng.uniform(0.06, 0.3),
        dislocation_width_nm=max(microstructure.dislocation_width_nm, pixel) * rng.uniform(0.8, 1.6),
        pore_level=rng.uniform(0, 0.05 + 0.15 * d),
        jitter_px=rng.uniform(0, 0.2 + 0.8 * d**2),
        line_noise=sometimes(0.5, rng.uniform(0, 0.03)),
        readout_noise=rng.uniform(0, 0.01 + 0.07 * d**2),
        curtaining=sometimes(0.6, rng.uniform(0.01, 0.1)),
        curtaining_angle_deg=rng.uniform(0, 180) if rng.random() < 0.4 else 90 + rng.normal(0, 4),
        charging=sometimes(0.25, rng.uniform(0.02, 0.25)),
        contamination=sometimes(0.25, rng.uniform(0.02, 0.2)),
        saturation=sometimes(0.2, rng.uniform(0, 0.12)),
        dead_lines=int(sometimes(0.15, rng.uniform(1, 8))),
        gain=log_uniform(rng, 50, 40000),
        offset=rng.uniform(-0.2, 1) * log_uniform(rng, 1, 20000),
        inverted=bool(rng.random() < 0.04 * d),
        bit_depth=int(rng.choice([8, 16, 32], p=[0.3, 0.5, 0.2])),
        elements=_mapped(rng, system, d),
        eds_counts=0.0 if rng.random() < 0.08 * d else counts,
        sensitivity_spread=rng.uniform(0, 0.2 + 0.5 * d),
        beam_broadening_nm=rng.uniform(2, 7) if pixel < 3 else rng.uniform(0.2, 2) * pixel,
        eds_binning=int(rng.choice([1, 2, 4, 8], p=[0.65, 0.2, 0.1, 0.05])) if rng.random() < 0.2 + 0.8 * d else 1,
        misregistration_px=rng.uniform(0, 1 + 3 * d),
        drift_px=rng.uniform(0, 1 + 4 * d) * rng.integers(0, 2),
        line_overlap=rng.uniform(0, 0.4 + 0.6 * d),
        eds_smoothing_px=sometimes(0.2, rng.uniform(0.5, 2.5)),
        eds_background=rng.uniform(0, 0.03 + 0.1 * d),
        segregation=min(rng.exponential(0.5), 3.0) if rng.random() < 0.3 else 0.0,
    )


def _mapped(rng: np.random.Generator, system: MaterialSystem, difficulty: float) -> tuple[str, ...] | None:
    """The elements someone chose to map: usually all, sometimes a few, with strays that the specimen lacks."""
    present = list(element_densities(system))
    absent = [e for e in system.elements if e not in present]
    if rng.random() < 0.5:
        return tuple(present + absent[: int(rng.integers(0, len(absent) + 1))])
    kept = [e for e in present if rng.random() > 0.35 * (0.3 + 0.7 * difficulty)]
    return tuple(kept or present[:2])


def generator(rng_key: jax.Array) -> np.random.Generator:
    """Return the NumPy generator that belongs to a JAX key."""
    return np.random.default_rng(np.asarray(jax.random.key_data(rng_key), np.uint32))


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """Return a number whose logarithm is uniform between the bounds."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
