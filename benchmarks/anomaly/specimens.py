"""Studies of one recipe each: specimens that scatter as a furnace does, imaged, and analysed on their true labels.

The segmenter is not the subject here, so the phases are the true ones and only their chemistry is measured; what a
measurement of the conductivity would give is the solved one with 2 % of error.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import jax
import numpy as np
from scipy import ndimage

from benchmarks.anomaly.planting import UNKNOWN, Planted, plant
from ssbi_core.anomaly import Portrait, portray
from ssbi_core.graph import build_graph
from ssbi_core.graph.interface_graph import InterfaceGraph
from ssbi_core.io import Micrograph, PhaseMap
from ssbi_core.materials import MaterialSystem, Phase, load_system
from ssbi_core.predict import ConductivityPosterior, predict
from ssbi_core.simulate import (
    ImagingConfig,
    Microstructure,
    ProcessParameters,
    microstructure_statistics,
    simulate_micrograph,
    simulate_microstructure,
)
from ssbi_core.simulate.scenes import random_imaging
from ssbi_core.simulate.study import STUDY_DIFFICULTY, realize
from ssbi_core.transport import ConductionSolution, TransportConfig, conduct, solve_conduction
from ssbi_core.transport.structure import Structure

PIXEL_NM = 0.5
RECIPES = (
    {"sintering_temperature_C": 600, "surface_treatment": 0.9, "initial_grain_size_nm": 14, "pressure_MPa": 130},
    {"sintering_temperature_C": 640, "surface_treatment": 0.7, "initial_grain_size_nm": 16, "pressure_MPa": 90},
    {"sintering_temperature_C": 660, "surface_treatment": 0.5, "initial_grain_size_nm": 13, "pressure_MPa": 70},
    {
        "sintering_temperature_C": 610,
        "surface_treatment": 0.95,
        "initial_grain_size_nm": 15,
        "pressure_MPa": 150,
        "coating_thickness_nm": 5,
    },
    {
        "sintering_temperature_C": 630,
        "surface_treatment": 0.8,
        "initial_grain_size_nm": 17,
        "pressure_MPa": 110,
        "sintering_time_h": 2,
    },
)
_MEASUREMENT = 0.02  # standard deviation of ln
_TRACE = 1e-6  # of an element: its line is simulated and nothing is seen of it
_SOLVER = TransportConfig.model_validate({"bounds": False, "knockout": False})


@dataclass(frozen=True, eq=False)
class Specimen:
    """An analysed specimen, and what was planted in it."""

    phases: PhaseMap
    system: MaterialSystem
    micrograph: Micrograph
    graph: InterfaceGraph
    transport: ConductionSolution
    prediction: ConductivityPosterior | None
    measured: float
    planted: Planted | None


def specimen(recipe: int, seed: int, index: int, size: int, family: str | None, *, net: bool = True) -> Specimen:
    """Specimen `index` of a study, with an anomaly of a family planted in it; without `net` it is not predicted."""
    system = load_system("llzo_nmc")
    keys = jax.random.split(jax.random.fold_in(jax.random.key(seed), index), 3)
    rng = np.random.default_rng([seed, index])
    process = _scattered(recipe, rng)
    config = realize(rng, microstructure_statistics(process, system), (size, size), PIXEL_NM)
    imaging = random_imaging(rng, config, system, STUDY_DIFFICULTY)
    # Every image of a study is mapped, all elements of it.
    mapped = {"elements": tuple(system.elements), "eds_counts": imaging.eds_counts or ImagingConfig().eds_counts}
    imaging = imaging.model_copy(update={**mapped, "saturation": 0.0, "inverted": False})
    structure = simulate_microstructure(keys[1], config)
    planted = None if family is None else plant(family, structure, rng)
    shown = structure if planted is None else planted.structure
    micrograph = _imaged(keys[2], shown, imaging, system, planted, rng)
    phases = PhaseMap(shown.labels, PIXEL_NM, name=f"{family or 'normal'}_{seed}_{index}")
    graph = build_graph(phases, micrograph, system=system)
    transport = solve_conduction(phases, system=system, axis=graph.axis, config=_SOLVER)
    sigma = _measured(phases, system, graph.axis, transport, planted)
    prediction = predict(graph, system=system) if net and transport.percolates else None
    noise = float(np.exp(_MEASUREMENT * rng.standard_normal()))
    return Specimen(phases, system, micrograph, graph, transport, prediction, sigma * noise, planted)


def portrait(found: Specimen) -> Portrait:
    """What is compared of a specimen."""
    return portray(found, found.measured if found.measured > 0 else None)


def _scattered(recipe: int, rng: np.random.Generator) -> ProcessParameters:
    """The recipe as a furnace, a press and a mill keep to it."""
    own = {"nmc_grain_size_nm": 60.0, "sintering_time_h": 1.0, **RECIPES[recipe]}
    scatter = rng.standard_normal(6)
    own["sintering_temperature_C"] += 6 * scatter[0]
    own["sintering_time_h"] *= np.exp(0.05 * scatter[1])
    own["initial_grain_size_nm"] *= np.exp(0.05 * scatter[2])
    own["pressure_MPa"] *= np.exp(0.05 * scatter[3])
    own["surface_treatment"] = float(np.clip(own["surface_treatment"] + 0.02 * scatter[4], 0, 1))
    if own.get("coating_thickness_nm"):
        own["coating_thickness_nm"] *= np.exp(0.05 * scatter[5])
    return ProcessParameters.model_validate(own)


def _imaged(
    key: jax.Array,
    structure: Microstructure,
    imaging: ImagingConfig,
    system: MaterialSystem,
    planted: Planted | None,
    rng: np.random.Generator,
) -> Micrograph:
    if planted is None or (planted.unknown is None and not planted.carbon and not planted.seam):
        return simulate_micrograph(key, structure, imaging, system)
    if planted.unknown is not None:
        return _with_unknown(key, structure, imaging, system, planted, rng)
    micrograph = simulate_micrograph(key, structure, imaging, system)
    element, width, strength = ("C", 3.0, 0.5) if planted.carbon else ("Al", 3.0, 0.6)
    soft = ndimage.gaussian_filter(planted.where.astype(float), width)
    bright = float(np.mean(micrograph.elements["La"][structure.labels == Phase.LLZO]))
    maps = dict(micrograph.elements)
    maps[element] = maps[element] + rng.poisson(strength * bright * soft).astype(np.float32)
    haadf = micrograph.haadf
    if planted.carbon:
        low, high = np.percentile(haadf, [1, 99])
        haadf = (haadf + 0.12 * (high - low) * soft).astype(np.float32)
    return replace(micrograph, elements=maps, haadf=haadf)


def _with_unknown(
    key: jax.Array,
    structure: Microstructure,
    imaging: ImagingConfig,
    system: MaterialSystem,
    planted: Planted,
    rng: np.random.Generator,
) -> Micrograph:
    """The same random numbers twice, with the host and with the unknown in its place, mixed over the beam's width."""
    assert planted.unknown is not None
    name, host = planted.unknown
    composition, density = UNKNOWN[name]
    traces = dict.fromkeys(system.elements, _TRACE)
    own = system.phase(host)
    assert own.density is not None
    usual = own.model_copy(update={"composition": traces | own.composition})
    other = own.model_copy(
        update={
            "composition": traces | composition,
            "density": own.density.model_copy(update={"value": density}),
        }
    )
    images = [
        simulate_micrograph(
            key, structure, imaging, system.model_copy(update={"phases": {**system.phases, host.key: body}})
        )
        for body in (usual, other)
    ]
    chance = ndimage.gaussian_filter(planted.where.astype(np.float32), 3.0)
    inside = rng.random(chance.shape) < chance
    maps = {e: np.where(inside, images[1].elements[e], counts) for e, counts in images[0].elements.items()}
    sharp = ndimage.gaussian_filter(planted.where.astype(np.float32), 1.0)
    haadf = (images[0].haadf + sharp * (images[1].haadf - images[0].haadf)).astype(np.float32)
    return replace(images[0], elements=maps, haadf=haadf)


def _measured(
    phases: PhaseMap, system: MaterialSystem, axis: int, transport: ConductionSolution, planted: Planted | None
) -> float:
    """Conductivity that a measurement would give: what is solved, with the hidden boundary where there is one."""
    sigma = transport.effective_conductivity.estimate
    if planted is None or not planted.seam or sigma <= 0:
        return sigma
    structure = Structure.of(phases, system, axis, None, None)
    field = structure.field(298.15)
    seam = np.flatnonzero(planted.where)
    faces = field.surfaces
    own = (faces.phase == Phase.GRAIN_BOUNDARY) & (np.isin(faces.first, seam) | np.isin(faces.second, seam))
    extra = planted.seam * transport.area_specific_resistance / system.resistance(Phase.GRAIN_BOUNDARY, 298.15)
    resistive = replace(faces, resistance=np.where(own, (1 + extra) * faces.resistance, faces.resistance))
    return conduct(
        field.conductivity, field.voxel_size, structure.array_axis, surfaces=resistive, bounds=False
    ).effective_conductivity.estimate
