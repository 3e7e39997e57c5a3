"""From the phases of an image to the posterior of its conductivity, with all that is unsure on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.graph import build_graph
from ssbi_core.graph.interface_graph import InterfaceGraph
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import MaterialSystem, load_system
from ssbi_core.predict.measured import MaterialPosterior
from ssbi_core.predict.posterior import ConductivityPosterior
from ssbi_core.predict.prediction import predict, refuse_other_system
from ssbi_core.predict.prediction_config import PredictionConfig
from ssbi_core.predict.predictor import Predictor, load_predictor
from ssbi_core.predict.prior import MaterialPrior, material_prior
from ssbi_core.segment import sample_labels
from ssbi_core.types import silent

Progress = Callable[[str, float], None]


def predict_phases(
    phases: PhaseMap,
    *,
    system: str | Path | MaterialSystem = "llzo_nmc",
    temperature: float = 298.15,
    axis: int | None = None,
    graph: InterfaceGraph | None = None,
    config: PredictionConfig | None = None,
    model: Predictor | None = None,
    knowledge: MaterialPosterior | None = None,
    progress: Progress | None = None,
) -> ConductivityPosterior:
    """Posterior of the effective conductivity of an image.

    Parameters
    ----------
    phases : 2D; with probabilities, as `segment` returns them, what the segmentation was unsure of counts.
    system : material system, name or loaded with its reaction layer.
    temperature : K.
    axis : transport axis; by default the one across the interface. That of `graph` where one is given.
    graph : of these phases, built here by default.
    config : how many segmentations and materials are drawn.
    model : trained net, the shipped one by default.
    knowledge : of the material, from `learn_material`; its samples take the place of those of the material file.
    progress : called with what is done and the share done.

    Raises
    ------
    InputError
        If the phases are 3D, hold no interface (without `axis`), nothing conducts from face to face, or net or
        knowledge are of another material.
    """
    config, report = config or PredictionConfig.model_validate({}), progress or silent
    model, system = model or load_predictor(), load_system(system)
    refuse_other_system(model, system)
    if graph is None:
        graph = build_graph(phases, axis=axis, system=system, temperature=temperature)
    draw_key, material_key = jax.random.split(jax.random.key(config.seed))
    prior, materials = _materials(system, temperature, knowledge, config.materials, material_key)
    found = predict(
        graph,
        system=system,
        temperature=temperature,
        model=model,
        segmentations=_segmentations(phases, graph, system, temperature, config.segmentations, draw_key, report),
        materials=materials,
        prior=prior,
        seed=config.seed,
    )
    report("done", 1.0)
    return found if knowledge is None else _given(found.stretched(model.learned_stretch), knowledge)


def _segmentations(
    phases: PhaseMap,
    graph: InterfaceGraph,
    system: MaterialSystem,
    temperature: float,
    number: int,
    key: jax.Array,
    report: Progress,
) -> Iterator[InterfaceGraph]:
    """Graphs of sampled labels, one after the other: an image may be large."""
    for index in range(number if phases.probabilities is not None else 0):
        report(f"segmentation {index + 1} of {number}", index / number)
        (labels,) = sample_labels(phases, jax.random.fold_in(key, index), 1)
        sampled = replace(phases, labels=labels, probabilities=None, uncertainty=None)
        yield build_graph(sampled, axis=graph.axis, system=system, temperature=temperature)


def _materials(
    system: MaterialSystem, temperature: float, knowledge: MaterialPosterior | None, number: int, key: jax.Array
) -> tuple[MaterialPrior | None, np.ndarray | None]:
    """Deviations of equally likely materials, and what turns them into properties."""
    if knowledge is not None:
        _refuse_other_material(knowledge.prior.system, system)
        chosen = np.linspace(0, len(knowledge.z) - 1, min(number, len(knowledge.z))).round().astype(int)
        return knowledge.prior.at(temperature), knowledge.z[chosen] if number else knowledge.z.mean(0, keepdims=True)
    prior = material_prior(system, temperature)
    if not number or not len(prior):
        return None, None
    return prior, np.asarray(prior.sample(key, number))


def _given(found: ConductivityPosterior, knowledge: MaterialPosterior) -> ConductivityPosterior:
    doubt = () if knowledge.converged else (_doubt(knowledge),)
    return replace(found, measurements=len(knowledge.misfit), notes=(*found.notes, *doubt))


def _doubt(knowledge: MaterialPosterior) -> str:
    how = f"R-hat {knowledge.r_hat.max():.3f}, {knowledge.effective_samples.min():.0f} effective samples"
    return f"learning the material from measured conductivities did not converge ({how}): do not trust the prediction"


def _refuse_other_material(learned: MaterialSystem, system: MaterialSystem) -> None:
    if learned != system:
        came_in = f"knowledge of {learned.name} with {learned.reaction_layer}"
        wanted = f"of {system.name} with {system.reaction_layer}, as in its file"
        raise InputError(came_in, wanted, "learn the material from samples of the one that is predicted")
