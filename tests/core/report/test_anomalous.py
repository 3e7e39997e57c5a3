"""The report's section on anomalies, of portraits that were made up."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.core.anomaly.portraits import grain, normal_portrait
from tests.core.report.test_html import Page

from ssbi_core.anomaly import AnomalyConfig, Population, score_anomalies
from ssbi_core.anomaly.chemistry.composition import Candidate
from ssbi_core.anomaly.chemistry.unmodelled import UnmodelledPhase
from ssbi_core.anomaly.marks import marks
from ssbi_core.report import render_image, write_report
from ssbi_core.report.anomalous import anomaly_section
from ssbi_core.report.figures.anomaly import Backdrop

PATCH = UnmodelledPhase(
    (40, 10, 52, 30),
    "reaction_layer",
    9.0,
    ("La", "O"),
    {"La": 30.0, "O": 70.0},
    (Candidate("La2Zr2O7", 0.9, 1.0), Candidate("Li2ZrO3", 0.1, 1e9)),
)


@pytest.fixture(scope="module")
def population():
    return Population.of([normal_portrait(seed) for seed in range(40)], "40 normal images")


@pytest.fixture(scope="module")
def odd(result):
    """A portrait of the result with a grain like no other and a patch of an unknown phase."""
    portrait = normal_portrait(99, name=result.name, shape=result.phases.labels.shape, unmodelled=(PATCH,))
    return replace(portrait, places=(grain(900.0), *portrait.places))


def test_a_flagged_image_has_its_places_numbered_in_words_and_on_its_picture(result, odd, population, tmp_path):
    report = score_anomalies([odd, normal_portrait(1)], reference=population)
    section = anomaly_section(report, {result.name: Backdrop.of(result)})
    other = replace(result, phases=replace(result.phases, name="image_1"))
    images = [render_image(item, figures=False) for item in (result, other)]
    text = write_report(tmp_path / "report.html", images, anomalies=section).read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == []
    assert page.tags.count("img") == 1
    words = " ".join(" ".join(page.text).split())
    assert "1 of 2 images is flagged at a false-alarm rate of 5.0 %, compared with 40 normal images." in words
    assert "Grain 900 nm across" in words
    assert "La 30, O 70" in words
    assert "La₂Zr₂O₇ 90 %" in words
    assert not re.search(r"Li₂ZrO₃ \d", words), "it does not fit"
    targets = {attributes["href"][1:] for tag, attributes in page.attributes if tag == "a"}
    assert targets <= {attributes["id"] for _, attributes in page.attributes if "id" in attributes}


def test_where_nothing_is_flagged_the_most_anomalous_are_shown(population):
    report = score_anomalies([normal_portrait(seed) for seed in range(5)], reference=population)
    report = replace(report, images=tuple(replace(image, flagged=False) for image in report.images))
    section = anomaly_section(report, {})
    assert list(section.images) == [image.name for image in report.images[:3]]
    assert section.words[0].startswith("None of 5 images is flagged")
    assert all(image.picture is None for image in section.images.values())


def test_regions_come_first_and_a_patch_that_is_one_keeps_its_number(odd, population):
    config = AnomalyConfig.of(regions=2)
    image = score_anomalies([odd], reference=population, config=config).images[0]
    numbered = marks(image)
    assert [mark.number for mark in numbered] == list(range(1, len(numbered) + 1))
    assert numbered[-1].unmodelled == PATCH
    region = replace(image.regions[0], kind="chemistry", bbox_px=PATCH.bbox_px)
    again = marks(replace(image, regions=(region,)))
    assert [(mark.number, mark.unmodelled) for mark in again] == [(1, PATCH)]
