"""What the user chose in the viewer as the records the core works on, or what is wrong with it and the mend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from napari.layers import Image, Labels, Layer

from napari_ssbi.placement import Placement
from ssbi_core.errors import CalibrationError, InputError
from ssbi_core.io import Micrograph, PhaseMap, check_pixel_size

MARK = "ssbi"
"""Key under which layers of this plugin keep in their metadata what they show."""


@dataclass(frozen=True, eq=False)
class Source:
    """What an analysis starts from: a micrograph, or phases drawn or read elsewhere.

    Attributes
    ----------
    micrograph, phases : one of them, on square pixels.
    placement : of their grid in the world.
    layer : name of the layer it came from.
    path : file it came from; None where it was made in the viewer.
    notes : what was done to it on the way.
    """

    micrograph: Micrograph | None
    phases: PhaseMap | None
    placement: Placement
    layer: str
    path: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def pixel_size_nm(self) -> float:
        """Edge of the square pixel."""
        record = self.micrograph or self.phases
        assert record is not None
        return record.pixel_size_nm

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows, columns."""
        return self.micrograph.shape if self.micrograph is not None else np.shape(self.phases.labels)  # type: ignore


def element_layers(haadf: Layer, layers: Iterable[Layer]) -> dict[str, Image]:
    """Element symbol -> the layer with its map, of the same micrograph as an image layer."""
    mark = haadf.metadata.get(MARK, {})
    if not mark.get("micrograph"):
        return {}
    maps = {}
    for layer in layers:
        other = layer.metadata.get(MARK, {})
        same = all(other.get(key) == mark.get(key) for key in ("micrograph", "sha256"))
        if same and other.get("role") == "element" and isinstance(layer, Image):
            maps.setdefault(other["element"], layer)
    return maps


def micrograph_source(
    haadf: Layer | None, elements: Mapping[str, Layer] | None = None, pixel_size_nm: float | None = None
) -> Source:
    """The micrograph shown by an image layer and the layers of its element maps.

    Parameters
    ----------
    haadf : the chosen layer.
    elements : element symbol -> layer, of the same shape.
    pixel_size_nm : edge of a square pixel, where the layer has none or a wrong one.

    Raises
    ------
    InputError, CalibrationError
        If they are not a calibrated grey image with maps of its shape; the message says what to do.
    """
    from ssbi_core.io.regrid import square_pixels

    image = _plane(haadf, Image, "image")
    assert haadf is not None
    maps = {}
    for symbol, layer in (elements or {}).items():
        maps[symbol] = _plane(layer, Image, "image").astype(np.float32, copy=False)
        if maps[symbol].shape != image.shape:
            raise InputError(
                f"element map {layer.name!r} of {_size(maps[symbol])} beside an image of {_size(image)}",
                "maps of the same size as the image",
                "remove that map from the viewer, or open the file that holds both",
            )
    placement, sizes = _calibrated(haadf, pixel_size_nm)
    notes: list[str] = []
    square, maps, size = square_pixels(image.astype(np.float32, copy=False), maps, (sizes[0], sizes[1]), notes)
    mark = haadf.metadata.get(MARK, {})
    facts = {k: v for k, v in mark.items() if k not in ("micrograph", "sha256", "role", "path")}
    name = str(mark.get("micrograph") or haadf.name)
    record = Micrograph(square, maps, float(size), name, facts, str(mark.get("sha256", "")))
    path = mark.get("path")
    return Source(record, None, placement.on_grid(image.shape, square.shape), haadf.name, path, tuple(notes))


def labels_source(layer: Layer | None, pixel_size_nm: float | None = None) -> Source:
    """The phases shown by a labels layer.

    Raises
    ------
    InputError, CalibrationError
        If it is not a calibrated picture of phase codes; the message says what to do.
    """
    from ssbi_core.materials import Phase
    from ssbi_core.preprocess.resample import resample_labels

    labels = _plane(layer, Labels, "labels")
    assert layer is not None
    if labels.size and (labels.min() < 0 or labels.max() > max(Phase)):
        wrong = ", ".join(map(str, np.setdiff1d(labels, list(Phase))[:4]))
        known = ", ".join(f"{phase.value} {phase.key}" for phase in Phase if phase)
        raise InputError(f"layer {layer.name!r} holds labels {wrong}", f"phase codes: {known}", "choose a phase layer")
    placement, sizes = _calibrated(layer, pixel_size_nm)
    size = min(sizes)
    shape = tuple(max(round(n * s / size), 1) for n, s in zip(labels.shape, sizes, strict=True))
    square = labels if shape == labels.shape else resample_labels(labels, shape)
    notes = () if shape == labels.shape else (f"pixels resampled to {size:.4g} nm squares",)
    mark = layer.metadata.get(MARK, {})
    record = PhaseMap(square.astype(np.uint8), float(size), name=layer.name, sha256=str(mark.get("sha256", "")))
    return Source(None, record, placement.on_grid(labels.shape, shape), layer.name, mark.get("path"), notes)


def _plane(layer: Layer | None, kind: type[Layer], word: str) -> np.ndarray:
    """The 2D array of a layer, or why it has none."""
    if layer is None:
        raise InputError(
            f"no {word} layer chosen", f"a 2D {word} layer", "open a file or a sample, then choose its layer"
        )
    if not isinstance(layer, kind):
        raise InputError(
            f"layer {layer.name!r}, a {type(layer).__name__} layer", f"a 2D {word} layer", "choose another"
        )
    if getattr(layer, "rgb", False):
        raise InputError(
            f"layer {layer.name!r} is a colour (RGB) picture",
            "the detector's grey values",
            "open the file as the microscope wrote it, or split the layer (right click > Split RGB) and choose one",
        )
    if getattr(layer, "multiscale", False):
        raise InputError(
            f"layer {layer.name!r} is a multiscale pyramid",
            "one picture at full resolution",
            f"add its finest level as a layer: viewer.add_{word}(layer.data[0])",
        )
    if layer.ndim != 2:
        first = str(layer.axis_labels[0])
        series = "a time series" if first.lower() in ("t", "time") else f"a stack of {layer.data.shape[0]} planes"
        lazy = "" if isinstance(layer.data, np.ndarray) else ", loaded lazily"
        raise InputError(
            f"layer {layer.name!r} is {series} ({_size(layer.data)}{lazy})",
            "one plane",
            "split it (right click > Split Stack) and choose a plane; a volume of labels can be solved with the "
            "command `ssbi conductivity`",
        )
    return np.asarray(layer.data)


def _calibrated(layer: Layer, pixel_size_nm: float | None) -> tuple[Placement, tuple[float, ...]]:
    """Placement and edges of a pixel in nm."""
    placement = Placement.of(layer)
    if pixel_size_nm is not None:
        size = check_pixel_size(pixel_size_nm, "typed in")
        return placement.with_pixel_size(size), (size,) * layer.ndim
    sizes = placement.sizes_nm
    if sizes is None:
        raise CalibrationError(
            f"layer {layer.name!r} has no pixel size", "nm per pixel", "type it into Pixel size in the Data step"
        )
    for size in sizes:
        check_pixel_size(size, f"of layer {layer.name!r}")
    return placement, sizes


def _size(array: np.ndarray) -> str:
    return " x ".join(map(str, array.shape))
