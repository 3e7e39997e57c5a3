"""A field of view with four things wrong in it, at known places: what a search for anomalies has to find.

Each is planted in a simulated microstructure before it is imaged, and differs in what betrays it: shape and place (an
inclusion, a cluster of pores, a delaminated stretch of the contact) or the chemistry alone: HAADF does not show a
cobalt-rich particle, because nickel, manganese and cobalt scatter alike.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import jax
import numpy as np
from scipy import ndimage

from ssbi_core.io import Micrograph
from ssbi_core.materials import MaterialSystem, Phase, load_system
from ssbi_core.simulate import (
    ImagingConfig,
    Microstructure,
    ProcessParameters,
    mark_contact,
    microstructure_statistics,
    simulate_micrograph,
    simulate_microstructure,
    unmark_contact,
)
from ssbi_core.simulate.microstructure import BODIES
from ssbi_core.simulate.study import realize

SHAPE = (512, 512)
PIXEL_NM = 0.5
IMAGING = ImagingConfig.model_validate({"dose": 10000.0})
COBALT_RICH = {"Li": 1, "Ni": 0.06, "Mn": 0.04, "Co": 0.9, "O": 2}
"""Every element of the NMC stays, so that the same random numbers give the same displacement of the maps."""


class Anomaly(NamedTuple):
    """What was planted: (rows, columns) bool, the phase it is labelled as, and a name with a sentence."""

    where: np.ndarray
    phase: Phase
    kind: str
    what: str

    def record(self) -> dict[str, Any]:
        """Kind, phase, sentence, bounding box and centre, in pixels of the image."""
        rows, columns = np.nonzero(self.where)
        box = [int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1]
        centre = [round(float(rows.mean()), 1), round(float(columns.mean()), 1)]
        return {"kind": self.kind, "phase": self.phase.key, "what": self.what, "bbox_px": box, "centre_px": centre}


def planted_anomalies(seed: int, index: int, process: ProcessParameters) -> tuple[Micrograph, list[Anomaly]]:
    """Return the micrograph and what was planted where; the interface stands upright, NMC on the left."""
    system = load_system("llzo_nmc")
    keys = jax.random.split(jax.random.fold_in(jax.random.key(seed), index), 3)
    rng = np.random.default_rng([seed, index])
    config = realize(rng, microstructure_statistics(process, system), SHAPE, PIXEL_NM)
    config = config.model_copy(update={"interface_angle_deg": 180.0, "interface_offset": 0.0})
    structure, anomalies = _planted(rng, simulate_microstructure(keys[1], config))
    micrograph = simulate_micrograph(keys[2], structure, IMAGING, system)
    particle = anomalies[-1].where
    return _with_maps_of(micrograph, particle, structure, keys[2], system), anomalies


def _planted(rng: np.random.Generator, structure: Microstructure) -> tuple[Microstructure, list[Anomaly]]:
    nodule = ellipse((120, 400), (19, 13), 25)
    cluster = np.max([ellipse(at, size, 0) for at, size in _pores(rng, (390, 400))], axis=0)
    gap = _opened_contact(structure, (190, 330))
    for phase, inside in ((Phase.REACTION_LAYER, nodule), (Phase.PORE, cluster), (Phase.PORE, gap)):
        structure = painted(structure, phase, inside)
    particle = (ellipse((95, 105), (30, 22), -20) > 0) & (structure.labels == Phase.NMC)
    return structure, [
        Anomaly(nodule > 0, Phase.REACTION_LAYER, "inclusion", "nodule of reaction product inside the electrolyte"),
        Anomaly(cluster > 0, Phase.PORE, "pore_cluster", "pores crowded in one place of the electrolyte"),
        Anomaly(gap > 0, Phase.PORE, "delamination", "a stretch of the contact has opened"),
        Anomaly(particle, Phase.NMC, "chemistry", "cobalt-rich particle in the electrode, seen by EDS only"),
    ]


def ellipse(
    centre: tuple[float, float], radii: tuple[float, float], turn_deg: float, shape: tuple[int, int] = SHAPE
) -> np.ndarray:
    """Signed distance in pixels, to first order, positive inside."""
    y, x = np.mgrid[: shape[0], : shape[1]] - np.array(centre)[:, None, None]
    c, s = np.cos(np.deg2rad(turn_deg)), np.sin(np.deg2rad(turn_deg))
    across = np.hypot((y * c + x * s) / radii[0], (x * c - y * s) / radii[1])
    return (1 - across) * min(radii)


def _pores(rng: np.random.Generator, centre: tuple[int, int]) -> list[tuple[Any, Any]]:
    """Places and radii of small pores, no two closer than they are wide."""
    places: list[np.ndarray] = []
    while len(places) < 14:
        place = np.array(centre) + rng.normal(0, 20, 2)
        if all(np.linalg.norm(place - other) > 11 for other in places):
            places.append(place)
    return [(tuple(place), tuple(rng.uniform(2.5, 5, 2))) for place in places]


def _opened_contact(structure: Microstructure, rows: tuple[int, int]) -> np.ndarray:
    """Signed distance of a lens along the electrode between two rows, widest in the middle."""
    electrode = ndimage.binary_fill_holes(unmark_contact(structure.labels) == Phase.NMC)  # its pores are no contact
    outside = ndimage.distance_transform_edt(~electrode) - ndimage.distance_transform_edt(electrode)
    along = (2 * np.arange(SHAPE[0]) - sum(rows)) / (rows[1] - rows[0])
    half = 4.0 * np.sqrt(np.clip(1 - along**2, 0, None))[:, None]
    return np.where(half > 0, half - np.abs(outside - 1.0), -1e4)


def painted(structure: Microstructure, phase: Phase, inside: np.ndarray) -> Microstructure:
    """The structure with one more body on top."""
    share = np.clip(0.5 + inside, 0, 1).astype(np.float32)
    fractions = structure.fractions * (1 - share)
    fractions[BODIES.index(phase)] += share
    labels = np.where(inside > 0, np.uint8(phase), unmark_contact(structure.labels))
    ids = np.where(inside > 0, 0, structure.grain_ids).astype(structure.grain_ids.dtype)
    return structure._replace(labels=mark_contact(labels), fractions=fractions, grain_ids=ids)


def _with_maps_of(
    micrograph: Micrograph, particle: np.ndarray, structure: Microstructure, rng_key: jax.Array, system: MaterialSystem
) -> Micrograph:
    """The micrograph with the counts of a cobalt-rich NMC inside the particle, mixed over the width of the beam."""
    rich = system.phase(Phase.NMC).model_copy(update={"composition": COBALT_RICH})
    other = system.model_copy(update={"phases": {**system.phases, "nmc": rich}})
    counts = simulate_micrograph(rng_key, structure, IMAGING, other).elements
    chance = ndimage.gaussian_filter(particle.astype(np.float32), 3.0)
    inside = np.random.default_rng(0).random(particle.shape) < chance
    maps = {symbol: np.where(inside, counts[symbol], own) for symbol, own in micrograph.elements.items()}
    return replace(micrograph, elements=maps)
