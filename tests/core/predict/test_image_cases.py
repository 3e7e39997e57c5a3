"""Micrographs of a study calibrate predictions from images; labels alone do not."""

from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.predict.image_cases import calibrated_on_images, image_rows
from ssbi_core.predict.records import load_records
from ssbi_core.predict.solve_study import solve_study
from ssbi_core.segment import segmenter_digest
from ssbi_core.simulate import simulate_study


def solved(folder, *, images):
    simulate_study(2, 3, folder, shape=(96, 96), pixel_size_nm=2.0, images=images)
    solve_study(folder, drawn=1, seed=1)
    return load_records(folder).trustworthy()


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    return solved(tmp_path_factory.mktemp("study"), images=True)


def test_a_picture_counts_once_with_the_values_of_the_file(records):
    rows = image_rows(records.table, 9)
    assert len(rows) == records.table["image"].nunique()
    assert all(np.isnan(row["factor_reaction_layer"]) for row in rows)
    assert len(image_rows(records.table, 1)) == 1


def test_errors_on_images_are_learned(records, untrained):
    said = []
    found = calibrated_on_images(untrained, records, 2, lambda message, share: said.append(share))
    assert found.images is not None
    assert found.images.segmenter == segmenter_digest()
    assert 1 <= len(found.images.conformal.scores) <= 2
    assert found.conformal is untrained.conformal
    assert said == sorted(said)


def test_labels_alone_leave_the_predictor_as_it_is(tmp_path, untrained):
    assert calibrated_on_images(untrained, solved(tmp_path, images=False), 2, lambda *_: None) is untrained
