"""How near a network of cells comes to the solver, with nothing learned: `python -m benchmarks.predict_network`.

200 simulated interfaces of 512 x 512 pixels, each at a temperature and with a layer chemistry of its own; the network
sees the graph alone. This is what a trained net has to beat.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import jax
import numpy as np

from benchmarks.results_file import write_results
from ssbi_core.graph import build_graph, conduction_cells
from ssbi_core.io import PhaseMap
from ssbi_core.materials import load_system
from ssbi_core.predict import network_conductivity
from ssbi_core.simulate import microstructure_statistics, simulate_microstructure
from ssbi_core.simulate.scenes import generator
from ssbi_core.simulate.study import PIXEL_SIZE_NM, random_process, realize
from ssbi_core.transport import TransportConfig, solve_conduction

SEED, IMAGES, SHAPE = 505, 200, (512, 512)
TEMPERATURES = (298.15, 323.15, 348.15, 373.15)
CHEMISTRIES = ("La2Zr2O7", "Li2ZrO3", "Li6Zr2O7", "La(Ni,Co)O3", "Li2CO3")


def compare(index: int) -> dict[str, Any]:
    """Conductivity of one interface by the solver and by the network, S/cm."""
    keys = jax.random.split(jax.random.fold_in(jax.random.key(SEED), index))
    rng = generator(keys[0])
    temperature, chemistry = float(rng.choice(TEMPERATURES)), str(rng.choice(CHEMISTRIES))
    system = load_system("llzo_nmc", reaction_layer=chemistry)
    statistics = microstructure_statistics(random_process(rng, PIXEL_SIZE_NM), system)
    labels = simulate_microstructure(keys[1], realize(rng, statistics, SHAPE, PIXEL_SIZE_NM)).labels
    phases = PhaseMap(labels, PIXEL_SIZE_NM)
    graph = build_graph(phases, system=system, temperature=temperature)
    config = TransportConfig(temperature=temperature, axis=graph.axis, bounds=False, knockout=False, bottlenecks=False)  # type: ignore[arg-type]
    solved = solve_conduction(phases, system=system, config=config).effective_conductivity.estimate
    start = time.perf_counter()
    cells = conduction_cells(graph)
    network = network_conductivity(cells, system, temperature)
    seconds = time.perf_counter() - start
    return {
        "temperature_K": temperature,
        "chemistry": chemistry,
        "solver_S_per_cm": solved,
        "network_S_per_cm": network,
        "cells": len(cells),
        "seconds": seconds,
    }


def main() -> None:
    rows = []
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        for row in pool.map(compare, range(IMAGES), chunksize=5):
            rows.append(row)
            print(f"\r{len(rows)} of {IMAGES}", end="", file=sys.stderr)
    solver, network = (np.array([row[f"{name}_S_per_cm"] for row in rows]) for name in ("solver", "network"))
    conducts = solver > 0
    error = np.abs(network[conducts] / solver[conducts] - 1)
    rng = np.random.default_rng(0)
    means = [rng.choice(error, error.size).mean() for _ in range(2000)]
    log = np.log10(np.stack([solver[conducts], np.maximum(network[conducts], 1e-30)]))
    results = {
        "images": IMAGES,
        "without_a_path": int((~conducts).sum()),
        "without_a_path_in_the_network": int((network == 0).sum()),
        "mape": float(error.mean()),
        "mape_interval_95": np.quantile(means, [0.025, 0.975]).tolist(),
        "median_error": float(np.median(error)),
        "largest_error": float(error.max()),
        "r2_of_log10": float(1 - np.mean((log[0] - log[1]) ** 2) / np.var(log[0])),
        "rows": rows,
    }
    write_results("predict_network", results)
    print({key: value for key, value in results.items() if key != "rows"})


if __name__ == "__main__":
    main()
