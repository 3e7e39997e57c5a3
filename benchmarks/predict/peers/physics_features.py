"""A microstructure in some twenty numbers: amounts, bounds, and the textbook's estimate of an interface in series.

Nothing here sees where things lie, only how much of them there is, what touches what, and what it would conduct in the
simplest arrangements; what a materials scientist tabulates. Logarithms are natural.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from benchmarks.predict.peers.fine_links import INSULATOR, FineLinks, fine_links
from ssbi_core.materials import INTERFACES, Phase
from ssbi_core.predict import MaterialValues

_LAYERS = [Phase.REACTION_LAYER, Phase.COATING]
_LEAST_SHARE = 1e-3  # of an interface all covered; its logarithm must be a number


def global_features(labels: np.ndarray, axis: int, pixel_size_nm: float, material: MaterialValues) -> np.ndarray:
    """The numbers of one sample, (22,), in the order of `named_features`.

    Parameters
    ----------
    labels : (rows, columns) phase codes, none unlabelled.
    axis : of transport.
    pixel_size_nm : edge of a pixel.
    material : properties by phase code.
    """
    return np.array(list(named_features(labels, axis, pixel_size_nm, material).values()))


def named_features(labels: np.ndarray, axis: int, pixel_size_nm: float, material: MaterialValues) -> dict[str, float]:
    """The same by name; lengths in pixels unless the name says nm."""
    fine = fine_links(labels, axis, pixel_size_nm, material)
    conductivity = np.maximum(np.asarray(material.conductivity, float), INSULATOR)
    line = np.asarray(material.resistance, float) / (pixel_size_nm * 1e-7)
    return {
        **_material(conductivity, line),
        **_mixtures(fine, conductivity),
        **_lines(labels, conductivity, line),
        **_interface(fine.body, conductivity, line[Phase.CONTACT], pixel_size_nm),
    }


def _material(conductivity: np.ndarray, line: np.ndarray) -> dict[str, float]:
    """What stands for the temperature, each with an activation energy of its own."""
    return {
        "log_conductivity_llzo": np.log(conductivity[Phase.LLZO]),
        "log_conductivity_reaction_layer": np.log(conductivity[Phase.REACTION_LAYER]),
        "log_contact_length": np.log(line[Phase.CONTACT] * conductivity[Phase.LLZO]),
    }


def _mixtures(fine: FineLinks, conductivity: np.ndarray) -> dict[str, float]:
    """Amounts, and what they conduct in series, in parallel and at random."""
    amount = np.bincount(fine.body.ravel(), minlength=len(Phase)) / fine.body.size
    rows, columns = fine.body.shape
    return {
        "fraction_llzo": amount[Phase.LLZO],
        "fraction_reaction_layer": amount[Phase.REACTION_LAYER],
        "fraction_coating": amount[Phase.COATING],
        "fraction_pore": amount[Phase.PORE],
        "log_wiener_upper": np.log(amount @ conductivity),
        "log_wiener_lower": -np.log(amount @ (1 / conductivity)),
        "log_geometric_mean": amount @ np.log(conductivity),
        "log_bruggeman": _log_bruggeman(amount, conductivity),
        "log_rows_in_series": np.log(rows / columns) - np.log((1 / (1 / fine.along).sum(1)).sum()),
        "log_columns_in_parallel": np.log(rows / columns) + np.log((1 / fine.along.sum(0)).sum()),
    }


def _log_bruggeman(amount: np.ndarray, conductivity: np.ndarray) -> float:
    """Self-consistent effective medium of discs (Bruggeman, Ann. Phys. 416, 636, 1935)."""

    def imbalance(log_medium: float) -> float:
        medium = np.exp(log_medium)
        return float(amount @ ((conductivity - medium) / (conductivity + medium)))

    low, high = np.log(conductivity.min()) - 1, np.log(conductivity.max()) + 1
    return float(brentq(imbalance, low, high))  # type: ignore[arg-type]


def _lines(labels: np.ndarray, conductivity: np.ndarray, line: np.ndarray) -> dict[str, float]:
    """Length of each kind of line per area times its resistance, against the resistivity of LLZO."""
    drawn = np.bincount(labels.ravel(), minlength=len(Phase)) / labels.size
    against = drawn * line * conductivity[Phase.LLZO]
    return {f"log_{phase.key}_against_llzo": np.log1p(against[phase]) for phase in sorted(INTERFACES)}


def _interface(body: np.ndarray, conductivity: np.ndarray, contact: float, pixel_size_nm: float) -> dict[str, float]:
    """What lies on the electrode, and what it makes of the picture if all of it is one flat interface in series."""
    along, across = _beside_electrode(body), _beside_electrode(body.T)
    on_it = (along + across) / max((along + across).sum(), 1)
    covered, bare = on_it[_LAYERS].sum(), on_it[Phase.LLZO]
    layer = np.isin(body, _LAYERS)
    thickness = layer.sum() / max(along[_LAYERS].sum(), 1)
    mean_layer = conductivity[body[layer]].mean() if layer.any() else conductivity[Phase.LLZO]
    crossing = max(bare, _LEAST_SHARE) / contact + covered * mean_layer / max(thickness, 1)
    solids = sum((body == phase).mean(1).sum() / conductivity[phase] for phase in (Phase.LLZO, Phase.NMC))
    return {
        "coverage_by_layers": covered,
        "coverage_by_pores": on_it[Phase.PORE],
        "log_bare_share": np.log(max(bare, _LEAST_SHARE)),
        "log_layer_thickness_nm": np.log((thickness + 1) * pixel_size_nm),
        "log_roughness": np.log(((along + across).sum() + 1) / body.shape[1]),
        "log_interface_in_series": np.log(len(body) / (solids + 1 / crossing)),
    }


def _beside_electrode(body: np.ndarray) -> np.ndarray:
    """Pixel faces normal to the first axis between NMC and each other phase, by its code."""
    before, behind = body[:-1].ravel(), body[1:].ravel()
    one_is = (before == Phase.NMC) != (behind == Phase.NMC)
    other = np.where(before == Phase.NMC, behind, before)
    return np.bincount(other[one_is], minlength=len(Phase))
