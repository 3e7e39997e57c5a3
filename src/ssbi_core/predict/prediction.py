"""From a microstructure graph to the posterior of its conductivity."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.compilation import keep_compiled_programs
from ssbi_core.errors import InputError
from ssbi_core.graph.cells import ConductionCells, conduction_cells
from ssbi_core.graph.interface_graph import InterfaceGraph
from ssbi_core.materials import MaterialSystem, load_system
from ssbi_core.predict.averaging import Draws
from ssbi_core.predict.conductance import MaterialValues, material_values, network_conductivity
from ssbi_core.predict.data import GraphData
from ssbi_core.predict.fit import predict_rows
from ssbi_core.predict.posterior import ConductivityPosterior
from ssbi_core.predict.predictor import Predictor, load_predictor
from ssbi_core.predict.prior import MaterialPrior
from ssbi_core.predict.scope import describe


def predict(
    graph: InterfaceGraph,
    *,
    system: str | MaterialSystem = "llzo_nmc",
    temperature: float = 298.15,
    model: Predictor | None = None,
    segmentations: Sequence[InterfaceGraph] = (),
    materials: jax.Array | None = None,
    prior: MaterialPrior | None = None,
) -> ConductivityPosterior:
    """Posterior of a graph's effective conductivity.

    Parameters
    ----------
    graph : with its image of regions, 2D.
    system : material system, name or loaded with its reaction layer.
    temperature : K.
    model : trained net, the shipped one by default.
    segmentations : graphs of the same image segmented otherwise, equally likely; their spread is a source of variance.
    materials : (s, k) standardised deviations of equally likely materials, such as `MaterialPrior.sample` gives or a
        `MaterialPosterior` holds; their spread is a source of variance. By default the material is that of the file.
    prior : that turns `materials` into properties.

    Raises
    ------
    InputError
        If the graph is empty, nothing conducts from one terminal to the other, the net was trained for another material
        system, or materials come without their prior.
    """
    keep_compiled_programs()
    model = model or load_predictor()
    system = load_system(system) if isinstance(system, str) else system
    _refuse_other_system(model, system)
    if materials is not None and prior is None:
        raise InputError("materials without a prior", "both", "pass the MaterialPrior they are deviations of")
    cells = [conductive_cells(each, model, system, temperature) for each in (graph, *segmentations)]
    values = material_values(system, temperature)
    data = GraphData.of_cells(cells, [values] * len(cells))
    draws = model.draw(data, np.arange(1))
    variance = {"noise": float(draws.noise_variance[0]), "weights": float(draws.weights_variance[0])}
    log_mean = float(draws.mean[0])
    if segmentations:
        log_sigma, _ = predict_rows(data, np.arange(len(cells)), model.network, model.weights, min(len(cells), 8))
        variance["segmentation"] = float(log_sigma[1:].var(ddof=1)) if len(segmentations) > 1 else 0.0
        log_mean += float(log_sigma[1:].mean() - log_sigma[0])
    if materials is not None and prior is not None:
        log_sigma = _of_materials(cells[0], model, values, prior, np.asarray(materials))
        variance["material"] = float(log_sigma[1:].var(ddof=1)) if len(log_sigma) > 2 else 0.0
        log_mean += float(log_sigma[1:].mean() - log_sigma[0])
    (batch,) = data.batches(np.arange(1), 1)
    outside = model.scope.outside(np.asarray(describe(batch.cells, batch.material, batch.sizes))[0])
    return ConductivityPosterior(
        float(np.exp(log_mean)), variance, model.conformal, outside, temperature, graph.axis, model.sha256
    )


def predict_graphs(
    graphs: Sequence[InterfaceGraph],
    *,
    system: str | MaterialSystem = "llzo_nmc",
    temperature: float = 298.15,
    model: Predictor | None = None,
) -> Draws:
    """Predict many graphs at once, as every sample of the weights does; raises as `predict`."""
    keep_compiled_programs()
    model = model or load_predictor()
    system = load_system(system) if isinstance(system, str) else system
    _refuse_other_system(model, system)
    cells = [conductive_cells(graph, model, system, temperature) for graph in graphs]
    data = GraphData.of_cells(cells, [material_values(system, temperature)] * len(cells))
    return model.draw(data, np.arange(len(cells)))


def conductive_cells(
    graph: InterfaceGraph, model: Predictor, system: MaterialSystem, temperature: float
) -> ConductionCells:
    """Cut a graph as the net is used to, and refuse it where nothing conducts from one terminal to the other."""
    wanted = "a graph with a conducting path between the two faces of the transport axis"
    to_do = "check the labels and the transport axis"
    cells = conduction_cells(graph, model.network.across, model.network.layer_across)
    if not len(cells):
        raise InputError(f"{graph.name}: an empty graph", wanted, to_do)
    if not network_conductivity(cells, system, temperature) > 0:
        raise InputError(f"{graph.name}: a graph without a path between its terminals", wanted, to_do)
    return cells


def _of_materials(
    cells: ConductionCells, model: Predictor, values: MaterialValues, prior: MaterialPrior, z: np.ndarray
) -> np.ndarray:
    """Logarithm of the conductivity (1 + s,) at the file's material, then at each of the others."""
    others = jax.vmap(prior.values)(jnp.asarray(z))
    each = [jax.tree.map(lambda leaf: np.asarray(leaf[at]), others) for at in range(len(z))]  # noqa: B023
    data = GraphData.of_cells([cells], [values, *each], of=np.zeros(1 + len(z), int))
    return predict_rows(data, np.arange(len(data)), model.network, model.weights, 16)[0]


def _refuse_other_system(model: Predictor, system: MaterialSystem) -> None:
    if model.system != system.name:
        raise InputError(
            f"material system {system.name} for a net trained on {model.system}",
            f"a net trained on {system.name}",
            "train one with `ssbi train predictor`, or solve by finite elements",
        )
