"""Eight things that go wrong at an interface, planted one at a time into a simulated microstructure.

Features and weights were made for four families (`DESIGN`), four others (`UNSEEN`) are only scored. What is
planted changes the structure (crack, thick layer, pore cluster, delamination, abnormal grain) or what the microscope
and the measurement see of it while the labels stay as they are (unknown phase, hidden boundary, contamination).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from skimage.graph import route_through_array

from benchmarks.planted_anomalies import ellipse, painted
from ssbi_core.materials import Phase
from ssbi_core.simulate import Microstructure, unmark_contact

DESIGN = ("crack", "thick_layer", "pore_cluster", "unknown_phase")
UNSEEN = ("delamination", "hidden_boundary", "abnormal_grain", "contamination")
FAMILIES = (*DESIGN, *UNSEEN)

UNKNOWN: dict[str, tuple[dict[str, float], float]] = {
    "LaAlO3": ({"La": 1, "Al": 1, "O": 3}, 6.52),
    "Al2O3": ({"Al": 2, "O": 3}, 3.95),
    "Co3O4": ({"Co": 3, "O": 4}, 6.11),
    "LaMnO3": ({"La": 1, "Mn": 1, "O": 3}, 6.6),
    "Ta2O5": ({"Ta": 2, "O": 5}, 8.2),
    "NiO": ({"Ni": 1, "O": 1}, 6.67),
}
"""Compositions that no phase of the material file has, and X-ray densities in g/cm3."""


@dataclass(frozen=True, eq=False)
class Planted:
    """A structure with one thing wrong.

    Attributes
    ----------
    structure : as the labels show it.
    where : (rows, columns) bool, the place.
    unknown : key of `UNKNOWN` that the place is made of, with the host phase it replaces.
    carbon : whether carbon lies on the place.
    seam : factor on the resistance of the grain boundaries of the place, which also hold aluminium; 0 for none.
    """

    structure: Microstructure
    where: np.ndarray
    unknown: tuple[str, Phase] | None = None
    carbon: bool = False
    seam: float = 0.0


def plant(family: str, structure: Microstructure, rng: np.random.Generator) -> Planted:
    """Plant one anomaly; the structure must hold electrolyte and electrode."""
    return _PLANT[family](structure, rng)


def _crack(structure: Microstructure, rng: np.random.Generator) -> Planted:
    shape, size = structure.labels.shape, min(structure.labels.shape)
    centre = _inside(structure, Phase.LLZO, 0.08 * size, rng)
    angle, half = rng.uniform(0, np.pi), 0.5 * rng.uniform(0.25, 0.45) * size
    y, x = np.mgrid[: shape[0], : shape[1]] - centre[:, None, None]
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    bend = 0.02 * size * np.sin(along / (0.08 * size) + rng.uniform(0, 6))
    taper = np.sqrt(np.clip(1 - (along / half) ** 2, 0, 1))
    inside = np.where(np.abs(along) < half, rng.uniform(1.2, 2.2) * taper - np.abs(across - bend), -1e4)
    inside = np.where(_electrolyte(structure), inside, -1e4)
    return Planted(painted(structure, Phase.PORE, inside), inside > 0)


def _thick_layer(structure: Microstructure, rng: np.random.Generator) -> Planted:
    size = min(structure.labels.shape)
    usual = _layer_thickness(structure)
    swollen = max(4 * usual, 0.06 * size) * rng.uniform(0.9, 1.3)
    inside = _lens(structure, 0.5 * rng.uniform(0.25, 0.4) * size, swollen, 0.5 * swollen, rng)
    return Planted(painted(structure, Phase.REACTION_LAYER, inside), inside > 0)


def _delamination(structure: Microstructure, rng: np.random.Generator) -> Planted:
    size = min(structure.labels.shape)
    width = rng.uniform(3, 5)
    inside = _lens(structure, 0.5 * rng.uniform(0.3, 0.45) * size, width, 1.0, rng)
    return Planted(painted(structure, Phase.PORE, inside), inside > 0)


def _pore_cluster(structure: Microstructure, rng: np.random.Generator) -> Planted:
    shape, size = structure.labels.shape, min(structure.labels.shape)
    centre = _inside(structure, Phase.LLZO, 0.1 * size, rng)
    places: list[np.ndarray] = []
    for _ in range(400):
        place = centre + rng.normal(0, 0.055 * size, 2)
        if all(np.linalg.norm(place - other) > 9 for other in places):
            places.append(place)
        if len(places) == 11:
            break
    pores = [ellipse((p[0], p[1]), tuple(rng.uniform(2.2, 4.2, 2)), rng.uniform(0, 180), shape) for p in places]
    inside = np.where(_electrolyte(structure), np.max(pores, axis=0), -1e4)
    where = np.asarray(ndimage.binary_closing(np.pad(inside > 0, 8), iterations=8), bool)[8:-8, 8:-8]
    return Planted(painted(structure, Phase.PORE, inside), where)


def _unknown_phase(structure: Microstructure, rng: np.random.Generator) -> Planted:
    shape, size = structure.labels.shape, min(structure.labels.shape)
    host = Phase.LLZO if rng.random() < 0.5 else Phase.NMC
    centre = _inside(structure, host, 0.06 * size, rng)
    inside = ellipse((centre[0], centre[1]), tuple(rng.uniform(0.05, 0.09, 2) * size), rng.uniform(0, 180), shape)
    body = _electrolyte(structure) if host is Phase.LLZO else structure.labels == host
    return Planted(structure, (inside > 0) & body, unknown=(str(rng.choice(list(UNKNOWN))), host))


def _abnormal_grain(structure: Microstructure, rng: np.random.Generator) -> Planted:
    shape = structure.labels.shape
    usual = np.sqrt(_electrolyte(structure).sum() / max(len(_grains(structure)), 1)) * 1.13  # diameter of a disc
    radii = rng.uniform(1.4, 1.9, 2) * usual
    centre = _inside(structure, Phase.LLZO, 0.5 * usual, rng)
    distance = ellipse((centre[0], centre[1]), (radii[0], radii[1]), rng.uniform(0, 180), shape)
    solid = np.isin(structure.labels, (Phase.LLZO, Phase.GRAIN_BOUNDARY, Phase.DISLOCATION))
    inside, rim = solid & (distance > 1), solid & (np.abs(distance) <= 1)
    labels = np.where(inside, np.uint8(Phase.LLZO), structure.labels)
    labels = np.where(rim, np.uint8(Phase.GRAIN_BOUNDARY), labels)
    near = np.where(solid & (distance > -6), np.abs(distance), structure.boundary_distance)
    own = np.where(inside, structure.grain_ids.max() + 2, structure.grain_ids).astype(structure.grain_ids.dtype)
    grown = structure._replace(labels=labels, grain_ids=own, boundary_distance=near.astype(np.float32))
    return Planted(grown, inside)


def _hidden_boundary(structure: Microstructure, rng: np.random.Generator) -> Planted:
    labels = structure.labels
    depth = ndimage.distance_transform_edt(_electrolyte(structure))
    cost = np.where(labels == Phase.GRAIN_BOUNDARY, 1.0, np.where(labels == Phase.LLZO, 40.0, 4000.0))
    across = _runs_across(structure)
    cost = cost if across == 1 else cost.T
    depth = depth if across == 1 else depth.T
    ends = []
    for column in (0, -1):
        good = np.flatnonzero(depth[:, column] > 0.3 * depth[:, column].max())
        ends.append((int(rng.choice(good)), column % cost.shape[1]))
    path = np.array(route_through_array(cost, ends[0], ends[1], fully_connected=True)[0])
    line = np.zeros(cost.shape, bool)
    line[tuple(path.T)] = True
    line = line if across == 1 else line.T
    seam = np.asarray(ndimage.binary_dilation(line, iterations=2), bool) & (labels == Phase.GRAIN_BOUNDARY)
    return Planted(structure, seam, seam=rng.uniform(0.4, 1.2))


def _contamination(structure: Microstructure, rng: np.random.Generator) -> Planted:
    shape, size = structure.labels.shape, min(structure.labels.shape)
    centre = rng.uniform(0.2, 0.8, 2) * shape
    inside = ellipse((centre[0], centre[1]), tuple(rng.uniform(0.08, 0.14, 2) * size), rng.uniform(0, 180), shape)
    return Planted(structure, inside > 0, carbon=True)


_PLANT: dict[str, Callable[[Microstructure, np.random.Generator], Planted]] = {
    "crack": _crack,
    "thick_layer": _thick_layer,
    "pore_cluster": _pore_cluster,
    "unknown_phase": _unknown_phase,
    "delamination": _delamination,
    "hidden_boundary": _hidden_boundary,
    "abnormal_grain": _abnormal_grain,
    "contamination": _contamination,
}


def _electrolyte(structure: Microstructure) -> np.ndarray:
    return np.isin(structure.labels, (Phase.LLZO, Phase.GRAIN_BOUNDARY, Phase.DISLOCATION))


def _grains(structure: Microstructure) -> np.ndarray:
    return np.unique(structure.grain_ids[structure.labels == Phase.LLZO])


def _electrode(structure: Microstructure) -> np.ndarray:
    """The electrode with its pores: these are no interface."""
    return np.asarray(ndimage.binary_fill_holes(unmark_contact(structure.labels) == Phase.NMC), bool)


def _layer_thickness(structure: Microstructure) -> float:
    """Mean thickness of the reaction layer in pixels, where there is any."""
    layer = structure.labels == Phase.REACTION_LAYER
    on_electrode = layer & np.asarray(ndimage.binary_dilation(_electrode(structure)), bool)
    return np.count_nonzero(layer) / max(np.count_nonzero(on_electrode), 1)


def _runs_across(structure: Microstructure) -> int:
    """Array axis along which the interface runs."""
    row, column = np.argwhere(_electrode(structure)).mean(0) / structure.labels.shape - 0.5
    return 1 if abs(row) > abs(column) else 0


def _inside(structure: Microstructure, phase: Phase, margin: float, rng: np.random.Generator) -> np.ndarray:
    """A place in the electrolyte or the electrode, so far from its borders or as far as there is room."""
    body = _electrolyte(structure) if phase is Phase.LLZO else structure.labels == phase
    depth = ndimage.distance_transform_edt(np.pad(body, 1))[1:-1, 1:-1]
    good = np.argwhere(depth >= min(margin, 0.8 * depth.max()))
    return good[rng.integers(len(good))].astype(float)


def _lens(
    structure: Microstructure, half_length: float, outwards: float, inwards: float, rng: np.random.Generator
) -> np.ndarray:
    """Signed distance of a lens along the electrode's surface, so thick to either side in its middle."""
    electrode = _electrode(structure)
    outside = ndimage.distance_transform_edt(~electrode) - ndimage.distance_transform_edt(electrode)
    shape = np.array(electrode.shape)
    surface = np.argwhere((outside > 0) & (outside < 1.5))
    inner = surface[np.all((surface > 0.2 * shape) & (surface < 0.8 * shape), axis=1)]
    centre = inner[rng.integers(len(inner))] if len(inner) else surface[rng.integers(len(surface))]
    y, x = np.mgrid[: shape[0], : shape[1]] - centre[:, None, None]
    swell = np.sqrt(np.clip(1 - (np.hypot(y, x) / half_length) ** 2, 0, None))
    return np.where(swell > 0, np.minimum(outwards * swell - outside, outside + inwards * swell), -1e4)
