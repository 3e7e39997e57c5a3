"""Element maps onto the HAADF image: both are recorded in different passes, and the sample moves between them."""

from __future__ import annotations

from dataclasses import replace

from scipy.ndimage import shift as shift_image

from ssbi_core.io import Micrograph
from ssbi_core.preprocess.config import PreprocessConfig
from ssbi_core.preprocess.contrast import scattering_map
from ssbi_core.preprocess.shifts import Shift, chance_correlation, find_shift

LEAST_CORRELATION = 0.1


def register_elements(
    micrograph: Micrograph, config: PreprocessConfig | None = None
) -> tuple[Micrograph, tuple[float, float]]:
    """Shift the element maps onto the HAADF image.

    Parameters
    ----------
    micrograph : with or without element maps.
    config : bound and step of the shift.

    Returns
    -------
    micrograph : the same, maps moved; `metadata["eds_registration"]` says what was done and on what evidence.
    shift : rows and columns in pixels the maps were moved by; (0, 0) where the maps are absent, the correlation is
        no better than chance, or the best shift lies on the bound.
    """
    config = config or PreprocessConfig()
    if not micrograph.elements or not config.register_eds:
        return micrograph, (0.0, 0.0)
    found = find_shift(micrograph.haadf, scattering_map(micrograph.elements), config.largest_shift, config.subpixel)
    reason = _doubt(found, micrograph.shape, config.largest_shift)
    shift = (0.0, 0.0) if reason else (found.rows, found.columns)
    record = {"shift_px": list(shift), "correlation": found.correlation, "rejected": reason}
    metadata = {**micrograph.metadata, "eds_registration": record}
    return replace(micrograph, elements=_moved(micrograph, shift), metadata=metadata), shift


def _doubt(found: Shift, shape: tuple[int, int], largest: float) -> str | None:
    least = max(LEAST_CORRELATION, chance_correlation(shape))
    if abs(found.correlation) < least:
        return f"correlation {found.correlation:.2f} is below {least:.2f}"
    if max(abs(found.rows), abs(found.columns)) > largest - 0.5:
        return f"the best shift lies on the bound of {largest:g} px"
    return None


def _moved(micrograph: Micrograph, shift: tuple[float, float]) -> dict:
    if shift == (0.0, 0.0):
        return dict(micrograph.elements)
    return {name: shift_image(counts, shift, order=1, mode="nearest") for name, counts in micrograph.elements.items()}
