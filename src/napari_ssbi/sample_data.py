"""The bundled images under File > Open Sample."""

from __future__ import annotations

from importlib.resources import as_file, files

from napari_ssbi.layers import LayerData, micrograph_layers
from ssbi_core.errors import ReadError
from ssbi_core.io import Micrograph, read

_GAP = 0.1  # between images side by side, in widths


def sample_micrographs() -> list[Micrograph]:
    """Every bundled image, by name.

    Raises
    ------
    ReadError
        If the installation holds none.
    """
    folder = files("ssbi_core") / "sample"
    images = [file for file in folder.iterdir() if file.name.endswith(".ome.tif")] if folder.is_dir() else []
    if not images:
        raise ReadError(
            "this installation has no sample images", "ssbi_core/sample/*.ome.tif", "install napari-ssbi again"
        )
    micrographs = []
    for image in sorted(images, key=lambda file: file.name):
        with as_file(image) as path:
            micrographs.append(read(path))
    return micrographs


def calm_interface() -> list[LayerData]:
    """A dense interface with a thin coating."""
    return _sample("calm_interface")


def broken_layer() -> list[LayerData]:
    """An interface whose reaction layer is broken."""
    return _sample("broken_layer")


def thick_layer_and_pores() -> list[LayerData]:
    """An interface with a thick reaction layer and pores."""
    return _sample("thick_layer_and_pores")


def _sample(name: str) -> list[LayerData]:
    micrographs = {micrograph.name: micrograph for micrograph in sample_micrographs()}
    if name not in micrographs:
        raise ReadError(f"sample image {name!r}", f"one of {', '.join(micrographs)}", "choose another sample")
    return micrograph_layers(micrographs[name])


def sample_study() -> list[LayerData]:
    """All of them side by side."""
    layers = []
    left = 0.0
    for micrograph in sample_micrographs():
        for data, shown, kind in micrograph_layers(micrograph):
            layers.append((data, {**shown, "translate": (0.0, left)}, kind))
        left += (1 + _GAP) * micrograph.shape[1] * micrograph.pixel_size_nm
    return layers
