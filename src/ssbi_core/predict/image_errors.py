"""How far off predictions from micrographs are, all that segmentation gets wrong included.

Label images drawn from what a segmentation is unsure of tell which images are risky, but not by how much: what a whole
image shares, such as a window in a blocking layer that every draw closes, is in none of them. So predictions from
images get a calibration of their own, on micrographs that neither net has learned from and whose true conductivity is
known: a variance that every image has on top of what its draws say, and the distribution of the errors in units of the
standard deviation of it all (split conformal, as `conformal` for true labels).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import MaterialSystem
from ssbi_core.predict.conformal import Conformal
from ssbi_core.predict.posterior import ConductivityPosterior
from ssbi_core.predict.tails import DEGREES, UNIT_SCALE

_FLOORS = np.logspace(-3, 0, 61)  # of ln sigma: from 0.1 % to a factor of e


class ImageCase(NamedTuple):
    """A segmented micrograph whose conductivity is known.

    Attributes
    ----------
    phases : with probabilities.
    system, temperature : that the conductivity is of; in K.
    conductivity : of the true phases, S/cm.
    """

    phases: PhaseMap
    system: MaterialSystem
    temperature: float
    conductivity: float


@dataclass(frozen=True, eq=False)
class ImageErrors:
    """Of predictions from images.

    Attributes
    ----------
    conformal : absolute errors of ln sigma over their standard deviation.
    floor : standard deviation of ln sigma that every image has beyond what its draws say.
    segmenter : SHA-256 of the net that segmented them.
    """

    conformal: Conformal
    floor: float
    segmenter: str

    @classmethod
    def of(cls, error: np.ndarray, variance: np.ndarray, segmenter: str = "") -> ImageErrors:
        """From errors of ln sigma and the variance said for each, both (n,); the likeliest floor is taken."""
        sd = np.sqrt(np.asarray(variance)[:, None] + _FLOORS**2)
        scaled = np.asarray(error)[:, None] / (UNIT_SCALE * sd)
        # Of Student's t but for constants: scipy.stats would add its import to that of every prediction.
        likelihood = -(np.log(sd) + (DEGREES + 1) / 2 * np.log1p(scaled**2 / DEGREES)).sum(0)
        best = int(likelihood.argmax())
        return cls(Conformal.of(error, np.zeros(len(sd)), sd[:, best]), float(_FLOORS[best]), segmenter)


def image_errors(
    predict: Callable[[ImageCase], ConductivityPosterior], cases: Iterable[ImageCase], segmenter: str
) -> ImageErrors | None:
    """Errors of a predictor on images of known conductivity; None where nothing of them conducts once segmented.

    Parameters
    ----------
    predict : what is said of an image, its material known.
    cases : that nothing was learned from.
    segmenter : SHA-256 of the net that segmented them.
    """
    error, variance = [], []
    for case in cases:
        try:
            found = predict(case)
        except InputError:  # without a path there is no prediction, and so no interval to be wrong
            continue
        error.append(np.log(case.conductivity / found.mean_S_per_cm))
        variance.append(sum(found.variance.values()))
    return ImageErrors.of(np.array(error), np.array(variance), segmenter) if error else None
