"""An image in some forty numbers that can be compared between images: structure, interface, current.

Where one happens to cut the picture (how much of it is electrolyte) is no property of a specimen and is left out;
lengths, ratios and conductivities that span decades are logarithms. What an image does not have (the size of its pores
where there are none) is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from ssbi_core.anomaly.places.current import crowding_map
from ssbi_core.graph.interface_graph import InterfaceGraph
from ssbi_core.graph.thickness import ThicknessProfile
from ssbi_core.materials import Phase
from ssbi_core.transport.solution import ConductionSolution

_LEAST_SHARE = 1e-4  # of the resistance; less is nothing
_SMALLEST = 12  # pixels of a body


def structure_descriptors(
    labels: np.ndarray, graph: InterfaceGraph, profiles: Mapping[Phase, ThicknessProfile]
) -> dict[str, float]:
    """Of grains, pores, layers and the interface of a 2D image."""
    nodes = graph.nodes.loc[graph.nodes["area_nm2"] >= _SMALLEST * graph.pixel_size_nm**2]
    return {
        **_grains(nodes.loc[nodes["phase"] == "llzo"]),
        **_pores(nodes.loc[nodes["phase"] == "pore"], labels, graph.pixel_size_nm),
        **_lines(labels, graph.pixel_size_nm),
        **_layers(profiles),
        **_interface(graph),
    }


def transport_descriptors(transport: ConductionSolution) -> dict[str, float]:
    """Of how the current finds its way: conductivity, shares of the resistance, gains, crowding."""
    sigma = transport.effective_conductivity.estimate
    shares = {f"share_{p}": math.log10(max(s, _LEAST_SHARE)) for p, s in transport.resistance_share.items()}
    gains = {f"gain_{p}": math.log1p(max(g, 0.0)) for p, g in transport.knockout_gain.items() if math.isfinite(g)}
    found = {"log_conductivity": math.log10(sigma) if sigma > 0 else math.nan, **shares, **gains}
    if transport.percolates:
        crowding = crowding_map(transport)
        found["crowding_999"] = float(np.log10(np.percentile(crowding, 99.9)))
        found["idle_share"] = float((crowding < 0.1).mean())
    pieces = () if transport.bottlenecks is None else transport.bottlenecks.segments
    if pieces:
        found["costliest_piece"] = math.log10(max(pieces[0].power_share, _LEAST_SHARE))
        found["crowding_pieces"] = math.log10(max(piece.crowding for piece in pieces[:20]) + 1e-3)
    return found


def _grains(grains: pd.DataFrame) -> dict[str, float]:
    if not len(grains):
        return {}
    size, area = np.log10(grains["equivalent_diameter_nm"].to_numpy(float)), grains["area_nm2"].to_numpy(float)
    return {
        "grain_size": float(np.average(size, weights=area)),
        "grain_size_median": float(np.median(size)),
        "grain_size_spread": float(size.std()),
        "grain_size_largest": float(size.max()),
        "grain_elongation": float(np.average(np.log10(grains["elongation"]), weights=area)),
        "grain_elongation_largest": float(np.log10(grains["elongation"].max())),
    }


def _pores(pores: pd.DataFrame, labels: np.ndarray, pixel_size_nm: float) -> dict[str, float]:
    field = labels.size * pixel_size_nm**2
    found = {
        "porosity": math.sqrt(float((labels == Phase.PORE).mean())),
        "pore_density": math.sqrt(len(pores) / field),
    }
    if len(pores):
        size = np.log10(pores["equivalent_diameter_nm"].to_numpy(float))
        found["pore_size"], found["pore_size_largest"] = float(size.mean()), float(size.max())
        found["pore_elongation_largest"] = float(np.log10(pores["elongation"].max()))
    if len(pores) > 2:
        places = pores[["centroid_row_nm", "centroid_column_nm"]].to_numpy(float)
        gaps = np.linalg.norm(places[:, None] - places[None], axis=2) + np.diag(np.full(len(places), np.inf))
        # Over the mean distance of points strewn at random at this density (Clark and Evans, Ecology 35, 445, 1954).
        found["pore_clustering"] = float(np.log(gaps.min(1).mean() / (0.5 * math.sqrt(field / len(places)))))
    return found


def _lines(labels: np.ndarray, pixel_size_nm: float) -> dict[str, float]:
    electrolyte = np.isin(labels, (Phase.LLZO, Phase.GRAIN_BOUNDARY, Phase.DISLOCATION))
    area = max(int(electrolyte.sum()), 1) * pixel_size_nm
    found = {}
    for phase in (Phase.GRAIN_BOUNDARY, Phase.DISLOCATION):
        found[f"{phase.key}_density"] = math.sqrt(float((labels == phase).sum()) / area)
    return found


def _layers(profiles: Mapping[Phase, ThicknessProfile]) -> dict[str, float]:
    found = {}
    for phase in (Phase.REACTION_LAYER, Phase.COATING):
        profile = profiles.get(phase)
        thickness = np.zeros(1) if profile is None else profile.thickness_nm
        found[f"{phase.key}_mean"] = math.log10(1 + float(thickness.mean()))
        found[f"{phase.key}_thick"] = math.log10(1 + float(np.percentile(thickness, 95)))
        found[f"{phase.key}_thin"] = math.log10(1 + float(np.percentile(thickness, 5)))
        found[f"{phase.key}_bare"] = 1.0 if profile is None else profile.uncovered_share
    return found


def _interface(graph: InterfaceGraph) -> dict[str, float]:
    """What the electrode touches, by share of the length of its border."""
    edges, phase = graph.edges.loc[graph.edges["touching"]], graph.nodes["phase"].to_numpy(str)
    first, second = phase[edges["sender"].to_numpy()], phase[edges["receiver"].to_numpy()]
    length = edges["contact_length_nm"].to_numpy(float)
    own = (first == "nmc") != (second == "nmc")
    other = np.where(first == "nmc", second, first)
    total = float(length[own & ~np.char.startswith(other, "terminal")].sum())
    if total <= 0:
        return {}
    return {f"electrode_on_{key}": float(length[own & (other == key)].sum() / total) for key in ("llzo", "pore")}
