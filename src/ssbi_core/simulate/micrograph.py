"""A microstructure seen through the microscope: HAADF image and EDS maps.

Labels are the truth in the frame of the HAADF image. Slow drift of the scan would deform specimen and
image alike, so it is only seen, and only simulated, as displacement of the EDS maps against the HAADF image;
what the HAADF image itself suffers is the random shift of single scan lines.
"""

from __future__ import annotations

import jax
import numpy as np
from scipy import ndimage

from ssbi_core.io import Micrograph
from ssbi_core.materials import MaterialSystem, load_system
from ssbi_core.simulate import artefacts
from ssbi_core.simulate.eds import element_maps
from ssbi_core.simulate.haadf import haadf_intensity, thickness
from ssbi_core.simulate.imaging_config import ImagingConfig
from ssbi_core.simulate.microstructure import Microstructure


def simulate_micrograph(
    rng_key: jax.Array,
    microstructure: Microstructure,
    imaging: ImagingConfig | None = None,
    system: str | MaterialSystem = "llzo_nmc",
) -> Micrograph:
    """Return the HAADF image (detector counts) and EDS maps (X-ray counts) of a microstructure.

    Parameters
    ----------
    rng_key : JAX random key.
    imaging : microscope settings; a good session by default.
    system : material system, whose compositions and densities give all contrast.
    """
    imaging = imaging or ImagingConfig()  # type: ignore[call-arg]
    system = load_system(system)
    rng = np.random.default_rng(np.asarray(jax.random.key_data(rng_key), np.uint32))
    thick = thickness(rng, microstructure, imaging)
    maps = {} if imaging.eds_counts == 0 else element_maps(rng, microstructure, thick, imaging, system)
    image = haadf_intensity(rng, microstructure, imaging, system) * thick
    return Micrograph(
        haadf=_record(rng, image, microstructure.pixel_size_nm, imaging),
        elements=maps,
        pixel_size_nm=float(microstructure.pixel_size_nm),
        name="simulated",
        metadata={"simulated": True, "imaging": imaging.model_dump(mode="json"), "material_system": system.name},
    )


def _record(rng: np.random.Generator, image: np.ndarray, pixel_size_nm: float, imaging: ImagingConfig) -> np.ndarray:
    """Specimen faults, probe, scan and detector, in the order in which they act."""
    shape = (image.shape[0], image.shape[1])
    image = image * artefacts.curtaining(rng, shape, imaging) + artefacts.contamination(rng, shape, imaging)
    sigma = np.hypot(imaging.probe_nm / 2.355 / pixel_size_nm, imaging.defocus_px)
    image = ndimage.gaussian_filter(image, sigma, mode="nearest", truncate=3)
    image = artefacts.scan_lines(rng, image, imaging) + artefacts.charging(rng, shape, imaging)
    return artefacts.detect(rng, image, imaging)
