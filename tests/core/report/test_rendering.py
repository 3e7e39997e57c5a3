import gc
import weakref
from dataclasses import replace

from ssbi_core.report import render_image


def test_nothing_of_the_result_is_kept(result):
    labels = result.phases.labels.copy()
    density = result.transport.current_density.copy()
    kept = [weakref.ref(labels), weakref.ref(density)]
    copy = replace(
        result,
        phases=replace(result.phases, labels=labels),
        transport=replace(result.transport, current_density=density),
        graph=None,
    )
    del labels, density
    rendered = render_image(copy)
    del copy
    gc.collect()
    assert rendered.pictures
    assert [reference() for reference in kept] == [None, None]


def test_the_tables_hold_the_numbers_of_the_result(result):
    rendered = render_image(result, figures=False)
    facts = {fact.label: fact for fact in rendered.facts}
    assert facts["Area-specific resistance"].unit == "Ω cm²"
    assert facts["Transport axis"].value == "rows (top to bottom)"
    assert facts["Field of view"].value == "256\u202fnm × 256\u202fnm"
    assert [phase.fraction > 0 for phase in rendered.phases] == [True] * len(rendered.phases)
    assert sum(phase.share for phase in rendered.phases) == sum(result.transport.resistance_share.values())


def test_absent_phases_are_not_listed(result):
    titles = [phase.title for phase in render_image(result, figures=False).phases]
    assert "Coating (LiNbO₃)" not in titles
    assert "Pore" in titles
