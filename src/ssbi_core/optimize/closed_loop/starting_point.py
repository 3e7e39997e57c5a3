"""Which process an image came from, and by how much its material differs from the kinetics.

The image is measured, and so are simulated fields of view of the process: what both measure alike is compared, so that
what a measurement gets wrong (grains cut by the edge, a layer a pixel thick) is wrong in both and cancels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import numpy as np
from pydantic import ValidationError
from scipy.ndimage import distance_transform_edt
from scipy.stats import qmc
from skimage.measure import label

from ssbi_core.errors import InputError
from ssbi_core.io import PhaseMap
from ssbi_core.materials import MaterialSystem, Phase
from ssbi_core.optimize.closed_loop.config import BOUNDS, ClosedLoopConfig
from ssbi_core.simulate.contact import ELECTROLYTE
from ssbi_core.simulate.microstructure import simulate_microstructure
from ssbi_core.simulate.process import (
    ProcessParameters,
    ProcessValues,
    microstructure_statistics,
    traced_statistics,
)
from ssbi_core.simulate.scenes import generator
from ssbi_core.simulate.study import realize

_TRIED = 8192  # processes
_PULL = 0.02  # towards the usual process, where the image does not tell
_VIEWS = 3  # simulated fields of view that are measured
_MOST = 3.0  # a correction lies between a third and this
_FLOORS = {"grain": 1.0, "porosity": 0.002, "layer": 0.5, "coating": 0.5, "open": 0.01}
"""Below which what is measured counts as none, in its unit."""
_OF = {
    "grain": ("grain_size_nm", "pore_size_nm"),  # pores scale with the grains they sit between
    "porosity": ("porosity",),
    "layer": ("layer_thickness_nm",),
    "coating": ("coating_thickness_nm",),
    "open": ("contact_loss",),
}
"""Statistics of a microstructure that a measurement corrects."""
_SPECK = 9  # pixels; smaller pieces between lines are no grains


@dataclass(frozen=True)
class StartingPoint:
    """Where a search begins.

    Attributes
    ----------
    process : to be bettered.
    corrections : statistic of the microstructure -> factor of the user's material.
    notes : what was inferred.
    """

    process: ProcessParameters
    corrections: Mapping[str, float]
    notes: tuple[str, ...]


def starting_point(
    phases: PhaseMap | None,
    system: MaterialSystem,
    process: ProcessParameters | Mapping[str, float] | None,
    config: ClosedLoopConfig,
) -> StartingPoint:
    """Of an image, a process or what is known of it, both or neither.

    Raises
    ------
    InputError
        If the image is 3D or shows no interface, or a parameter is unknown or not possible.
    """
    known = process.model_dump() if isinstance(process, ProcessParameters) else dict(process or {})
    told = told_process(known)
    if phases is None:
        return StartingPoint(told, {}, ())
    if phases.labels.ndim != 2:
        raise InputError(f"{phases.name}: a volume", "the labels of a picture", "give a slice of it")
    present = set(np.unique(phases.labels).tolist())
    if not {int(Phase.LLZO), int(Phase.NMC)} <= present:
        raise InputError(
            f"{phases.name}: labels without an interface between electrolyte and electrode",
            "both phases in the picture",
            "choose a picture of the interface, or leave it out and give --system alone",
        )
    measured, notes = measure(phases.labels, float(phases.pixel_size_nm)), ()
    if len(known) < len(ProcessValues._fields):
        told = inferred(measured, known)
        what = "what was not given of the process" if known else "the process"
        notes = (f"{what} was inferred from the image: where you know it, give it",)
    return StartingPoint(told, _corrections(measured, phases, system, told, config), notes)


def told_process(known: Mapping[str, float], said: str = "start") -> ProcessParameters:
    """The process of these parameters, the others usual; `said` is what the user knows them as.

    Raises
    ------
    InputError
        Naming the one that is unknown or not possible.
    """
    try:
        return ProcessParameters(**known)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        levers = ", ".join(ProcessParameters.model_fields)
        needed = f"{first['msg'].lower()}; levers are {levers}"
        raise InputError(f"{said} {name}={first['input']}", needed, "correct it") from None


def measure(labels: np.ndarray, pixel_size_nm: float) -> dict[str, float]:
    """What labels (rows, columns) with an interface show.

    Returns
    -------
    dict
        ``grain``: mean diameter of the electrolyte's grains, nm; ``porosity``: area fraction; ``layer``, ``coating``:
        area per length of interface, nm; ``open``: share of the interface that lies in a pore.
    """
    grains = np.asarray(label(labels == Phase.LLZO, connectivity=1))
    areas = np.bincount(grains.ravel())[1:]
    whole = areas[areas >= _SPECK]
    side = np.where(np.isin(labels, ELECTROLYTE), 1, np.where(np.isin(labels, (Phase.NMC, Phase.CONTACT)), 2, 0))
    rows, columns = np.asarray(distance_transform_edt(side == 0, return_distances=False, return_indices=True))
    grown = side[rows, columns]
    between = [
        (grown[1:] != grown[:-1], labels[1:], labels[:-1]),
        (grown[:, 1:] != grown[:, :-1], labels[:, 1:], labels[:, :-1]),
    ]
    faces = sum(int(edge.sum()) for edge, _, _ in between)
    in_pore = sum(int((edge & ((one == Phase.PORE) | (other == Phase.PORE))).sum()) for edge, one, other in between)
    length = faces * np.pi / 4  # of a line at any angle, from the faces of its staircase
    return {
        "grain": float(np.sqrt(4 * whole.mean() / np.pi)) * pixel_size_nm if len(whole) else 0.0,
        "porosity": float(np.mean(labels == Phase.PORE)),
        "layer": float(np.sum(labels == Phase.REACTION_LAYER)) / length * pixel_size_nm,
        "coating": float(np.sum(labels == Phase.COATING)) / length * pixel_size_nm,
        "open": in_pore / faces,
    }


def inferred(measured: Mapping[str, float], known: Mapping[str, float] | None = None) -> ProcessParameters:
    """The process whose microstructure is nearest to what was measured; the usual one where the image does not tell.

    Parameters
    ----------
    measured : of `measure`.
    known : parameters that are certain.
    """
    names = ProcessValues._fields
    low, high = (np.array([BOUNDS[name][end] for name in names]) for end in (0, 1))
    unit = np.clip(qmc.Sobol(len(names), rng=np.random.default_rng(0)).random(_TRIED), 0, 1)
    values = low + unit * (high - low)
    for name, value in (known or {}).items():
        values[:, names.index(name)] = value
    usual = np.array([getattr(ProcessParameters(), name) for name in names])
    found = traced_statistics(ProcessValues(*values.T), np)
    shown = {
        "grain": found["grain_size_nm"],
        "porosity": found["porosity"],
        "layer": found["layer_thickness_nm"] * found["layer_coverage"],
        "coating": found["coating_thickness_nm"] * found["coating_coverage"],
        "open": found["contact_loss"],
    }
    apart = _PULL * (((values - usual) / (high - low)) ** 2).sum(1)
    for name, floor in _FLOORS.items():
        apart += np.log((shown[name] + floor) / (measured[name] + floor)) ** 2
    best = values[int(np.argmin(apart))]
    return ProcessParameters(**dict(zip(names, best.tolist(), strict=True)))


def _corrections(
    measured: Mapping[str, float],
    phases: PhaseMap,
    system: MaterialSystem,
    process: ProcessParameters,
    config: ClosedLoopConfig,
) -> dict[str, float]:
    """Measured over simulated, quantity by quantity; pores scale with the grains they sit between."""
    statistics = microstructure_statistics(process, system)
    edge = min(config.field_px, max(64, min(phases.labels.shape)))
    found = []
    for view in range(_VIEWS):
        realise, grow = jax.random.split(jax.random.fold_in(jax.random.key(config.seed + 1), view))
        view_config = realize(generator(realise), statistics, (edge, edge), float(phases.pixel_size_nm))
        labels = simulate_microstructure(grow, view_config).labels
        if {int(Phase.LLZO), int(Phase.NMC)} <= set(np.unique(labels).tolist()):
            found.append(measure(labels, float(phases.pixel_size_nm)))
    factors = {}
    for name, floor in _FLOORS.items() if found else ():
        usual = float(np.mean([each[name] for each in found]))
        factor = float(np.clip((measured[name] + floor) / (usual + floor), 1 / _MOST, _MOST))
        factors |= dict.fromkeys(_OF[name], factor)
    return factors
