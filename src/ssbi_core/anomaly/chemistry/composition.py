"""What a place is made of, from its counts: elements that are there, and the chemistries that they fit.

Counts become atoms through k-factors that the image itself gives: electrolyte and electrode are of known composition,
so their counts per pixel over their atoms per volume are the sensitivity of each element they hold. An element that
neither of them holds takes the median sensitivity, with a wide tolerance. Lithium emits nothing that is seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from ssbi_core.anomaly.chemistry.blocks import Blocks
from ssbi_core.anomaly.chemistry.signatures import Signatures
from ssbi_core.materials import MaterialSystem, Phase, PhaseProperties

_CALIBRANTS = (Phase.LLZO, Phase.NMC)
_KNOWN_TOLERANCE, _GUESSED_TOLERANCE = 0.12, 0.5  # relative, of a sensitivity that the image gives, and that is guessed
_SIGNIFICANT = 4.0  # standard deviations
_NOTEWORTHY = 0.06  # of the strongest element's atoms
_FITTING = 4.0  # chi-squared per element
_LEAK = 0.15  # of a line's counts that may fall into another's window


@dataclass(frozen=True, eq=False)
class Calibration:
    """Sensitivities of the elements of one image.

    Attributes
    ----------
    elements : symbols, in the order of the counts.
    sensitivity : (elements,) counts per pixel for one atom per nm3.
    tolerance : (elements,) relative standard deviation of it.
    background : (elements,) counts per pixel of a solid that lacks the element.
    """

    elements: tuple[str, ...]
    sensitivity: np.ndarray
    tolerance: np.ndarray
    background: np.ndarray


@dataclass(frozen=True)
class Candidate:
    """A chemistry, and how well it fits a place.

    Attributes
    ----------
    name : as the material file has it.
    probability : among those compared, all equally likely before; they sum to 1 whether or not any of them fits.
    misfit : chi-squared per element; from a few on it does not fit.
    """

    name: str
    probability: float
    misfit: float

    @property
    def fits(self) -> bool:
        """Whether the counts may be its."""
        return self.misfit < _FITTING


def calibrate(blocks: Blocks, signatures: Signatures, system: MaterialSystem) -> Calibration | None:
    """Sensitivities from electrolyte and electrode; None where the image holds neither of known composition."""
    densities = {
        phase: system.phase(phase).atoms_per_nm3()
        for phase in _CALIBRANTS
        if phase in blocks.phases and system.phase(phase).composition
    }
    if not densities:
        return None
    counts = {phase: signatures.counts[blocks.phases.index(phase)] for phase in densities}
    background = np.array([_background(e, i, densities, counts) for i, e in enumerate(blocks.elements)])
    measured = [_sensitivity(e, i, densities, counts, background[i]) for i, e in enumerate(blocks.elements)]
    known = [value for value in measured if value is not None]
    if not known:
        return None
    typical = float(np.median(known))
    sensitivity = np.array([typical if value is None else value for value in measured])
    tolerance = np.array([_GUESSED_TOLERANCE if value is None else _KNOWN_TOLERANCE for value in measured])
    return Calibration(blocks.elements, sensitivity, tolerance, background)


def _background(
    element: str, index: int, densities: Mapping[Phase, Mapping[str, float]], counts: Mapping[Phase, np.ndarray]
) -> float:
    """Least counts of an element in a calibrant that lacks it; of any element a calibrant lacks where all hold it."""
    own = [counts[phase][index] for phase, held in densities.items() if element not in held]
    return float(min(own)) if own else float(min(column.min() for column in counts.values()))


def _sensitivity(
    element: str,
    index: int,
    densities: Mapping[Phase, Mapping[str, float]],
    counts: Mapping[Phase, np.ndarray],
    background: float,
) -> float | None:
    held = {phase: table[element] for phase, table in densities.items() if element in table}
    if not held:
        return None
    richest = max(held, key=lambda phase: held[phase])
    return max(float(counts[richest][index]) - background, 1e-9) / held[richest]


def elements_present(
    measured: np.ndarray, pixels: float, noise: float, hosts: np.ndarray, calibration: Calibration
) -> tuple[tuple[str, ...], np.ndarray]:
    """Elements of a place that its surroundings do not explain, the most abundant first, and atoms of all per nm3.

    Parameters
    ----------
    measured : (elements,) counts per pixel at the place.
    pixels : how many pixels they are the mean of.
    noise : variance of the counts over that of a Poisson distribution.
    hosts : (phases, elements) counts per pixel of the phases around.
    """
    own = measured - _host_counts(measured, pixels, noise, hosts, calibration)
    sd = np.sqrt(noise * np.maximum(measured, 1e-12) / pixels)
    leak = _LEAK * _typical_leak(own, calibration)
    atoms = np.maximum(own - calibration.background, 0) / calibration.sensitivity
    there = (own - calibration.background - leak > _SIGNIFICANT * sd) & (atoms > _NOTEWORTHY * atoms.max(initial=0))
    order = np.argsort(-atoms, kind="stable")
    return tuple(calibration.elements[i] for i in order if there[i]), atoms


def _typical_leak(own: np.ndarray, calibration: Calibration) -> np.ndarray:
    """(elements,) what the strongest other element could put into a window, where the element is weak beside it."""
    strongest = np.max(own, initial=0.0)
    weak = own < 2 * _LEAK * strongest
    return np.where(weak, strongest, 0.0)


def _host_counts(
    measured: np.ndarray, pixels: float, noise: float, hosts: np.ndarray, calibration: Calibration
) -> np.ndarray:
    """The largest mixture of the phases around that leaves no element with fewer counts than none."""
    sd = np.sqrt(noise * np.maximum(measured, 1e-12) / pixels)
    taken = np.zeros(len(measured))
    for host in hosts[np.argsort(-hosts.sum(1), kind="stable")]:
        above = host > 3 * calibration.background  # what the host really holds
        if above.any():
            left = measured - taken
            taken = taken + max(float(np.min((left + sd)[above] / host[above])), 0.0) * host
    return np.minimum(taken, measured)


def rank_candidates(
    measured: np.ndarray,
    pixels: float,
    noise: float,
    hosts: np.ndarray,
    calibration: Calibration,
    candidates: Mapping[str, PhaseProperties],
) -> tuple[Candidate, ...]:
    """Chemistries by how well they, mixed with the phases around, give the counts of a place; the likeliest first.

    Parameters
    ----------
    measured, pixels, noise, hosts : as in `elements_present`.
    candidates : name -> composition and density.
    """
    misfit = {
        name: _misfit(measured, pixels, noise, hosts, calibration, chemistry.atoms_per_nm3())
        for name, chemistry in candidates.items()
        if chemistry.composition
    }
    if not misfit:
        return ()
    best = min(misfit.values())
    weight = {name: float(np.exp(-0.5 * min(value - best, 700.0))) for name, value in misfit.items()}
    total = sum(weight.values())
    ranked = sorted(weight, key=lambda name: (-weight[name], misfit[name]))
    size = len(calibration.elements)
    return tuple(Candidate(name, weight[name] / total, misfit[name] / size) for name in ranked)


def _misfit(
    measured: np.ndarray,
    pixels: float,
    noise: float,
    hosts: np.ndarray,
    calibration: Calibration,
    density: Mapping[str, float],
) -> float:
    """Chi-squared of the best non-negative mixture of a chemistry and the phases around."""
    pure = calibration.sensitivity * np.array([density.get(e, 0.0) for e in calibration.elements])
    own = pure + calibration.background
    variance = noise * np.maximum(measured, 1e-12) / pixels + (calibration.tolerance * measured) ** 2
    variance += (_LEAK * 0.5 * float(measured.max())) ** 2 * (pure == 0) / 4
    parts = np.vstack([own, *hosts]) / np.sqrt(variance)
    _, residual = nnls(parts.T, measured / np.sqrt(variance))
    return residual**2


def chemistries(system: MaterialSystem) -> dict[str, PhaseProperties]:
    """Every chemistry that the material file names: layers, coatings and phases."""
    named: Sequence[tuple[str, PhaseProperties]] = [
        *system.reaction_layers.items(),
        *system.coatings.items(),
        *((system.phases[key].title, system.phases[key]) for key in ("coating", "llzo", "nmc")),  # type: ignore[index]
    ]
    return {name: chemistry for name, chemistry in named if chemistry.composition}
