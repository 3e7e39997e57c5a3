import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from ssbi_core.errors import OutputError
from ssbi_core.io import PhaseMap
from ssbi_core.report import ImageResult, render_image, write_report

VOID = {"meta", "img", "br", "wbr"}


class Page(HTMLParser):
    """Counts elements and collects what must hold for every page."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def written(tmp_path, results, **options):
    path = write_report(tmp_path / "report.html", results, **options)
    return path.read_text(encoding="utf-8")


def test_a_report_is_well_formed_and_self_contained(result, blocked_result, tmp_path):
    text = written(tmp_path, [result, blocked_result], title="Study", command="ssbi analyze scans -o out")
    page = Page(text)
    assert page.open == []
    for tag, attributes in page.attributes:
        for name in ("src", "href", "xlink:href"):
            target = attributes.get(name) or "#"
            assert target.startswith(("#", "data:image/png;base64,")), (tag, target[:60])
        if tag == "img":
            assert attributes["alt"]
        if tag == "th":
            assert attributes["scope"] in ("row", "col")
    assert "url(" not in text
    assert text.count("<svg") == 2  # the one that conducts: shares and gains
    assert "ssbi analyze scans -o out" in text
    assert len(text) < 1.5e6 * 2


def test_ids_are_unique_and_links_lead_somewhere(result, tmp_path):
    page = Page(written(tmp_path, [render_image(result)] * 2))
    ids = [attributes["id"] for _, attributes in page.attributes if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {attributes["href"][1:] for tag, attributes in page.attributes if tag == "a"}
    assert targets <= set(ids)
    labelled = {attributes["aria-labelledby"] for _, attributes in page.attributes if "aria-labelledby" in attributes}
    assert labelled <= set(ids)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a&b\"c'd", "σ_eff/{{ 7*7 }}", "ünïcødé-☃-0123456"[:16]])
def test_names_from_outside_are_escaped(result, tmp_path, name):
    named = replace(result, phases=replace(result.phases, name=name), warnings=[f"warning {name}"])
    labels_only = ImageResult(phases=named.phases, system=result.system, warnings=[f"warning {name}"])
    text = written(tmp_path, [named, labels_only], title=name, command=name, failures=[name])
    page = Page(text)
    assert page.open == []
    assert page.tags.count("script") == 1
    assert "".join(page.text).count(name) >= 8  # title, heading, row, sections, notes, command, failures


def test_the_same_input_gives_the_same_bytes(result, tmp_path):
    first, second = (written(tmp_path, [item], created="2026-01-01") for item in (result, render_image(result)))
    assert first == second


def test_a_sample_that_does_not_conduct_shows_the_reason_instead_of_bars(blocked_result, tmp_path):
    text = written(tmp_path, [blocked_result])
    assert "<svg" not in text
    assert "No conduction." in text
    assert text.count("pores cut every path") >= 2
    assert "Infinity" not in text
    assert ">inf" not in text


def test_stages_that_were_not_run_leave_no_empty_places(result, tmp_path):
    labels_only = ImageResult(phases=replace(result.phases, uncertainty=None), system=result.system)
    text = written(tmp_path, [labels_only])
    assert re.findall(r"<h3>(.*?)</h3>", text) == ["Phases"]
    assert "No conduction" not in text
    assert "None" not in text
    assert not re.search(r"\bnan\b", text)


def test_a_volume_says_which_slice_is_shown(volume_result, tmp_path):
    text = written(tmp_path, [volume_result])
    assert "Slice 3, the middle one, is shown." in text
    assert "Volume fractions" in text
    assert "voxels" in text


def test_numbers_alone_can_be_rendered_for_the_tail_of_a_large_study(result, tmp_path):
    text = written(tmp_path, [render_image(result, figures=False)])
    assert "<img" not in text
    assert len(text) < 50_000


def test_a_rendered_image_is_small_whatever_the_image(result):
    rng = np.random.default_rng(0)
    labels = rng.integers(1, 9, (700, 2100)).astype(np.uint8)
    noisy = ImageResult(
        phases=PhaseMap(labels, 0.5, uncertainty=rng.random(labels.shape, np.float32)), system=result.system
    )
    assert sum(len(picture.png) for picture in render_image(noisy).pictures) * 4 / 3 < 1.0e6
    assert sum(len(picture.png) for picture in render_image(result).pictures) * 4 / 3 < 1.4e6


def test_files_that_failed_are_listed(result, tmp_path):
    numbers = render_image(result, figures=False)
    assert "broken.emd: damaged" in written(tmp_path, [numbers], failures=["broken.emd: damaged"])
    assert "Not analysed" not in written(tmp_path, [numbers])


def test_a_report_that_cannot_be_written_leaves_nothing_behind(result, tmp_path):
    numbers = render_image(result, figures=False)
    with pytest.raises(OutputError):
        write_report(tmp_path / "missing" / "report.html", [numbers])
    (tmp_path / "report.html").write_text("old")
    with pytest.raises(AttributeError):
        write_report(tmp_path / "report.html", [numbers, None])  # type: ignore[list-item]
    assert (tmp_path / "report.html").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_prediction_has_a_section_a_column_and_a_plot(predicted_result, result, tmp_path):
    text = written(tmp_path, [predicted_result])
    page = Page(text)
    assert page.open == []
    assert text.count("<h3>Predicted from the graph</h3>") == 1
    assert "Predicted σ<sub>eff</sub> (90&nbsp;%)" in text
    assert text.count("<svg") == 3
    assert " id=" not in text[text.index('aria-label="Posterior') :].split("</svg>")[0]
    assert "url(" not in text
    without = written(tmp_path, [result])
    assert "<h3>Predicted from the graph</h3>" not in without
    assert "Predicted σ" not in without


def test_images_with_and_without_a_prediction_share_a_table(predicted_result, result, tmp_path):
    text = written(tmp_path, [predicted_result, result])
    rows = re.findall(r"<tr>.*?</tr>", text[: text.index("</section>")], re.DOTALL)
    assert len({len(re.findall(r"<t[dh] |<t[dh]>", row)) for row in rows}) == 1


def test_a_prediction_out_of_range_is_a_callout_and_said_in_its_section(predicted_result, tmp_path):
    prediction = replace(predicted_result.prediction, out_of_range=("number of cells (9; trained on 1 to 2)",))
    text = written(tmp_path, [replace(predicted_result, prediction=prediction)])
    assert "<strong>Note.</strong> prediction out of range" in text
    assert "It is an extrapolation" in text
