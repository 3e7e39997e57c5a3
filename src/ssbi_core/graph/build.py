"""Build the microstructure graph of a label image.

Connected bodies become nodes, border lines are shared out between the bodies they separate, and every
pair that then meets becomes an edge with the length, width and resistance of what lies between.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd

from ssbi_core.errors import CalibrationError, InputError
from ssbi_core.graph.axis import array_axis, interface_axis
from ssbi_core.graph.borders import measure_borders
from ssbi_core.graph.edges import boundary_resistances, edge_table, near_edges, terminal_edges, touching_edges
from ssbi_core.graph.interface_graph import InterfaceGraph
from ssbi_core.graph.nodes import conductivities, region_means, region_table, terminal_table
from ssbi_core.graph.regions import find_regions, free_lines
from ssbi_core.graph.shape import measure_shapes
from ssbi_core.graph.spread import spread
from ssbi_core.io.micrograph import Micrograph
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import MaterialSystem, Phase, load_system


def build_graph(
    phases: PhaseMap,
    micrograph: Micrograph | None = None,
    *,
    axis: int | None = None,
    system: str | Path | MaterialSystem = "llzo_nmc",
    temperature: float = 298.15,
) -> InterfaceGraph:
    """Turn a label image into grains, particles, layers and pores and who touches whom.

    Parameters
    ----------
    phases : label image, 2D or 3D.
    micrograph : adds ``mean_haadf`` and ``mean_eds_<element>`` columns; same rows and columns as `phases`.
    axis : transport axis, 0 rows, 1 columns, 2 slices; by default the one across the interface.
    system : material system for conductivities (S/cm) and resistances (ohm cm2).
    temperature : K.

    Returns
    -------
    InterfaceGraph
        Nodes in the order in which a raster scan meets them, then the two terminals. Areas are those of a
        region's own pixels; perimeters and contacts run along the middle of boundary lines and leave out
        the picture's edge. Lengths are within 3 % for straight borders (see `borders`).

    Raises
    ------
    InputError
        If labels, axis, temperature or micrograph do not fit, or, without `axis`, there is no interface.
    CalibrationError
        If the pixel size is not a positive number.
    MaterialError
        If the material system is not valid.
    """
    labels, pixel_size_nm = _checked_labels(phases.labels), _checked_pixel_size(phases.pixel_size_nm)
    axis = interface_axis(labels) if axis is None else axis
    along, system = array_axis(axis, labels.ndim), load_system(system)
    images = _images(phases, micrograph)
    regions, codes = find_regions(labels)
    filled, steps = spread(free_lines(regions, labels))
    shapes = measure_shapes(regions, len(codes), along)
    borders = measure_borders(filled, steps, labels, codes)
    sigma = conductivities(codes, system, temperature)
    nodes = region_table(labels, codes, shapes, borders, sigma, pixel_size_nm)
    nodes = nodes.join(region_means(regions, shapes.size, images))
    nodes = _stacked(nodes, terminal_table(labels.shape, pixel_size_nm, axis))
    touching = touching_edges(borders, codes)
    edges = _stacked(touching, terminal_edges(filled, sigma > 0, along), near_edges(filled, shapes, touching))
    edges = edge_table(edges, nodes, boundary_resistances(system, temperature), axis, pixel_size_nm)
    metadata = {**phases.metadata, "material_system": system.name, "temperature_K": float(temperature)}
    return InterfaceGraph(nodes, edges, regions, int(axis), pixel_size_nm, phases.name, metadata)


def _checked_labels(labels: np.ndarray) -> np.ndarray:
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iub":
        raise InputError(f"labels of type {labels.dtype}", "whole-number phase codes", "pass a label image")
    array_axis(0, labels.ndim)
    if labels.size == 0:
        raise InputError(f"an empty label image of shape {labels.shape}", "at least one pixel", "check the file")
    if labels.min() < 0 or labels.max() > max(Phase):
        wrong = np.setdiff1d(labels, list(Phase))[:5].tolist()
        known = ", ".join(f"{phase.value} {phase.key}" for phase in Phase)
        raise InputError(f"unknown phase codes {wrong}", f"codes {known}", "map the file's codes to these")
    return np.ascontiguousarray(labels, dtype=np.uint8)


def _checked_pixel_size(pixel_size_nm: float) -> float:
    if not (math.isfinite(pixel_size_nm) and pixel_size_nm > 0):
        raise CalibrationError(f"a pixel size of {pixel_size_nm} nm", "a positive number", "give --pixel-size-nm")
    return float(pixel_size_nm)


def _images(phases: PhaseMap, micrograph: Micrograph | None) -> dict[str, np.ndarray]:
    images = {} if phases.uncertainty is None else {"mean_uncertainty": np.asarray(phases.uncertainty)}
    if micrograph is not None:
        images["mean_haadf"] = np.asarray(micrograph.haadf)
        images |= {f"mean_eds_{element}": np.asarray(x) for element, x in micrograph.elements.items()}
    shape = np.shape(phases.labels)
    for name, image in images.items():
        if image.shape != shape:
            wanted = "the same rows and columns as the label image"
            raise InputError(f"{name} of {image.shape} on labels of {shape}", wanted, "resample one to the other")
    return images


def _stacked(*tables: pd.DataFrame) -> pd.DataFrame:
    # Empty tables carry no dtype worth keeping, and pandas warns about them; their columns stay.
    columns = list(dict.fromkeys(name for table in tables for name in table.columns))
    filled = [table for table in tables if len(table)] or [tables[0]]
    return pd.concat(filled, ignore_index=True).reindex(columns=columns)
