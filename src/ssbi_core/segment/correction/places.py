"""Where a stroke tells most: in the middle of large areas that the net is unsure of, spread over the image.

Uncertainty alone sits on every border and boundary, one or two pixels wide, where a stroke says little and is hard
to place. An opening takes such lines out and a Gaussian weighs what is left by its extent.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from skimage.feature import peak_local_max

from ssbi_core.errors import InputError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.segment.correction.strokes import check_strokes


def where_to_paint(
    phases: PhaseMap,
    count: int = 8,
    *,
    distance: int = 32,
    extent: float = 8.0,
    least: float = 0.05,
    strokes: np.ndarray | None = None,
) -> np.ndarray:
    """Places where painting the right phase tells the net most.

    Parameters
    ----------
    phases : with its uncertainty, as `segment` returns it.
    count : places wanted; there may be fewer.
    distance : pixels by which places are apart from each other, and from what is painted.
    extent : standard deviation in pixels of the Gaussian that weighs uncertainty by the area behind it.
    least : weighed uncertainty, in [0, 1], below which a place is not worth painting.
    strokes : (rows, columns) phase codes already painted, 0 where nothing is.

    Returns
    -------
    (places, 2) int
        Row and column in pixels, the most telling place first.

    Raises
    ------
    InputError
        If the phase map carries no uncertainty, a number is not positive, or the strokes are not of its shape.
    """
    if phases.uncertainty is None:
        raise InputError("a phase map without uncertainty", "one that a net made", "segment the micrograph first")
    if count < 1 or distance < 1 or extent <= 0:
        raise InputError(
            f"count {count}, distance {distance} px, extent {extent} px", "positive numbers", "choose larger numbers"
        )
    weighed = weighed_by_extent(phases.uncertainty, extent)
    if strokes is not None:
        check_strokes(strokes, phases.labels.shape)
        weighed = np.where(_away_from(strokes > 0, distance), weighed, np.float32(0))
    return peak_local_max(
        weighed, min_distance=distance, threshold_abs=least, num_peaks=count, exclude_border=False, p_norm=2
    )


def weighed_by_extent(uncertainty: np.ndarray, extent: float) -> np.ndarray:
    """Uncertainty without its thin lines, averaged over its surroundings; beyond the image counts as certain.

    Parameters
    ----------
    uncertainty : (rows, columns) float32 in [0, 1].
    extent : standard deviation of the Gaussian in pixels.
    """
    opened = ndimage.grey_opening(uncertainty, (5, 5))
    return np.asarray(ndimage.gaussian_filter(opened, extent, mode="constant"))


def _away_from(painted: np.ndarray, distance: int) -> np.ndarray:
    if not painted.any():
        return np.ones(painted.shape, bool)
    return np.asarray(ndimage.distance_transform_edt(~painted)) > distance
