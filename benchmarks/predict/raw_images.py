"""Error from raw micrographs to the conductivity: `python -m benchmarks.predict.raw_images [IMAGES]`.

150 micrographs, or the first of these, of a seed nobody learned from, with noise and artefacts: shipped segmenter,
graph, shipped predictor, as `ssbi predict --materials 0`, which averages over segmentations. The reference is the
finite elements' value of the true labels. What segmentation alone makes (finite elements on its labels) and what the
net alone makes (on true labels) tell whose error it is.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.predict.hidden_cases import IMAGES, SEED, true_phases
from benchmarks.predict.posterior_scores import COVERED, WIDTHS, averaged, by_class, scores
from benchmarks.predict.segmented import drawn, segmented, segmented_folder
from benchmarks.predict.solves import solved
from benchmarks.predict.studies import benchmark_folder, study
from benchmarks.results_file import write_results
from ssbi_core.errors import SsbiError
from ssbi_core.graph import build_graph
from ssbi_core.io import PhaseMap
from ssbi_core.materials import PHASES, MaterialSystem, load_system
from ssbi_core.predict import ConductivityPosterior, Predictor, load_predictor, material_values, predict
from ssbi_core.predict.data import GraphData
from ssbi_core.predict.metrics import absolute_percentage_error
from ssbi_core.predict.prediction import conductive_cells
from ssbi_core.predict.records import StudyRecords, load_records
from ssbi_core.predict.train_study import study_data
from ssbi_core.segment import segmenter_digest

ERRORS = ["ape", "ape_of_median", "ape_of_likeliest_labels", "ape_net_on_true_labels", "ape_solved_on_segmentation"]


def main(images: int = IMAGES) -> None:
    """Simulate, segment and solve what is not there yet, predict, write."""
    records, rows = first_records(images), []
    on_true, on_likeliest = errors_on_true_labels(records), errors_on_likeliest_labels(records)
    for at, state in enumerate(records.table.to_dict("records")):
        errors = {"ape_net_on_true_labels": float(on_true[at]), "ape_of_likeliest_labels": float(on_likeliest[at])}
        rows.append({**compared(state), **errors})
        print(f"\r{len(rows)} of {len(records.table)} images ", end="", file=sys.stderr, flush=True)
    digests = {"segmenter": segmenter_digest(), "predictor": load_predictor().sha256}
    results = {**summary(rows), "sha256": digests, "rows": rows}
    write_results("predict.raw_images", results)
    print({key: value for key, value in results.items() if key != "rows"})


def first_records(images: int) -> StudyRecords:
    """States and conductivities of the first pictures of the study; all of it is solved only where these are not."""
    try:
        records = load_records(benchmark_folder() / f"study_{SEED}").trustworthy()
    except SsbiError:
        records = None
    if records is None or len(records.table) < images:
        records = study(SEED, IMAGES, workers=1)
    return StudyRecords(records.folder, records.table.iloc[:images].reset_index(drop=True))


def errors_on_true_labels(records: StudyRecords) -> np.ndarray:
    """Absolute percentage error (n,) of the net where segmentation makes none."""
    model = load_predictor()
    lattice = (model.network.across, model.network.layer_across)
    data, (rows,) = study_data(records, [(np.arange(len(records.table)), [lattice])])
    found = np.exp(model.draw(data, rows).mean)
    return absolute_percentage_error(found, records.table["conductivity_S_per_cm"].to_numpy())


def errors_on_likeliest_labels(records: StudyRecords) -> np.ndarray:
    """Absolute percentage error (n,) of the net where likeliest labels are taken as exact; 1 without a path."""
    model, found = load_predictor(), np.zeros(len(records.table))
    conducting, cells, materials = [], [], []
    for at, state in enumerate(records.table.to_dict("records")):
        system = load_system(state["material_system"], reaction_layer=state["reaction_layer"])
        try:
            graph = build_graph(segmented(SEED, int(state["image"][-5:])), system=system)
            cells.append(conductive_cells(graph, model, system, state["temperature_K"]))
        except SsbiError:
            continue
        conducting.append(at)
        materials.append(material_values(system, state["temperature_K"]))
    data = GraphData.of_cells(cells, materials)
    found[conducting] = np.exp(model.draw(data, np.arange(len(cells))).mean)
    return absolute_percentage_error(found, records.table["conductivity_S_per_cm"].to_numpy())


def compared(state: dict[str, Any]) -> dict[str, Any]:
    """One micrograph, at the temperature and with the chemistry of the layer that its labels were solved at.

    Where nothing conducts once it is segmented there is no prediction; that counts as an error of 100 % and a miss.
    """
    image, truth = str(state["image"]), float(state["conductivity_S_per_cm"])
    system = load_system(state["material_system"], reaction_layer=state["reaction_layer"])
    kelvin, index = float(state["temperature_K"]), int(image[-5:])
    phases = segmented(SEED, index)
    on_segmentation = solved(segmented_folder(SEED) / "solved" / f"{image}.json", phases, system, kelvin).estimate
    row = {
        "image": image,
        **{name: state[name] for name in ("temperature_K", "reaction_layer", "conductivity_S_per_cm")},
        "solved_on_segmentation_S_per_cm": on_segmentation,
        "ape_solved_on_segmentation": abs(on_segmentation / truth - 1),
        "iou": agreement(true_phases(benchmark_folder() / f"study_{SEED}", image).labels, phases.labels),
    }
    try:
        found = prediction(phases, drawn(SEED, index), system, kelvin)
    except SsbiError as error:
        return row | {"failed": error.came_in, "ape": 1.0, "ape_of_median": 1.0} | dict.fromkeys(COVERED, 0.0)
    return row | {
        "predicted_S_per_cm": found.mean_S_per_cm,
        "ape_of_median": abs(float(np.sqrt(np.prod(found.interval(1e-3)))) / truth - 1),
        "segmentation_share": found.variance_share["segmentation"],
        **scores(found, truth),
    }


def prediction(
    phases: PhaseMap,
    others: Sequence[PhaseMap],
    system: MaterialSystem,
    temperature: float,
    model: Predictor | None = None,
) -> ConductivityPosterior:
    """What the library predicts for an image of a known material, whose phases may as well be those of the others."""
    graph = build_graph(phases, system=system, temperature=temperature)
    graphs = [build_graph(each, axis=graph.axis, system=system, temperature=temperature) for each in others]
    return predict(graph, system=system, temperature=temperature, model=model, segmentations=graphs)


def agreement(truth: np.ndarray, found: np.ndarray) -> dict[str, float]:
    """Intersection over union of each phase that is in either."""
    pairs = {phase.key: (truth == phase, found == phase) for phase in PHASES}
    return {key: float((a & b).sum() / (a | b).sum()) for key, (a, b) in pairs.items() if (a | b).any()}


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Mean errors with intervals, medians, coverage, and errors by chemistry and temperature."""
    predicted = [row for row in rows if "failed" not in row]
    return {
        "images": len(rows),
        "without_prediction": len(rows) - len(predicted),
        "errors": averaged(rows, ERRORS, ("image",)),
        "medians": {key: float(np.median([row[key] for row in rows])) for key in ERRORS},
        "coverage": averaged(rows, COVERED, ("image",)),
        "widths": averaged(predicted, WIDTHS, ("image",)),
        "classes": {name: by_class(rows, name, [*ERRORS, *COVERED]) for name in ("reaction_layer", "temperature_K")},
    }


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
