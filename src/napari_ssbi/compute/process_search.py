"""The tasks of the step Optimization, and the plain records they exchange with the window.

What the core returns is made of modules that bring JAX with them. The window gets what it shows of it, and the result
itself as sealed bytes, to be handed back when it is saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from napari_ssbi.compute.wire import seal, unseal

if TYPE_CHECKING:
    from napari_ssbi.compute.tasks import Setting
    from ssbi_core.io import PhaseMap
    from ssbi_core.optimize import ClosedLoopConfig, OptimizationResult
    from ssbi_core.optimize.closed_loop.trials import Tried
    from ssbi_core.simulate import ProcessParameters


class Reporter(Protocol):
    """Tells the window how a task gets on; ends the task when the user asks for it."""

    def __call__(self, text: str, done: float) -> None:
        """What is being done, and the share done."""

    def partial(self, value: Any) -> None:
        """What is known so far."""


class Searched(NamedTuple):
    """The n processes tried so far; the first is the start.

    Attributes
    ----------
    round : (n,) 0 for the first ones.
    predicted, solved : (n,) conductivity in S/cm by the net and by finite elements, NaN where not asked.
    best_by_round : (rounds + 1,) best solved conductivity after each round, S/cm.
    """

    round: np.ndarray
    predicted: np.ndarray
    solved: np.ndarray
    best_by_round: np.ndarray


class LeverChange(NamedTuple):
    """What becomes of a lever, in its unit.

    Attributes
    ----------
    name : of the process parameter.
    initial, optimized : its values.
    loss_if_put_back : share of the optimum's conductivity lost with this lever alone back at the start.
    low, high : between which, with the other levers at the optimum, less than a tenth of the conductivity is lost.
    """

    name: str
    initial: float
    optimized: float
    loss_if_put_back: float
    low: float
    high: float


class KnownProcess(NamedTuple):
    """A process with what it gives and costs.

    Attributes
    ----------
    values : process parameter -> value.
    conductivity, interval : S/cm, with its 90 % interval; None where it was not expected but verified.
    cost : in units of the prices.
    thermal_budget : K h.
    """

    values: dict[str, float]
    conductivity: float
    interval: tuple[float, float] | None
    cost: float
    thermal_budget: float


class Improved(NamedTuple):
    """What the window shows of a better process.

    Attributes
    ----------
    words : the recommendation.
    notes : what else a reader has to know.
    gain, gain_interval : of a typical field of view, verified, with its 90 % interval.
    levers : the most important first.
    start, optimum : verified.
    front : processes of which no other is better in everything, the best conducting first, as expected.
    searched : every process tried.
    before, after : a field of view of start and optimum.
    edited : the user's image as the optimum would make it; None without an image.
    temperature : K.
    result : sealed `OptimizationResult`.
    """

    words: tuple[str, ...]
    notes: tuple[str, ...]
    gain: float
    gain_interval: tuple[float, float]
    levers: tuple[LeverChange, ...]
    start: KnownProcess
    optimum: KnownProcess
    front: tuple[KnownProcess, ...]
    searched: Searched
    before: PhaseMap
    after: PhaseMap
    edited: PhaseMap | None
    temperature: float
    result: np.ndarray


class Saved(NamedTuple):
    """Where a better process was written."""

    listing: Path
    report: Path


def optimize_process(
    report: Reporter,
    phases: PhaseMap | None,
    setting: Setting,
    process: Mapping[str, float],
    config: ClosedLoopConfig,
    conductivity: dict[str, float],
    resistance: dict[str, float],
    kept: Path,
) -> Improved:
    """Search for a better process, and verify it.

    Parameters
    ----------
    report : of progress; is shown every round as `Searched`.
    phases : of the image; None for the material system alone.
    setting, config : with which.
    process : what is known of the start.
    conductivity, resistance : phase key -> S/cm, ohm cm2, in place of the material file's.
    kept : file of answers; a search that finds one goes on from there.
    """
    from ssbi_core.optimize import optimize
    from ssbi_core.predict.given_values import with_given

    report("Loading the net", 0.0)
    found = optimize(
        phases,
        system=with_given(setting.material(), setting.temperature, conductivity, resistance),
        temperature=setting.temperature,
        axis=setting.axis,
        process=process,
        config=config,
        kept=kept,
        progress=lambda text, done: report(text[:1].upper() + text[1:], done),
        watch=lambda tried: report.partial(_searched(tried)),
    )
    return improved(found)


def save_optimization(report: Reporter, result: np.ndarray, folder: Path) -> Saved:
    """Write a sealed result into a new or empty folder."""
    from ssbi_core.io import OutputFolder
    from ssbi_core.optimize_study import write_optimization

    report("Writing the optimization", 0.1)
    written = write_optimization(unseal(result), OutputFolder(folder))
    return Saved(written.listing, written.report)


def improved(found: OptimizationResult) -> Improved:
    """What the window shows of a result."""
    from ssbi_core.optimize import recommendation
    from ssbi_core.optimize.closed_loop.trials import Tried

    verified = found.verification
    return Improved(
        tuple(words for words in recommendation(found) if words not in found.notes),
        found.notes,
        verified.gain,
        verified.gain_interval_90,
        tuple(
            LeverChange(each.name, each.initial, each.optimized, each.loss_if_put_back, each.low, each.high)
            for each in found.sensitivity
        ),
        _verified(found.start, verified.baseline, found.config),
        _verified(found.optimum, verified.optimized, found.config),
        tuple(
            KnownProcess(
                point.process.model_dump(),
                point.conductivity_S_per_cm,
                point.interval_90_S_per_cm,
                point.cost,
                point.thermal_budget_K_h,
            )
            for point in found.pareto
        ),
        _searched(Tried.of(found.designs, np.log(found.best_by_round))),
        found.before,
        found.after,
        found.edited,
        found.temperature,
        seal(found),
    )


def _searched(tried: Tried) -> Searched:
    return Searched(tried.round, tried.predicted, tried.solved, tried.best_by_round)


def _verified(process: ProcessParameters, conductivity: float, config: ClosedLoopConfig) -> KnownProcess:
    from ssbi_core.optimize.closed_loop.outcome import cost, thermal_budget
    from ssbi_core.simulate.process import ProcessValues

    values = process.model_dump()
    bare = ProcessValues(**values)
    prices = np.array([config.price(name) for name in values])
    return KnownProcess(values, conductivity, None, float(cost(bare, prices)), float(thermal_budget(bare)))
