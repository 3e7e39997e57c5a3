"""Pixel sizes: any unit a microscope writes becomes nanometres, or an error that says how to give them.

A wrong scale silently scales every resistance that follows, so nothing is guessed: a resolution made for
printing (72 dpi and the like) is no calibration, and neither is a scale without a unit.
"""

from __future__ import annotations

import math

from ssbi_core.errors import CalibrationError

LARGEST_PIXEL_NM = 1e5
SMALLEST_PIXEL_NM = 1e-4
PRINT_PIXEL_NM = 1e4  # 2540 dpi: resolutions coarser than this were set for printing, not by a microscope

_NM_PER_UNIT = {
    "nm": 1.0,
    "nanometer": 1.0,
    "nanometre": 1.0,
    "um": 1e3,
    "micron": 1e3,
    "micrometer": 1e3,
    "micrometre": 1e3,
    "a": 0.1,
    "å": 0.1,
    "ang": 0.1,
    "angstrom": 0.1,
    "ångström": 0.1,
    "pm": 1e-3,
    "picometer": 1e-3,
    "picometre": 1e-3,
    "m": 1e9,
    "meter": 1e9,
    "metre": 1e9,
    "mm": 1e6,
    "millimeter": 1e6,
    "millimetre": 1e6,
    "cm": 1e7,
    "centimeter": 1e7,
    "centimetre": 1e7,
    "inch": 2.54e7,
    "in": 2.54e7,
}

GIVE_PIXEL_SIZE = "give it with --pixel-size-nm (pixel_size_nm= in Python)"


def nm_per_unit(unit: str | None) -> float | None:
    """Nanometres in one `unit`, or None where the text names no length.

    Raises
    ------
    CalibrationError
        If the unit is reciprocal: a diffraction pattern or Fourier transform, not an image.
    """
    text = (unit or "").strip().replace("\\u00B5", "u").replace("\u00b5", "u").replace("\u03bc", "u")
    text = text.replace("\u212b", "å").lower().strip("[]").replace("_", "")  # Berkeley EMD writes [n_m]
    if text.startswith("1/") or "^-1" in text or "⁻¹" in text or text in {"mrad", "rad"}:
        raise CalibrationError(
            f"an image calibrated in reciprocal units ({unit})",
            "a real-space image, calibrated in a length",
            "choose the real-space image of this acquisition; a diffraction pattern or FFT has no phases to segment",
        )
    return _NM_PER_UNIT.get(text) or _NM_PER_UNIT.get(text.removesuffix("s"))


def to_nm(scale: float | None, unit: str | None) -> float | None:
    """Pixel size in nm of `scale` in `unit`; None where it is no usable calibration."""
    factor = nm_per_unit(unit)
    if factor is None or scale is None or not math.isfinite(scale) or scale == 0:
        return None
    return abs(float(scale)) * factor


def check_pixel_size(value: float, origin: str) -> float:
    """Return a pixel size in nm if it is one.

    Raises
    ------
    CalibrationError
        If it is not a finite number between 1e-4 and 1e5 nm.
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not (math.isfinite(number) and SMALLEST_PIXEL_NM <= number <= LARGEST_PIXEL_NM):
        raise CalibrationError(
            f"pixel size {value!r} nm ({origin})",
            f"a finite number between {SMALLEST_PIXEL_NM:g} and {LARGEST_PIXEL_NM:g} nm",
            "correct the calibration, or " + GIVE_PIXEL_SIZE,
        )
    return number


def missing_calibration(name: str, found: str = "no pixel size") -> CalibrationError:
    """The error for a file without a usable scale."""
    return CalibrationError(f"{name} has {found}", "the edge of one pixel in nm", GIVE_PIXEL_SIZE)
