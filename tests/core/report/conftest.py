"""A small Voronoi interface with a real conduction solve, so reports are tested on numbers that belong together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve
from scipy.spatial import cKDTree

from ssbi_core.graph import build_graph
from ssbi_core.io import Micrograph, PhaseMap
from ssbi_core.materials import INTERFACES, Phase, load_system
from ssbi_core.predict import ConductivityPosterior
from ssbi_core.predict.conformal import Conformal
from ssbi_core.report import ImageResult
from ssbi_core.transport import Bounded, ConductionSolution, temperature_sweep

PIXEL_NM = 4.0
TEMPERATURE = 298.15


def voronoi_labels(size: int, seed: int) -> np.ndarray:
    """LLZO grains above, NMC below, with boundaries, a broken reaction layer, contact and pores."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size]
    distances, cells = cKDTree(rng.uniform(0, size, (30, 2))).query(np.stack([y, x], axis=-1).reshape(-1, 2), k=2)
    gap = np.diff(distances, axis=1).reshape(size, size)
    depth = y - size * (0.55 + 0.05 * np.sin(2 * np.pi * x / size))
    labels = np.where(depth < 0, Phase.LLZO, Phase.NMC).astype(np.uint8)
    labels[(gap < 1.5) & (depth < 0)] = Phase.GRAIN_BOUNDARY
    layer = np.abs(depth) < 0.035 * size
    labels[layer & (x < 0.8 * size)] = Phase.REACTION_LAYER
    labels[(np.abs(depth) < 1.0) & ~(layer & (x < 0.8 * size))] = Phase.CONTACT
    noise = gaussian_filter(rng.standard_normal((size, size)), size / 40)
    labels[noise > np.quantile(noise, 0.97)] = Phase.PORE
    labels[2 : size // 8, size // 8] = Phase.DISLOCATION
    assert cells.shape[1] == 2
    return labels


def pixel_conductivity(labels: np.ndarray) -> np.ndarray:
    """S/cm of every pixel; line-like phases by their area-specific resistance over one pixel."""
    system, sigma = load_system(reaction_layer="Li2ZrO3"), np.zeros(9)
    for phase in list(Phase)[1:]:
        if phase in INTERFACES:
            sigma[phase] = PIXEL_NM * 1e-7 / system.resistance(phase, TEMPERATURE)
        else:
            sigma[phase] = system.conductivity(phase, TEMPERATURE)
    return np.maximum(sigma[labels], 1e-13)


def solve(labels: np.ndarray) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Finite volumes from the first to the last row: sigma_eff, potential, current density, dissipated power."""
    sigma = pixel_conductivity(labels)
    index = np.arange(labels.size).reshape(labels.shape)
    vertical = 2 / (1 / sigma[1:] + 1 / sigma[:-1])
    horizontal = 2 / (1 / sigma[:, 1:] + 1 / sigma[:, :-1])
    pairs = [(index[1:], index[:-1], vertical), (index[:, 1:], index[:, :-1], horizontal)]
    i = np.concatenate([a.ravel() for a, _, _ in pairs])
    j = np.concatenate([b.ravel() for _, b, _ in pairs])
    g = np.concatenate([c.ravel() for _, _, c in pairs])
    diagonal, source = np.zeros(labels.size), np.zeros(labels.size)
    np.add.at(diagonal, i, g)
    np.add.at(diagonal, j, g)
    diagonal[index[0]] += 2 * sigma[0]
    diagonal[index[-1]] += 2 * sigma[-1]
    source[index[0]] = 2 * sigma[0]
    every = np.arange(labels.size)
    rows, columns = np.r_[i, j, every], np.r_[j, i, every]
    matrix = coo_matrix((np.r_[-g, -g, diagonal], (rows, columns))).tocsc()
    potential = spsolve(matrix, source).reshape(labels.shape)
    flow, power = g * (potential.flat[i] - potential.flat[j]), np.zeros(labels.size)
    np.add.at(power, i, flow**2 / (2 * sigma.flat[i]))
    np.add.at(power, j, flow**2 / (2 * sigma.flat[j]))
    effective = float((2 * sigma[-1] * potential[-1]).sum())
    current = -sigma * np.stack(np.gradient(potential)) / (PIXEL_NM * 1e-7)
    return effective, potential, current, power.reshape(labels.shape)


def conduction(labels: np.ndarray) -> ConductionSolution:
    effective, potential, current, power = solve(labels)
    power = np.bincount(labels.ravel(), power.ravel(), minlength=9)[1:]
    length_cm = labels.shape[0] * PIXEL_NM * 1e-7
    return ConductionSolution(
        effective_conductivity=Bounded(effective, 0.97 * effective, 1.02 * effective),
        area_specific_resistance=length_cm / effective,
        potential=potential,
        current_density=np.hypot(*current),
        current_vectors=current.astype(np.float32),
        sensitivity=np.ones_like(potential),
        resistance_share={phase.key: float(power[phase - 1] / power.sum()) for phase in list(Phase)[1:]},
        knockout_gain={"reaction_layer": 1.43, "grain_boundary": 0.31, "pore": 0.04, "contact": -0.012},
        knockout_gain_with_contact={"reaction_layer": 1.43, "grain_boundary": 0.31, "pore": 0.04, "contact": -0.012},
        axis=0,
        temperature=TEMPERATURE,
        percolates=True,
        reason="",
        method="finite volumes",
        flux_imbalance=3.2e-12,
        settings={"temperature_K": np.float64(TEMPERATURE)},
    )


def make_result(size: int = 64, seed: int = 0, name: str = "scan_01") -> ImageResult:
    rng = np.random.default_rng(seed)
    labels = voronoi_labels(size, seed)
    grey = np.array([0, 1.0, 0.8, 0.64, 0.7, 1.2, 0.05, 0.9, 0.8])[labels]
    haadf = rng.poisson(60 * gaussian_filter(grey, 0.7)).astype(np.float32)
    edge = np.abs(gaussian_filter(grey, 1.0) - grey)
    uncertainty = np.clip(gaussian_filter(2 * edge, 1.0), 0, 1).astype(np.float32)
    phases = PhaseMap(labels, PIXEL_NM, uncertainty=uncertainty, name=name)
    return ImageResult(
        phases=phases,
        system=load_system(reaction_layer="Li2ZrO3"),
        micrograph=Micrograph(haadf, {}, PIXEL_NM, name=name, sha256="ab" * 32),
        graph=build_graph(phases, axis=0),
        transport=conduction(labels),
        provenance={
            "version": "0.1.0",
            "models": {"unet": "cd" * 32},
            "settings": {"segment": {"tile": 512}, "transport": {"axis": 0}},
        },
    )


def blocked(result: ImageResult) -> ImageResult:
    transport = replace(
        result.transport,
        effective_conductivity=Bounded(0.0, 0.0, 0.0),
        area_specific_resistance=float("inf"),
        resistance_share={},
        knockout_gain={},
        knockout_gain_with_contact={},
        percolates=False,
        reason="pores cut every path between the first and the last row",
        flux_imbalance=float("nan"),
    )
    return replace(result, transport=transport)


@pytest.fixture(scope="session")
def result() -> ImageResult:
    return make_result()


def make_prediction(mean: float, material: float = 0.7, **changes) -> ConductivityPosterior:
    """A posterior with a spread of the natural logarithm over materials beside a net that errs by 3 %."""
    rng = np.random.default_rng(0)
    draws = material * rng.standard_normal(64)
    draws -= draws.mean()
    variance = {"noise": 0.03**2, "weights": 0.01**2, "segmentation": 0.2 * draws.var(), "material": 0.8 * draws.var()}
    scores = np.sort(np.abs(rng.standard_t(4, 300)) / np.sqrt(2))
    made = ConductivityPosterior(mean, variance, Conformal(scores), (), TEMPERATURE, 0, "ef" * 32, draws)
    return replace(made, **changes)


@pytest.fixture(scope="session")
def prediction_of():
    """The function that makes posteriors."""
    return make_prediction


@pytest.fixture(scope="session")
def predicted_result(result: ImageResult) -> ImageResult:
    """With a prediction at 1.3 times what was solved."""
    return replace(result, prediction=make_prediction(1.3 * result.transport.effective_conductivity.estimate))


@pytest.fixture(scope="session")
def predicted_only(predicted_result: ImageResult) -> ImageResult:
    """Without a solve."""
    return replace(predicted_result, transport=None)


@pytest.fixture(scope="session")
def blocked_result(result: ImageResult) -> ImageResult:
    return blocked(result)


@pytest.fixture(scope="session")
def swept_result(result: ImageResult) -> ImageResult:
    """With a sweep over three temperatures, the hottest asked for first."""
    sweep = temperature_sweep(result.phases, [353.15, 253.15, 298.15], system=result.system, axis=0)
    return replace(result, temperature_sweep=sweep)


@pytest.fixture(scope="session")
def blocked_sweep(blocked_result: ImageResult) -> ImageResult:
    """A sweep over a structure with a row of pores across."""
    labels = blocked_result.phases.labels.copy()
    labels[labels.shape[0] // 2] = Phase.PORE
    sweep = temperature_sweep(PhaseMap(labels, PIXEL_NM), [300.0, 350.0, 400.0], axis=0)
    return replace(blocked_result, temperature_sweep=sweep)


@pytest.fixture(scope="session")
def volume_result(result: ImageResult) -> ImageResult:
    labels = np.repeat(result.phases.labels[None], 6, axis=0)
    labels[3] = Phase.NMC  # only the middle slice is NMC throughout
    phases = PhaseMap(labels, PIXEL_NM, name="volume")
    fields = {
        key: np.repeat(getattr(result.transport, key)[None], 6, axis=0) for key in ("potential", "current_density")
    }
    graph = build_graph(phases, axis=2)
    return replace(
        result, phases=phases, micrograph=None, graph=graph, transport=replace(result.transport, axis=2, **fields)
    )
