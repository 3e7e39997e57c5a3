"""Distribution of relaxation times: a spectrum as a sum of many resistors, each beside its own capacitor.

Z(omega) = R_inf + 1 / (j omega C) + sum_k r_k / (1 + j omega tau_k) with all r_k >= 0, on a grid of tau even in its
logarithm. Neighbouring terms look nearly alike to the spectrum, so the fit needs a penalty, lambda sum r_k^2, and
its strength is chosen by generalised cross-validation: the lambda at which a point left out would be predicted best.
Spectra solved here carry no noise; what the penalty then guards against is the error of the grid itself.
Sources: T. H. Wan, M. Saccoccio, C. Chen, F. Ciucci, Electrochim. Acta 184 (2015) 483 (ridge regression for the DRT);
G. H. Golub, M. Heath, G. Wahba, Technometrics 21 (1979) 215 (generalised cross-validation).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ssbi_core.errors import InputError

_PER_DECADE = 40  # a time between two of the grid is then off by 2e-5 of its arc, and does not drown broad ones
_MARGIN = 1.0  # decades by which the grid goes beyond the frequencies; not where a capacitor would be imitated there
_LAMBDAS = 10.0 ** np.arange(-12, 2)  # relative to the largest singular value squared
_RESOLUTION = 0.12  # decades; peaks nearer than some two of these are one
_STANDS_OUT = 0.05  # of its own height that a peak rises above the saddles beside it
_VISIBLE = 0.01  # of |Z| at the frequency where it shows most, and three times the misfit: smaller is no peak
_SMALLEST_SHARE = 0.001  # of the whole resistance
_REACH = 2.0  # decades around a peak that are its own: all but 3 % of an arc of exponent 0.8
_CENTRE = 0.4  # decades around its top from which the time of a peak is found
FEWEST = 5
"""Frequencies a fit needs."""


@dataclass(frozen=True)
class RelaxationPeak:
    """One process: time constant in s, its frequency 1 / (2 pi tau) in Hz, resistance in ohm cm2, share of all."""

    relaxation_time: float
    frequency: float
    resistance: float
    share: float


@dataclass(frozen=True, eq=False)
class RelaxationTimes:
    """Distribution of relaxation times of a spectrum.

    Attributes
    ----------
    relaxation_time : (k,) s, ascending.
    distribution : (k,) ohm cm2 per unit of ln tau; its integral over ln tau is the polarisation resistance.
    series_resistance : ohm cm2 left at infinite frequency.
    series_capacitance : F/cm2 that blocks direct current, None where none was fitted.
    peaks : processes, slowest first.
    regularization : lambda chosen, relative to the largest singular value squared.
    misfit : root mean square of |Z - fit| / |Z|.
    """

    relaxation_time: np.ndarray
    distribution: np.ndarray
    series_resistance: float
    series_capacitance: float | None
    peaks: tuple[RelaxationPeak, ...]
    regularization: float
    misfit: float


def relaxation_times(frequency: np.ndarray, impedance: np.ndarray, *, blocking: bool = False) -> RelaxationTimes:
    """Fit the distribution of relaxation times.

    Parameters
    ----------
    frequency : (n,) Hz, at least five.
    impedance : (n,) complex ohm cm2.
    blocking : no direct current passes; fit a capacitor in series.

    Raises
    ------
    InputError
        If there are fewer than five frequencies, or the arrays do not match or hold what is not finite.
    """
    frequency, impedance = _checked(frequency, impedance)
    tau = _grid(frequency, blocking)
    weight = 1 / np.abs(impedance)  # relative errors: a small fast arc beside a large slow one counts as much
    matrix = _kernel(2 * np.pi * frequency, tau, blocking) * weight[:, None]
    rows, target = np.vstack([matrix.real, matrix.imag]), weight * impedance
    size = np.linalg.norm(rows, axis=0)  # columns far outside the spectrum are small: all are penalised alike
    largest = np.linalg.norm(rows / size, 2) ** 2
    strength, x = _cross_validated(rows / size, np.concatenate([target.real, target.imag]), largest * _LAMBDAS)
    x = x / size
    misfit = float(np.sqrt(np.mean(np.abs(matrix @ x - target) ** 2)))
    others = x[tau.size :]
    step = np.log(tau[1] / tau[0])
    return RelaxationTimes(
        relaxation_time=tau,
        distribution=x[: tau.size] / step,
        series_resistance=float(others[0]),
        series_capacitance=_capacitance(others[1], frequency) if blocking else None,
        peaks=tuple(_peaks(tau, x[: tau.size + 1], matrix[:, : tau.size] * x[: tau.size], max(_VISIBLE, 3 * misfit))),
        regularization=float(strength / largest),
        misfit=misfit,
    )


def _checked(frequency: np.ndarray, impedance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    frequency, impedance = np.asarray(frequency, dtype=float), np.asarray(impedance, dtype=complex)
    fits = frequency.ndim == 1 and frequency.shape == impedance.shape and frequency.size >= FEWEST
    if not fits or not (np.isfinite(frequency) & (frequency > 0)).all() or not np.isfinite(impedance).all():
        raise InputError(
            f"frequencies of shape {frequency.shape} and impedances of shape {impedance.shape}",
            f"two lists of {FEWEST} or more finite numbers, frequencies above 0",
            "pass one impedance for each frequency",
        )
    if (impedance == 0).any():
        raise InputError("an impedance of 0", "a spectrum that resists", "leave these frequencies out")
    return frequency, impedance


def _grid(frequency: np.ndarray, blocking: bool) -> np.ndarray:
    slowest, fastest = 1 / (2 * np.pi * frequency.min()), 1 / (2 * np.pi * frequency.max())
    low, high = np.log10(fastest) - _MARGIN, np.log10(slowest) + (0 if blocking else _MARGIN)
    return np.logspace(low, high, round((high - low) * _PER_DECADE) + 1)


def _kernel(omega: np.ndarray, tau: np.ndarray, blocking: bool) -> np.ndarray:
    """Impedance of unit resistors for every tau, of one in series, and of a capacitor (reactance 1 in mid-range)."""
    columns = [1 / (1 + 1j * omega[:, None] * tau), np.ones((omega.size, 1))]
    if blocking:
        columns.append(np.sqrt(omega.min() * omega.max()) / (1j * omega[:, None]))
    return np.hstack(columns)


def _capacitance(reactance: float, frequency: np.ndarray) -> float | None:
    middle = 2 * np.pi * np.sqrt(frequency.min() * frequency.max())
    return 1 / (middle * reactance) if reactance > 0 else None


def _cross_validated(rows: np.ndarray, target: np.ndarray, strengths: np.ndarray) -> tuple[float, np.ndarray]:
    """The strongest penalty within one standard error of the least score, and its non-negative solution.

    The score alone tends to too weak a penalty, which breaks broad peaks into many where the data are noisy; among
    penalties that the data cannot tell apart the strongest is taken (Breiman et al., CART, 1984, section 3.4.3).
    """
    solved = [(_score(rows, target, strength, x), strength, x) for strength, x in _path(rows, target, strengths)]
    least = min(score for score, _, _ in solved)
    near = least * (1 + np.sqrt(2 / target.size))  # relative standard error of a mean of squares
    _, strength, x = max((item for item in solved if item[0] <= near), key=lambda item: item[1])
    return float(strength), x


def _path(rows: np.ndarray, target: np.ndarray, strengths: np.ndarray) -> list[tuple[float, np.ndarray]]:
    from scipy.optimize import nnls  # slow to import, as is scipy.signal: only whoever asks for relaxation times pays

    padding = np.zeros(rows.shape[1])
    identity = np.eye(rows.shape[1])
    return [
        (s, nnls(np.vstack([rows, np.sqrt(s) * identity]), np.concatenate([target, padding]), maxiter=10_000)[0])
        for s in strengths
    ]


def _score(rows: np.ndarray, target: np.ndarray, strength: float, x: np.ndarray) -> float:
    """Generalised cross-validation with the degrees of freedom of the terms that are not held at zero."""
    singular = np.linalg.svd(rows[:, x > 0], compute_uv=False) ** 2
    freedom = float(np.sum(singular / (singular + strength)))
    return float(np.sum((rows @ x - target) ** 2) / (target.size - freedom) ** 2)


def _peaks(tau: np.ndarray, resistance: np.ndarray, visible: np.ndarray, threshold: float) -> list[RelaxationPeak]:
    """Maxima of the distribution, smoothed to its resolution, each with what lies between the minima beside it.

    Parameters
    ----------
    tau, resistance : (k,) the distribution; one more resistance than times is that in series.
    visible : (n, k) impedance of every term relative to |Z|.
    threshold : of the largest relative impedance, below which a peak is none.
    """
    from scipy.signal import find_peaks

    terms, whole, decade = resistance[: tau.size], float(resistance.sum()), np.log10(tau)
    smooth = gaussian_filter1d(np.pad(terms, 1), _RESOLUTION * _PER_DECADE, mode="constant")
    tops, found = find_peaks(smooth, prominence=0)
    smooth, tops = smooth[1:-1], tops[found["prominences"] > _STANDS_OUT * smooth[tops]] - 1  # without the padding

    def parts(of: np.ndarray) -> list[tuple[int, np.ndarray]]:
        cuts = [0, *(a + int(np.argmin(smooth[a:b])) for a, b in pairwise(of)), tau.size]
        place = np.arange(tau.size)
        return [
            (top, (place >= low) & (place < high) & (np.abs(decade - decade[top]) <= _REACH))
            for top, (low, high) in zip(of, pairwise(cuts), strict=True)
        ]

    def seen(part: np.ndarray) -> bool:
        shows = float(np.abs(visible[:, part].sum(axis=1)).max())
        return float(terms[part].sum()) > _SMALLEST_SHARE * whole and shows >= threshold

    peaks = []
    for top, part in parts(np.array([top for top, part in parts(tops) if seen(part)], dtype=int)):
        total, core = float(terms[part].sum()), part & (np.abs(decade - decade[top]) <= _CENTRE)
        centre = float(10 ** (terms[core] @ decade[core] / terms[core].sum()))
        peaks.append(RelaxationPeak(centre, 1 / (2 * np.pi * centre), total, total / whole))
    return sorted(peaks, key=lambda peak: -peak.relaxation_time)
