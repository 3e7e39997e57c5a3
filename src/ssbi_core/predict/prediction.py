"""From a microstructure graph to the posterior of its conductivity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ssbi_core.compilation import keep_compiled_programs
from ssbi_core.errors import InputError
from ssbi_core.graph.cells import ConductionCells, conduction_cells
from ssbi_core.graph.interface_graph import InterfaceGraph
from ssbi_core.materials import MaterialSystem, load_system
from ssbi_core.predict.averaging import Draws
from ssbi_core.predict.conductance import MaterialValues, material_values
from ssbi_core.predict.data import GraphData
from ssbi_core.predict.fit import predict_rows
from ssbi_core.predict.image_errors import ImageErrors
from ssbi_core.predict.padded import pad_cells
from ssbi_core.predict.posterior import ConductivityPosterior
from ssbi_core.predict.predictor import Predictor, load_predictor
from ssbi_core.predict.prior import MaterialPrior
from ssbi_core.predict.scope import describe
from ssbi_core.predict.shapes import coarse_sizes
from ssbi_core.predict.spread import Spread, Variations

_AT_ONCE = 16


def predict(
    graph: InterfaceGraph,
    *,
    system: str | Path | MaterialSystem = "llzo_nmc",
    temperature: float = 298.15,
    model: Predictor | None = None,
    segmentations: Iterable[InterfaceGraph] = (),
    materials: jax.Array | np.ndarray | None = None,
    prior: MaterialPrior | None = None,
    seed: int = 0,
) -> ConductivityPosterior:
    """Posterior of a graph's effective conductivity.

    Parameters
    ----------
    graph : with its image of regions, 2D.
    system : material system, name or loaded with its reaction layer.
    temperature : K.
    model : trained net, the shipped one by default.
    segmentations : graphs of the same image segmented otherwise, equally likely; their spread is a source of variance.
        One after the other; those that do not conduct are left out, and the posterior's notes say so.
    materials : (s, k) standardised deviations of equally likely materials, such as `MaterialPrior.sample` gives or a
        `MaterialPosterior` holds; their spread is a source of variance. By default the material is that of the file.
    prior : that turns `materials` into properties.
    seed : of which material meets which segmentation.

    Raises
    ------
    InputError
        If the graph is empty or 3D, nothing conducts from one terminal to the other, the net was trained for another
        material system, or materials come without their prior.
    """
    keep_compiled_programs()
    model, system = model or load_predictor(), load_system(system)
    refuse_other_system(model, system)
    if materials is not None and prior is None:
        raise InputError("materials without a prior", "both", "pass the MaterialPrior they are deviations of")
    own = conductive_cells(graph, model, system, temperature)
    tried = [_cells_or_none(each, model, system, temperature) for each in segmentations]
    others = [cells for cells in tried if cells is not None]
    states = _states(material_values(system, temperature), materials, prior)
    variations = Variations.of(len(others), len(states.resistance) - 1, seed)
    data = _rows([own, *others], states, variations)
    draws = model.draw(data, np.arange(1))
    log_sigma, _ = predict_rows(data, np.arange(len(data)), model.network, model.weights, min(_AT_ONCE, len(data)))
    spread = Spread.of(log_sigma, variations)
    variance = {"noise": float(draws.noise_variance[0]), "weights": float(draws.weights_variance[0])}
    if tried:
        variance["segmentation"] = spread.segmentation
    if materials is not None:
        variance["material"] = spread.material
    (batch,) = data.batches(np.arange(1), 1)
    found = ConductivityPosterior(
        float(np.exp(draws.mean[0] + spread.shift)),
        variance,
        model.conformal.of_kind(system.reaction_layer),
        model.scope.outside(np.asarray(describe(batch.cells, batch.material, batch.sizes))[0]),
        float(temperature),
        graph.axis,
        model.sha256,
        spread.draws,
        notes=_left_out(len(tried) - len(others), len(tried)),
    )
    return _of_image(found, model.images, spread) if tried and model.images else found


def predict_graphs(
    graphs: Sequence[InterfaceGraph],
    *,
    system: str | Path | MaterialSystem = "llzo_nmc",
    temperature: float = 298.15,
    model: Predictor | None = None,
) -> Draws:
    """Predict many graphs at once, as every sample of the weights does; raises as `predict`."""
    keep_compiled_programs()
    model, system = model or load_predictor(), load_system(system)
    refuse_other_system(model, system)
    cells = [conductive_cells(graph, model, system, temperature) for graph in graphs]
    data = GraphData.of_cells(cells, [material_values(system, temperature)] * len(cells))
    return model.draw(data, np.arange(len(cells)))


def conductive_cells(
    graph: InterfaceGraph, model: Predictor, system: MaterialSystem, temperature: float
) -> ConductionCells:
    """Cut a graph as the net is used to, and refuse it where nothing conducts from one terminal to the other."""
    if graph.regions.ndim != 2:
        raise InputError(f"{graph.name}: a 3D graph", "a graph of a picture", "solve a volume by finite elements")
    wanted = "a graph with a conducting path between the two faces of the transport axis"
    to_do = "check the labels and the transport axis"
    if not (graph.regions >= 0).any():
        raise InputError(f"{graph.name}: an empty graph", wanted, to_do)
    cells = conduction_cells(graph, model.network.across, model.network.layer_across)
    if not len(cells) or not _conducts(cells, material_values(system, temperature)):
        raise InputError(f"{graph.name}: a graph without a path between its terminals", wanted, to_do)
    return cells


def refuse_other_system(model: Predictor, system: MaterialSystem) -> None:
    """Refuse a material system that a net was not trained on."""
    if model.system != system.name:
        raise InputError(
            f"material system {system.name} for a net trained on {model.system}",
            f"a net trained on {system.name}",
            "train one with `ssbi train predictor`, or solve by finite elements",
        )


def _conducts(cells: ConductionCells, material: MaterialValues) -> bool:
    number = len(cells)
    body = np.append(np.asarray(material.conductivity)[cells.phase] > 0, [True, True])  # terminals too
    joined = body[cells.first] & body[cells.second] & (cells.contact > 0)
    ends = cells.first[joined], cells.second[joined]
    part = connected_components(coo_array((np.ones(len(ends[0])), ends), (number + 2, number + 2)), directed=False)[1]
    return bool(part[number] == part[number + 1])


def _cells_or_none(
    graph: InterfaceGraph, model: Predictor, system: MaterialSystem, temperature: float
) -> ConductionCells | None:
    try:
        return conductive_cells(graph, model, system, temperature)
    except InputError:
        return None


def _of_image(found: ConductivityPosterior, errors: ImageErrors, spread: Spread) -> ConductivityPosterior:
    """The same with what the segmentation gets wrong known by errors on images, not by the draws alone."""
    return replace(
        found,
        variance=found.variance | {"segmentation": spread.segmentation + errors.floor**2},
        conformal=errors.conformal,
        draws=spread.material_draws,
        errors_of=("noise", "weights", "segmentation"),
    )


def _left_out(number: int, of: int) -> tuple[str, ...]:
    if not number:
        return ()
    return (f"{number} of {of} sampled segmentations do not conduct and are left out of the prediction's spread",)


def _states(
    file: MaterialValues, materials: jax.Array | np.ndarray | None, prior: MaterialPrior | None
) -> MaterialValues:
    """The material in the middle of all, and each of them, stacked."""
    if materials is None or prior is None or not len(materials):
        return jax.tree.map(lambda column: column[None], file)
    z = jnp.asarray(materials)
    return jax.vmap(prior.values)(jnp.concatenate([z.mean(0, keepdims=True), z]))


def _rows(cells: list[ConductionCells], states: MaterialValues, variations: Variations) -> GraphData:
    """All variations of one picture in one shape."""
    sizes, number = coarse_sizes(cells), len(variations.graph)
    material = jax.tree.map(lambda column: np.asarray(column)[variations.material], states)
    padded = [pad_cells(each, sizes) for each in cells]
    return GraphData(padded, variations.graph, np.zeros(number, int), [sizes], material, np.zeros(number, np.float32))
