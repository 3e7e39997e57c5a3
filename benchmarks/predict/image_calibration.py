"""Calibrate what the shipped predictor says of images: `python -m benchmarks.predict.image_calibration [IMAGES]`.

To be run again whenever the segmenter or the predictor changed. The images are micrographs of the study the predictor
comes from, of the samples that were held back to calibrate it; `ssbi train predictor` does the same where a study is
simulated with its images.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from benchmarks.predict.card import MODELS
from benchmarks.predict.raw_images import prediction
from benchmarks.predict.segmented import drawn, segmented
from benchmarks.predict.studies import ALL_IMAGES, PROTOCOL_SEED, study
from ssbi_core.materials import load_system
from ssbi_core.predict import ConductivityPosterior
from ssbi_core.predict.config import TrainingConfig
from ssbi_core.predict.image_cases import image_rows
from ssbi_core.predict.image_errors import ImageCase, image_errors
from ssbi_core.predict.predictor import load_predictor, save_predictor
from ssbi_core.predict.records import StudyRecords
from ssbi_core.predict.train_study import calibration_records
from ssbi_core.segment import segmenter_digest


def main(number: int) -> None:
    """Segment what is not segmented yet, predict, write the predictor anew."""
    model = load_predictor(MODELS)
    training = TrainingConfig.model_validate(model.facts["training"])
    rows = image_rows(held_back(training).table, number)
    alone = replace(model, images=None)

    def predict(case: ImageCase) -> ConductivityPosterior:
        others = drawn(PROTOCOL_SEED, _index(case.phases.name))
        return prediction(case.phases, others, case.system, case.temperature, alone)

    errors = image_errors(predict, _cases(rows), segmenter_digest())
    path = save_predictor(MODELS, replace(model, images=errors))
    print(f"{path}: {errors}")


def held_back(training: TrainingConfig) -> StudyRecords:
    """Records of the samples that the predictor was calibrated on."""
    return calibration_records(study(PROTOCOL_SEED, ALL_IMAGES, drawn=1), training)


def _cases(rows: list[dict[Any, Any]]) -> Iterator[ImageCase]:
    for at, row in enumerate(rows):
        print(f"\rimage {at + 1} of {len(rows)} ", end="", file=sys.stderr, flush=True)
        system = load_system(row["material_system"], reaction_layer=row["reaction_layer"])
        phases = segmented(PROTOCOL_SEED, _index(row["image"]))
        yield ImageCase(phases, system, float(row["temperature_K"]), float(row["conductivity_S_per_cm"]))


def _index(name: str) -> int:
    return int(name[-5:])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:] or ["100"]))
