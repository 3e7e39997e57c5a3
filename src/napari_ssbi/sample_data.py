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
    """The one named calm, or the first."""
    micrographs = sample_micrographs()
    calm = [micrograph for micrograph in micrographs if "calm" in micrograph.name.lower()]
    return micrograph_layers((calm or micrographs)[0])


def sample_study() -> list[LayerData]:
    """All of them side by side."""
    layers = []
    left = 0.0
    for micrograph in sample_micrographs():
        for data, shown, kind in micrograph_layers(micrograph):
            layers.append((data, {**shown, "translate": (0.0, left)}, kind))
        left += (1 + _GAP) * micrograph.shape[1] * micrograph.pixel_size_nm
    return layers
