"""The report's section on where the current is held up: sentences and table of the costliest pieces of interface."""

# ruff: noqa: RUF001 (dashes, minus and Greek letters are meant as they stand)
from __future__ import annotations

from typing import NamedTuple

from ssbi_core.materials import Phase
from ssbi_core.report.figures.bottlenecks import shown_pieces
from ssbi_core.report.formatting import chemical, gain_in_words, length, number, percent
from ssbi_core.report.records import ImageResult
from ssbi_core.transport.bottleneck import Bottleneck, Bottlenecks

_MOST = 0.5  # of the current; interfaces that less of it crosses do not hold it up


class PieceFact(NamedTuple):
    """A row of the table: one piece of interface, in words."""

    rank: int
    in_cut: bool
    title: str
    color: str
    between: str
    size: str
    current: str
    crowding: str
    share: str
    gain: str


def piece_facts(result: ImageResult) -> list[PieceFact]:
    """Return the rows of the table, the costliest piece first; none where there is no bottleneck."""
    found = None if result.transport is None else result.transport.bottlenecks
    return [] if found is None else [_row(piece, found, result) for piece in shown_pieces(found)]


def held_up_in_words(result: ImageResult) -> list[str]:
    """Return one to three sentences on what the current has to pass; none where there is no bottleneck."""
    found = None if result.transport is None else result.transport.bottlenecks
    if found is None:
        return []
    cut = found.cut
    if cut.current_share < _MOST or not cut.ranks:
        return [f"No set of interfaces holds the current up: at most {percent(cut.current_share)} of it crosses any."]
    pieces = [piece for piece in found.segments if piece.rank in cut.ranks]
    return [_whole_cut(found, len(pieces)), *_tightest(pieces)]


def _whole_cut(found: Bottlenecks, count: int) -> str:
    cut = found.cut
    where = "one piece of interface" if count == 1 else f"{count} pieces of interface side by side"
    return (
        f"{_share_in_words(cut.current_share)} of the current crosses {where}, which hold{'s' * (count == 1)} "
        f"{percent(cut.power_share)} of the resistance; without {'its' if count == 1 else 'their'} resistance σ_eff "
        f"would rise by at least {_rise(cut.gain_at_least)}."
    )


def _share_in_words(share: float) -> str:
    """Return a share of the current at the start of a sentence."""
    return "All" if share > 0.995 else percent(share)


def _tightest(pieces: list[Bottleneck]) -> list[str]:
    if len(pieces) < 2:
        return []
    carrying = [piece for piece in pieces if piece.current_share >= 0.01]
    if not carrying:
        return []
    piece = max(carrying, key=lambda p: p.crowding)
    times = _times(piece.crowding).removeprefix("×")
    return [f"The current is densest at number {piece.rank}: {times} times the mean of the field of view."]


def _rise(gain: float) -> str:
    return percent(gain) if gain < 1 else f"a factor of {number(1 + gain)}"


def _times(factor: float) -> str:
    return f"×{factor:.1f}" if factor >= 1 else f"×{factor:.2g}"


def _row(piece: Bottleneck, found: Bottlenecks, result: ImageResult) -> PieceFact:
    phase = Phase.parse(piece.phase)
    return PieceFact(
        rank=piece.rank,
        in_cut=piece.rank in found.cut.ranks,
        title=piece.phase.replace("_", " ").capitalize(),
        color=result.system.color_of(phase),
        between=_between(piece, result),
        size=length(piece.size) if found.image.ndim == 2 else f"{number(piece.size)}\u202fnm²",
        current=percent(piece.current_share),
        crowding=_times(piece.crowding),
        share=percent(piece.power_share),
        gain=gain_in_words(piece.gain_at_least),
    )


def _between(piece: Bottleneck, result: ImageResult) -> str:
    regions = ((piece.first_phase, piece.first_region), (piece.second_phase, piece.second_region))
    sides = [f"{_short(phase, result)}\u00a0{region}" for phase, region in regions if phase]
    return f"within {sides[0]}" if piece.first_region == piece.second_region and sides else " | ".join(sides) or "–"


def _short(phase: str, result: ImageResult) -> str:
    return chemical(result.system.title_of(Phase.parse(phase)).split()[0])
