"""How long the graph of a large label image takes: Voronoi grains with boundaries, thousands of nodes.

Run with `python -m benchmarks.graph_speed`. The bar is 5 s for 2048 x 2048.
"""

from __future__ import annotations

import argparse
import os
import time

import numpy as np
from scipy.spatial import KDTree

from benchmarks.results_file import write_results
from ssbi_core.graph import build_graph
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import Phase


def voronoi_interface(size: int, grains: int, seed: int = 0) -> np.ndarray:
    """LLZO grains above NMC particles with boundaries, contacts, pores and dislocations, as phase codes."""
    rng = np.random.default_rng(seed)
    seeds = rng.uniform(0, size, (grains, 2))
    pixels = np.indices((size, size)).reshape(2, -1).T
    distance, grain = (x.reshape(size, size, 2) for x in KDTree(seeds).query(pixels, k=2))
    nmc = seeds[grain, 0] > 0.6 * size
    labels = np.where(nmc[..., 0], Phase.NMC, Phase.LLZO).astype(np.uint8)
    line = distance[..., 1] - distance[..., 0] < 2.5
    labels[line] = Phase.GRAIN_BOUNDARY
    labels[line & (nmc[..., 0] != nmc[..., 1])] = Phase.CONTACT
    _draw_dislocations(labels, rng, grains // 20)
    labels[rng.uniform(size=labels.shape) < 1e-4] = Phase.PORE
    return labels


def _draw_dislocations(labels: np.ndarray, rng: np.random.Generator, number: int) -> None:
    start, angle = rng.uniform(40, np.array(labels.shape) - 40, (number, 1, 2)), rng.uniform(0, np.pi, (number, 1))
    along = np.stack([np.sin(angle), np.cos(angle)], axis=-1) * np.arange(30)[None, :, None]
    rows, columns = np.rint(start + along).astype(int).reshape(-1, 2).T
    inside = labels[rows, columns] == Phase.LLZO
    labels[rows[inside], columns[inside]] = Phase.DISLOCATION


def measure(labels: np.ndarray, repeats: int) -> dict:
    """Build the graph several times; wall and processor seconds of each run."""
    wall, processor = [], []
    for _ in range(repeats):
        start = time.perf_counter(), time.process_time()
        graph = build_graph(PhaseMap(labels, 0.5))
        wall.append(time.perf_counter() - start[0])
        processor.append(time.process_time() - start[1])
    size = {"shape": list(labels.shape), "nodes": len(graph.nodes), "edges": len(graph.edges)}
    return {**size, "wall_s": sorted(wall), "processor_s": sorted(processor)}


def main() -> None:
    """Time the label image as it is, and with one pixel in a hundred turned into a speck."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=2048)
    parser.add_argument("--grains", type=int, default=4000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    labels = voronoi_interface(options.size, options.grains)
    noisy = np.where(np.random.default_rng(1).uniform(size=labels.shape) < 0.01, Phase.PORE, labels).astype(np.uint8)
    results = {
        "bar_s": 5.0,
        "load_average": os.getloadavg()[0],
        "clean": measure(labels, options.repeats),
        "one_percent_specks": measure(noisy, 1),
    }
    print(results)
    write_results("graph_speed", results)


if __name__ == "__main__":
    main()
