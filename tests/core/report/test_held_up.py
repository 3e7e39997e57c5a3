from dataclasses import replace

import pandas as pd
import pytest

from ssbi_core.report import ImageResult, figure_png, render_image, write_report, write_result
from ssbi_core.report.held_up import held_up_in_words, piece_facts
from ssbi_core.transport import InterfaceCut, representative_volume, solve_conduction


@pytest.fixture(scope="module")
def solved(result) -> ImageResult:
    transport = solve_conduction(result.phases, system=result.system, knockout=False)
    windows = representative_volume(result.phases, system=result.system, windows_per_size=4)
    return replace(result, transport=transport, representative=windows)


def test_the_table_numbers_the_costliest_pieces_first(solved):
    facts = piece_facts(solved)
    assert [fact.rank for fact in facts] == list(range(1, len(facts) + 1))
    assert len(facts) <= 10
    assert facts[0].title == "Contact"
    assert facts[0].in_cut
    assert facts[0].between.startswith("LLZO")


def test_the_words_name_what_all_current_passes(solved):
    cut = solved.transport.bottlenecks.cut
    words = " ".join(held_up_in_words(solved))
    assert f"{len(cut.ranks)} pieces of interface" in words
    assert "at least" in words


def test_interfaces_that_hold_little_are_not_blamed(solved):
    found = replace(solved.transport.bottlenecks, cut=InterfaceCut((1,), 0.5, 0.3, 0.1, 0.11))
    weak = replace(solved, transport=replace(solved.transport, bottlenecks=found))
    assert held_up_in_words(weak)[0].startswith("No set of interfaces")


def test_the_section_is_in_the_report_and_the_figure_can_be_had(solved, tmp_path):
    text = write_report(tmp_path / "report.html", [solved]).read_text()
    assert "Where the current is held up" in text
    assert "Is the field of view large enough?" in text
    for name in ("bottlenecks", "representative_volume"):
        assert figure_png(solved, name).startswith(b"\x89PNG")


def test_the_section_is_left_out_without_interfaces(result, tmp_path):
    assert render_image(result).held_up is None
    text = write_report(tmp_path / "report.html", [result]).read_text()
    assert "<h3>Where the current is held up" not in text


def test_numbers_alone_have_the_table_without_the_picture(solved):
    held_up = render_image(solved, figures=False).held_up
    assert held_up.pieces
    assert held_up.picture is None


def test_a_volume_is_drawn_by_its_middle_slice(volume_result):
    transport = solve_conduction(volume_result.phases, system=volume_result.system, axis=0, knockout=False)
    result = replace(volume_result, transport=transport)
    held_up = render_image(result).held_up
    assert "nm²" in held_up.pieces[0].size
    assert "Slice 3" in held_up.picture.caption


def test_tables_are_written_beside_the_result(solved, tmp_path):
    names = {path.name for path in write_result(solved, tmp_path)}
    assert {"bottlenecks.csv", "representative_volume.csv"} <= names
    table = pd.read_csv(tmp_path / "bottlenecks.csv")
    assert table["power_share"].is_monotonic_decreasing
    assert len(pd.read_csv(tmp_path / "representative_volume.csv")) == len(solved.representative.sizes)
