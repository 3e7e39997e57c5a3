"""Micrographs of a solved study, segmented, to calibrate predictions from images on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from ssbi_core.io import read
from ssbi_core.materials import load_system
from ssbi_core.predict.image_errors import ImageCase, image_errors
from ssbi_core.predict.posterior import ConductivityPosterior
from ssbi_core.predict.prediction_config import PredictionConfig
from ssbi_core.predict.predictor import Predictor
from ssbi_core.predict.records import StudyRecords
from ssbi_core.predict.whole_image import predict_phases
from ssbi_core.preprocess import register_elements
from ssbi_core.segment import segment, segmenter_digest

_KNOWN = PredictionConfig.model_validate({"materials": 0})


def calibrated_on_images(
    predictor: Predictor, records: StudyRecords, number: int, progress: Callable[[str, float], None]
) -> Predictor:
    """The predictor with its errors on the study's micrographs; as it is where the study holds labels only.

    Parameters
    ----------
    predictor : that has not learned from these.
    records : of samples to calibrate on.
    number : of micrographs, at most.
    progress : called with a message and the share done.
    """
    rows = [row for row in image_rows(records.table, number) if image_path(records.folder, row).is_file()]
    if not rows:
        return predictor

    def cases() -> Iterator[ImageCase]:
        for done, row in enumerate(rows):
            progress(f"calibrating on image {done + 1} of {len(rows)}", done / len(rows))
            yield _case(records.folder, row)

    return replace(predictor, images=image_errors(prediction_of(predictor), cases(), segmenter_digest()))


def image_rows(table: pd.DataFrame, number: int) -> list[dict[Any, Any]]:
    """The first state of each of so many pictures: that of the material file, which is what images are predicted at."""
    return table.drop_duplicates("image").head(number).to_dict("records")


def image_path(folder: Path, row: dict[Any, Any]) -> Path:
    """Where `ssbi simulate` puts the micrograph of a picture."""
    return folder / "images" / f"{row['image']}.ome.tif"


def prediction_of(predictor: Predictor) -> Callable[[ImageCase], ConductivityPosterior]:
    """What the predictor says of an image of a known material, with nothing known of its errors on images."""
    alone = replace(predictor, images=None)

    def predict(case: ImageCase) -> ConductivityPosterior:
        return predict_phases(case.phases, system=case.system, temperature=case.temperature, config=_KNOWN, model=alone)

    return predict


def _case(folder: Path, row: dict[Any, Any]) -> ImageCase:
    system = load_system(row["material_system"])
    micrograph = read(image_path(folder, row), system=system)
    phases = segment(register_elements(micrograph)[0], system=system)  # as users do, who do not know the layer yet
    return ImageCase(
        phases,
        system.with_reaction_layer(row["reaction_layer"]),
        float(row["temperature_K"]),
        float(row["conductivity_S_per_cm"]),
    )
