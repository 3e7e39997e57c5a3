"""Microstructures of a better process as layers: start and optimum beside the image, the edited image on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from napari_ssbi.compute.process_search import Improved
from napari_ssbi.inputs import MARK, Source
from napari_ssbi.layers import LayerData, phase_layer
from napari_ssbi.placement import Placement
from ssbi_core.io import PhaseMap
from ssbi_core.materials import MaterialSystem

SIMULATED = ("process_before", "process_after", "process_names")
EDITED = "process_edited"
_GAP = 0.06  # of a field of view, between pictures
_NAME_COLOR = "#E69F00"
_TITLES, _SHORT = ("Start, simulated", "Optimum, simulated"), ("Start", "Optimum")
_ABOVE = 0.06  # of a field of view, from a picture to its name


def process_layers(found: Improved, system: MaterialSystem, source: Source | None) -> Iterator[LayerData]:
    """Labels layers in the colours of the phases, and their names above them.

    Parameters
    ----------
    found : the result.
    system : of the legend.
    source : the image it is of; without one the pictures lie at the origin.
    """
    placements = [beside(source, each, at) for at, each in enumerate((found.before, found.after))]
    pictures = zip(_TITLES, (found.before, found.after), placements, SIMULATED[:2], strict=True)
    for title, phases, placement, role in pictures:
        yield _picture(replace(phases, name=title), system, placement, role)
    yield _names([np.shape(found.before.labels), np.shape(found.after.labels)], placements)
    if found.edited is not None and source is not None:
        edited = replace(found.edited, name=f"{source.layer.removesuffix(' HAADF')} with the optimum")
        yield _picture(edited, system, source.placement, EDITED)


def beside(source: Source | None, phases: PhaseMap, number: int) -> Placement:
    """To the right of the image, in its units; the next ones to the right of that."""
    columns = np.shape(phases.labels)[1]
    placement = Placement.square(2, 1.0) if source is None else source.placement
    nm = placement.sizes_nm
    assert nm is not None  # no image without a pixel size gets this far
    size = phases.pixel_size_nm * placement.sizes[0] / nm[0]
    gap = _GAP * columns * size
    top, left = (0.0, 0.0) if source is None else _corner(placement, source.shape)
    offset = (top + size / 2, left + (columns * size + gap) * number + (0.0 if source is None else gap) + size / 2)
    return Placement(((size, 0.0), (0.0, size)), offset, placement.units, placement.axis_labels)


def _corner(placement: Placement, shape: tuple[int, ...]) -> tuple[float, float]:
    """Top and right edge of an image, which may be turned."""
    ends = [(-0.5, size - 0.5) for size in shape]
    corners = np.array([(row, column) for row in ends[0] for column in ends[1]])
    world = np.array(placement.offset) + corners @ np.array(placement.linear).T
    return float(world[:, 0].min()), float(world[:, 1].max())


def _picture(phases: PhaseMap, system: MaterialSystem, placement: Placement, role: str) -> LayerData:
    data, settings, kind = phase_layer(phases, system=system, placement=placement, role=role)
    return data, {**settings, "opacity": 1.0, "visible": role != EDITED}, kind


def _names(shapes: list[tuple[int, ...]], placements: list[Placement]) -> LayerData:
    """What the pictures are, above them."""
    places = [
        np.array(placed.offset) + np.array(placed.linear) @ (-_ABOVE * shape[0], (shape[1] - 1) / 2)
        for shape, placed in zip(shapes, placements, strict=True)
    ]
    settings: dict[str, Any] = {
        "name": "Names of the simulated pictures",
        "features": {"picture": list(_SHORT)},
        "size": 0.01 * placements[0].sizes[0],
        "face_color": "transparent",
        "border_color": "transparent",
        "text": {"string": "{picture}", "color": _NAME_COLOR, "size": 11, "anchor": "center"},
        "metadata": {MARK: {"role": SIMULATED[2]}},
        "units": placements[0].units,
        "axis_labels": placements[0].axis_labels,
    }
    return np.array(places), settings, "points"
