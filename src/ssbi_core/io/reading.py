"""Any file to a Micrograph: which plane is the HAADF image, which are element maps, and how large a pixel is.

Names decide. Where they do not, the file is refused with the names it offers; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ssbi_core.errors import ReadError
from ssbi_core.io.calibration import check_pixel_size, missing_calibration
from ssbi_core.io.channels import BRIGHT_FIELD_RANK, UNNAMED_RANK, element_of, image_rank, is_dark_field
from ssbi_core.io.checks import check_size, clean_image
from ssbi_core.io.colour import to_grey
from ssbi_core.io.digest import sha256_of
from ssbi_core.io.element_maps import collect_maps
from ssbi_core.io.formats import open_signals
from ssbi_core.io.micrograph import Micrograph
from ssbi_core.io.planes import Plane, planes_of
from ssbi_core.io.regrid import square_pixels
from ssbi_core.io.writing import LABEL_MARKER
from ssbi_core.materials import MaterialSystem, load_system


@dataclass(frozen=True)
class ImageEntry:
    """One image a file offers: give its name as `image=` to `read`."""

    name: str
    shape: tuple[int, ...]
    kind: str


def list_images(path: str | Path) -> list[ImageEntry]:
    """List what a file holds, without loading it.

    `kind` is "image", "frames", "slice", "colour", "element map", "spectrum image" or "spectrum".

    Raises
    ------
    ReadError
        If the file cannot be read.
    """
    with open_signals(path) as signals:
        return [_entry(plane) for plane in planes_of(signals)]


def read(
    path: str | Path,
    *,
    pixel_size_nm: float | None = None,
    image: str | None = None,
    system: str | Path | MaterialSystem = "llzo_nmc",
) -> Micrograph:
    """Read a STEM/EDS acquisition.

    Parameters
    ----------
    path : DM3/DM4, EMD, BCF, ser/emi, MRC, HSPY/ZSPY, (OME-/ImageJ-)TIFF, OME-Zarr or PNG.
    pixel_size_nm : edge of a pixel in nm; overrides the file's own, which stays in the metadata.
    image : name of the image to take as HAADF (see `list_images`); found by its name by default.
    system : material system whose lines become element maps where the file has an EDS spectrum image.

    Returns
    -------
    Micrograph
        Pixels are square (the coarser axis is resampled where the file's are not), element maps lie on the
        HAADF grid with their counts kept, several frames are averaged (`read_frames` and
        `preprocess.correct_drift` do it better). Everything done or left out is in `metadata["notes"]`.

    Raises
    ------
    ReadError
        If the file is missing, damaged, or holds no usable image.
    CalibrationError
        If the pixel size is missing or makes no sense.
    """
    path = Path(path)
    material = load_system(system)
    given = None if pixel_size_nm is None else check_pixel_size(pixel_size_nm, "given")
    notes: list[str] = []
    with open_signals(path) as signals:
        planes = planes_of(signals)
        plane = _choose(planes, image, path.name)
        sizes = _pixel_size(plane, given, path.name, notes)
        check_size(plane.shape, f"{path.name}: {plane.name}")
        haadf = clean_image(_mean_frame(plane, notes), plane.name, notes)
        elements = collect_maps(planes, plane, material, notes)
    haadf, elements, size = square_pixels(haadf, elements, sizes, notes)
    metadata = _metadata(plane, planes, elements, sizes if given is None else plane.signal.pixel_size_nm, given, notes)
    return Micrograph(haadf, elements, size, path.name.split(".")[0], metadata, sha256_of(path))


def read_frames(path: str | Path, *, image: str | None = None) -> np.ndarray:
    """Read every frame of the same field, (frames, rows, columns) float32, for drift correction.

    Raises
    ------
    ReadError
        If the file cannot be read or the image is not one.
    """
    path = Path(path)
    with open_signals(path) as signals:
        plane = _choose(planes_of(signals), image, path.name)
        check_size(plane.shape, f"{path.name}: {plane.name}", plane.frames)
        frames = [clean_image(plane.load(i), f"frame {i + 1}", []) for i in range(plane.frames)]
    return np.stack(frames)


def _entry(plane: Plane) -> ImageEntry:
    kind = "element map" if plane.kind == "image" and plane.named and element_of(plane.name) else plane.kind
    return ImageEntry(plane.name, plane.shape if min(plane.shape) else tuple(plane.signal.data.shape), kind)


def _choose(planes: Sequence[Plane], wanted: str | None, file: str) -> Plane:
    images = [plane for plane in planes if plane.kind in ("image", "frames", "slice", "colour")]
    if wanted is not None:
        return _by_name(images, wanted, file)
    if not images:
        kinds = ", ".join(f"{plane.name!r} ({plane.signal.technique} {plane.kind})" for plane in planes)
        raise ReadError(
            f"{file} holds {kinds} and no image",
            "a HAADF (dark-field STEM) image, alone or beside EDS maps",
            "export the HAADF image recorded with it",
        )
    pictures = [plane for plane in images if not (plane.named and element_of(_own_name(plane)))]
    if not pictures:
        raise ReadError(
            f"{file} holds element maps only ({_names(images)})",
            "a HAADF image beside them",
            "export the HAADF image into the same file, or name one as image=",
        )
    if pictures[0].name == LABEL_MARKER:
        raise ReadError(
            f"{file} is a label image written by ssbi",
            "a micrograph",
            "read it with --labels (ssbi_core.io.read_labels in Python)",
        )
    pictures.sort(key=lambda plane: _rank(plane))
    best = [plane for plane in pictures if _rank(plane) == _rank(pictures[0])]
    if len(pictures) == 1 or _rank(best[0]) < UNNAMED_RANK or _is_lone_unnamed(best, planes):
        return best[0]
    raise ReadError(
        f"{file} holds several images and none is named HAADF ({_names(pictures)})",
        "an image whose name says HAADF, ADF, DF or STEM",
        "choose one with --image NAME (image= in Python), or name the channels in the file",
    )


def _own_name(plane: Plane) -> str:
    return plane.name.partition(" (")[0]


def _rank(plane: Plane) -> int:
    return image_rank(plane.name) if plane.named else UNNAMED_RANK


def _is_lone_unnamed(best: Sequence[Plane], planes: Sequence[Plane]) -> bool:
    """First channel nameless and every other explained by its name: the first is the HAADF image."""
    return len(best) == 1 and not best[0].named and best[0] is planes[0]


def _by_name(images: Sequence[Plane], wanted: str, file: str) -> Plane:
    for same in (lambda name: name == wanted, lambda name: name.lower() == wanted.strip().lower()):
        for plane in images:
            if same(plane.name):
                return plane
    raise ReadError(f"image {wanted!r} of {file}", f"one of {_names(images) or 'none'}", "choose one of these names")


def _names(planes: Sequence[Plane]) -> str:
    shown = ", ".join(repr(plane.name) for plane in planes[:12])
    return shown + (f" and {len(planes) - 12} more" if len(planes) > 12 else "")


def _pixel_size(plane: Plane, given: float | None, file: str, notes: list[str]) -> tuple[float, float]:
    if given is not None:
        return given, given
    if plane.signal.pixel_size_nm is None:
        raise missing_calibration(f"{file}: {plane.name}")
    rows, columns = (check_pixel_size(size, f"as {file} says") for size in plane.signal.pixel_size_nm)
    return rows, columns


def _mean_frame(plane: Plane, notes: list[str]) -> np.ndarray:
    if plane.kind == "colour":
        return to_grey(plane.load(), plane.name, notes)
    if not is_dark_field(plane.name):
        level = "bright field or another signal" if _rank(plane) == BRIGHT_FIELD_RANK else "not named as dark field"
        notes.append(f"{plane.name!r} is taken as the HAADF image although it is {level}")
    if plane.frames == 1:
        return plane.load()
    notes.append(f"mean of {plane.frames} frames, without drift correction (see read_frames and correct_drift)")
    total = np.zeros(plane.shape, np.float64)
    for i in range(plane.frames):
        total += plane.load(i)
    return total / plane.frames


def _metadata(
    plane: Plane,
    planes: Sequence[Plane],
    elements: dict[str, np.ndarray],
    in_file: tuple[float, float] | None,
    given: float | None,
    notes: list[str],
) -> dict[str, Any]:
    return {
        **plane.signal.metadata,
        "image": plane.name,
        "images": [other.name for other in planes],
        "elements": list(elements),
        "frames": plane.frames,
        "pixel_size_source": "file" if given is None else "given",
        "pixel_size_in_file_nm": None if in_file is None else [float(size) for size in in_file],
        "notes": notes,
    }
