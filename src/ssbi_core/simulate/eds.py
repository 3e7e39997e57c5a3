"""EDS element maps: Poisson counts of what the broadened beam excites, with the faults real maps have.

Expected counts are number density times thickness times a sensitivity per line; neighbouring lines leak
into each other's window, bremsstrahlung follows mass, and the maps may be coarser than the HAADF image
and displaced against it. Lithium gives no line at all.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ssbi_core.materials import MaterialSystem, Phase
from ssbi_core.simulate.imaging_config import ImagingConfig
from ssbi_core.simulate.microstructure import BODIES, Microstructure

_REFERENCE_ATOMS_PER_NM3 = 12.0  # La in LLZO: what eds_counts refers to
_SENSITIVITY = {
    "O": 0.35,
    "C": 0.15,
    "Al": 0.5,
    "P": 0.7,
    "Zr": 0.8,
    "Nb": 0.8,
    "Ta": 1.0,
}  # assumption: light lines are absorbed
_OVERLAP = {  # window <- neighbour: share of the neighbour's counts that falls into the window
    ("Mn", "La"): 0.10,  # La Lg in Mn Ka
    ("Ni", "Co"): 0.12,  # Co Kb in Ni Ka
    ("Co", "Mn"): 0.05,  # Mn Kb near Co Ka
    ("O", "Mn"): 0.10,  # Mn L in O K
    ("O", "Ti"): 0.25,  # Ti L in O K
    ("Ni", "La"): 0.03,  # La M with Ni L
    ("Nb", "Zr"): 0.30,  # Zr Lb in Nb La
    ("Zr", "Nb"): 0.15,
    ("P", "Zr"): 0.60,
    ("Zr", "P"): 0.40,
    ("Al", "Ta"): 0.05,
}


def element_densities(system: MaterialSystem) -> dict[str, np.ndarray]:
    """Return number density in atoms/nm3 of every mappable element in each of `BODIES`, (5,) float32."""
    tables = [system.phase(p).atoms_per_nm3() for p in BODIES]
    present = {e: np.array([t.get(e, 0.0) for t in tables], np.float32) for e in system.elements}
    return {e: density for e, density in present.items() if density.any()}


def element_maps(
    rng: np.random.Generator,
    structure: Microstructure,
    thickness: np.ndarray,
    imaging: ImagingConfig,
    system: MaterialSystem,
) -> dict[str, np.ndarray]:
    """Return EDS counts per pixel by element symbol, (rows, columns) float32.

    Parameters
    ----------
    thickness : (rows, columns) relative specimen thickness.
    imaging : `elements` selects the maps; None maps all elements of the specimen.
    """
    densities = element_densities(system)
    wanted = densities if imaging.elements is None else {e: densities.get(e) for e in imaging.elements}
    emitted = {e: _emission(rng, e, d, structure, imaging) for e, d in densities.items()}
    solid = 1 - structure.fractions[BODIES.index(Phase.PORE)]
    place = _Displacement(rng, structure, imaging)
    maps = {}
    for element in wanted:
        expected = imaging.eds_background * imaging.eds_counts * solid
        if element in emitted:
            expected = expected + emitted[element]
        for (window, neighbour), share in _OVERLAP.items():
            if window == element and neighbour in emitted:
                expected = expected + imaging.line_overlap * share * emitted[neighbour]
        maps[element] = place.record(rng, expected * thickness)
    return maps


def _emission(
    rng: np.random.Generator, element: str, density: np.ndarray, structure: Microstructure, imaging: ImagingConfig
) -> np.ndarray:
    """Expected counts of one element before the beam is broadened."""
    sensitivity = _SENSITIVITY.get(element, 1.0) * np.exp(imaging.sensitivity_spread * rng.standard_normal())
    per_body = (imaging.eds_counts * sensitivity / _REFERENCE_ATOMS_PER_NM3) * density
    emission = np.tensordot(per_body.astype(np.float32), structure.fractions, 1)
    if imaging.segregation > 0 and element in {"Al", "Ta", "Nb"}:
        boundary = structure.labels == int(Phase.GRAIN_BOUNDARY)
        emission = emission * (1 + imaging.segregation * boundary)
    return emission


class _Displacement:
    """Beam broadening, displacement, binning and smoothing, the same for all maps of one acquisition."""

    def __init__(self, rng: np.random.Generator, structure: Microstructure, imaging: ImagingConfig) -> None:
        angle, drift_angle = rng.uniform(0, 2 * np.pi, 2)
        self._sigma = imaging.beam_broadening_nm / 2.355 / structure.pixel_size_nm
        self._shift = imaging.misregistration_px * np.array([np.sin(angle), np.cos(angle)])
        self._drift = imaging.drift_px * np.array([np.sin(drift_angle), np.cos(drift_angle)])
        self._binning, self._smoothing = imaging.eds_binning, imaging.eds_smoothing_px

    def record(self, rng: np.random.Generator, expected: np.ndarray) -> np.ndarray:
        """Return the recorded counts per pixel of an expected map."""
        blurred = ndimage.gaussian_filter(expected, self._sigma, mode="nearest", truncate=3)
        moved = self._moved(blurred)
        counts = _binned_counts(rng, moved, self._binning)
        if self._smoothing == 0:
            return counts
        return ndimage.gaussian_filter(counts, self._smoothing, mode="nearest", truncate=3)

    def _moved(self, image: np.ndarray) -> np.ndarray:
        """Shift with sub-pixel linear interpolation, growing by the drift from first row to last."""
        if not self._shift.any() and not self._drift.any():
            return image
        rows, columns = image.shape
        ramp = np.linspace(-0.5, 0.5, rows)[:, None] * self._drift
        along_rows = (np.arange(rows) + self._shift[0] + ramp[:, 0]).clip(0, rows - 1)
        low = np.minimum(along_rows.astype(np.int64), rows - 2)
        share = (along_rows - low).astype(np.float32)[:, None]
        image = image[low] + share * (image[low + 1] - image[low])
        along_columns = (np.arange(columns) + (self._shift[1] + ramp[:, 1])[:, None]).clip(0, columns - 1)
        low = np.minimum(along_columns.astype(np.int64), columns - 2)
        share = (along_columns - low).astype(np.float32)
        left, right = np.take_along_axis(image, low, 1), np.take_along_axis(image, low + 1, 1)
        return (left + share * (right - left)).clip(0)


def _binned_counts(rng: np.random.Generator, expected: np.ndarray, binning: int) -> np.ndarray:
    """Poisson counts of blocks of pixels, spread evenly over their pixels so that totals are kept."""
    if binning == 1:
        return rng.poisson(expected).astype(np.float32)
    rows, columns = expected.shape
    padded = np.pad(expected, ((0, -rows % binning), (0, -columns % binning)), mode="edge")
    blocks = padded.reshape(padded.shape[0] // binning, binning, padded.shape[1] // binning, binning).sum((1, 3))
    counts = rng.poisson(blocks).astype(np.float32) / binning**2
    return np.repeat(np.repeat(counts, binning, 0), binning, 1)[:rows, :columns]
