"""The bundled images under File > Open Sample."""

from __future__ import annotations

from importlib.resources import as_file, files
from importlib.resources.abc import Traversable

from napari_ssbi.layers import LayerData, micrograph_layers
from ssbi_core.errors import ReadError
from ssbi_core.io import read

_GAP = 0.1  # between images side by side, in widths
_SUFFIX = ".ome.tif"


def sample_names() -> list[str]:
    """Names of the bundled images.

    Raises
    ------
    ReadError
        If the installation holds none.
    """
    return sorted(_files())


def calm_interface() -> list[LayerData]:
    """A dense interface with a thin coating."""
    return _sample("calm_interface")


def broken_layer() -> list[LayerData]:
    """An interface whose reaction layer is broken."""
    return _sample("broken_layer")


def thick_layer_and_pores() -> list[LayerData]:
    """An interface with a thick reaction layer and pores."""
    return _sample("thick_layer_and_pores")


def planted_anomalies() -> list[LayerData]:
    """An interface with four things wrong in it, at the places that `ssbi_core/sample/sample.json` records."""
    return _sample("planted_anomalies")


def sample_study() -> list[LayerData]:
    """All of them side by side."""
    layers: list[LayerData] = []
    left = 0.0
    for name in sample_names():
        opened = _sample(name)
        layers += [(data, {**shown, "translate": (0.0, left)}, kind) for data, shown, kind in opened]
        image, shown, _ = opened[0]
        left += (1 + _GAP) * image.shape[1] * shown["scale"][1]
    return layers


def _sample(name: str) -> list[LayerData]:
    known = _files()
    if name not in known:
        raise ReadError(f"sample image {name!r}", f"one of {', '.join(sorted(known))}", "choose another sample")
    with as_file(known[name]) as path:
        return micrograph_layers(read(path), path=str(path))


def _files() -> dict[str, Traversable]:
    folder = files("ssbi_core") / "sample"
    images = [file for file in folder.iterdir() if file.name.endswith(_SUFFIX)] if folder.is_dir() else []
    if not images:
        raise ReadError(
            "this installation has no sample images", f"ssbi_core/sample/*{_SUFFIX}", "install napari-ssbi again"
        )
    return {image.name.removesuffix(_SUFFIX): image for image in images}
