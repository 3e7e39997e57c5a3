"""The node table: one row per region and two terminals, with what is known of each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ssbi_core.graph.axis import AXIS_NAMES, array_axis
from ssbi_core.graph.borders import Borders
from ssbi_core.graph.interface_distance import distance_to_interface
from ssbi_core.graph.shape import Shapes, region_sum
from ssbi_core.materials import LAYERS, MaterialSystem, Phase

TERMINALS = ("terminal_first", "terminal_last")
"""Node phases of the two faces of the transport axis, the last two rows of the table."""


def conductivities(codes: np.ndarray, system: MaterialSystem, temperature: float) -> np.ndarray:
    """Ionic conductivity in S/cm of regions with these phase codes; a dislocation conducts as its grain."""
    bulk = {code: Phase.LLZO if code == Phase.DISLOCATION else Phase(code) for code in np.unique(codes)}
    known = {code: system.conductivity(phase, temperature) for code, phase in bulk.items()}
    return np.array([known[code] for code in codes], dtype=float)


def region_table(
    labels: np.ndarray,
    codes: np.ndarray,
    shapes: Shapes,
    borders: Borders,
    conductivity: np.ndarray,
    pixel_size_nm: float,
) -> pd.DataFrame:
    """Features of the regions (no terminals), in region order.

    Parameters
    ----------
    labels : phase codes.
    codes, conductivity : (n,) phase code and ionic conductivity in S/cm of each region.
    shapes, borders : of `measure_shapes` and `measure_borders`, in pixels.

    Returns
    -------
    DataFrame
        Columns whose names do not say it all: ``centroid_*`` counts from the centre of the first pixel;
        ``orientation_deg`` is taken against the transport axis; ``perimeter_nm`` (3D ``surface_nm2``)
        leaves out the picture's edge, and ``boundary_fraction`` is the share of it drawn as grain boundary;
        ``thickness_nm`` is twice area over perimeter, for layers only; ``distance_to_interface_nm`` is
        that of the centroid.
    """
    perimeter, boundary = _perimeters(borders, len(codes))
    table = {
        "phase": [Phase(code).key for code in codes],
        **_geometry(shapes, perimeter, pixel_size_nm),
        "distance_to_interface_nm": distance_to_interface(labels, shapes.centroid) * pixel_size_nm,
        "boundary_fraction": np.divide(boundary, perimeter, out=np.zeros(len(codes)), where=perimeter > 0),
        "thickness_nm": _thickness(shapes, perimeter, codes) * pixel_size_nm,
        "touches_edge": np.any(_at_edge(shapes, labels.shape), axis=(1, 2)),
        "conductivity_S_per_cm": conductivity,
    }
    return pd.DataFrame(table)


def region_means(regions: np.ndarray, size: np.ndarray, images: dict[str, np.ndarray]) -> pd.DataFrame:
    """Mean of each image (column name -> image) over each region; `size` is the regions' pixel count."""
    ids = regions.ravel() + 1
    sums = {name: region_sum(ids, np.asarray(x, dtype=float).ravel(), len(size)) for name, x in images.items()}
    return pd.DataFrame({name: total / size for name, total in sums.items()}, index=range(len(size)))


def terminal_table(shape: tuple[int, ...], pixel_size_nm: float, axis: int) -> pd.DataFrame:
    """Rows of the two terminals: the middle of a face, half a pixel outside; the rest does not apply (NaN)."""
    along = array_axis(axis, len(shape))
    rows = []
    for phase, face in zip(TERMINALS, (0, shape[along]), strict=True):
        centre = [face - 0.5 if i == along else (size - 1) / 2 for i, size in enumerate(shape)]
        bounds = [(face, face) if i == along else (0, size) for i, size in enumerate(shape)]
        position = _position(np.array([centre]), np.array([bounds]), pixel_size_nm)
        rows.append({"phase": phase, "touches_edge": True, **{key: value[0] for key, value in position.items()}})
    return pd.DataFrame(rows)


def _geometry(shapes: Shapes, perimeter: np.ndarray, pixel_size_nm: float) -> dict[str, np.ndarray]:
    flat = shapes.centroid.shape[1] == 2
    return {
        "area_nm2" if flat else "volume_nm3": shapes.size * pixel_size_nm ** (2 if flat else 3),
        "equivalent_diameter_nm": shapes.equivalent_diameter * pixel_size_nm,
        "perimeter_nm" if flat else "surface_nm2": perimeter * pixel_size_nm ** (1 if flat else 2),
        "elongation": shapes.elongation,
        "orientation_deg": shapes.orientation,
        **_position(shapes.centroid, shapes.bounds, pixel_size_nm),
    }


def _position(centroid: np.ndarray, bounds: np.ndarray, pixel_size_nm: float) -> dict[str, np.ndarray]:
    dimensions = centroid.shape[1]
    axes = [(AXIS_NAMES[axis].removesuffix("s"), array_axis(axis, dimensions)) for axis in range(dimensions)]
    columns = {f"centroid_{name}_nm": centroid[:, along] * pixel_size_nm for name, along in axes}
    for name, along in axes:
        columns[f"bbox_{name}_start_px"], columns[f"bbox_{name}_stop_px"] = bounds[:, along].T
    return columns


def _perimeters(borders: Borders, num_regions: int) -> tuple[np.ndarray, np.ndarray]:
    totals = []
    for size in (borders.size, np.where(borders.kind == Phase.GRAIN_BOUNDARY, borders.size, 0)):
        both = np.bincount(borders.first, size, num_regions + 1) + np.bincount(borders.second, size, num_regions + 1)
        totals.append(both[:num_regions])
    return totals[0], totals[1]


def _thickness(shapes: Shapes, perimeter: np.ndarray, codes: np.ndarray) -> np.ndarray:
    # A layer has two long sides: half its perimeter is its length, and area / length its thickness.
    layer = np.isin(codes, tuple(LAYERS)) & (perimeter > 0)
    return np.divide(2 * shapes.size, perimeter, out=np.full(len(codes), np.nan), where=layer)


def _at_edge(shapes: Shapes, shape: tuple[int, ...]) -> np.ndarray:
    return shapes.bounds == np.stack([np.zeros(len(shape), int), np.array(shape)], axis=1)
