"""From pixels to blocks: an image of conductivity some ten times coarser, lines included.

Each column of a block is a series of pixels and lines; a line between two blocks belongs half to each. What the columns
make together lies between all in parallel (arithmetic mean of their conductances) and as if each carried the same
current (harmonic mean). A block has one potential, so parallel columns let a tilted line leak wherever it passes from
block to block, at any resolution; the harmonic mean does not, but closes the gaps of a layer instead. Hence several
means: a regression on them sees both. Nodes on the faces of strips between block middles leak far more (3.8 in ln sigma
at worst, not less for smaller blocks) and are not used.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from benchmarks.predict.peers.fine_links import FineLinks


class CoarseLinks(NamedTuple):
    """Conductances of a grid of blocks.

    Attributes
    ----------
    along : (n + 1, m) along the transport axis; first and last to the electrodes.
    across : (n, m - 1) across it.
    """

    along: np.ndarray
    across: np.ndarray


def coarsen(fine: FineLinks, blocks: int, along_power: int, across_power: int) -> CoarseLinks:
    """Conductances between the middles of `blocks` x `blocks` blocks.

    Parameters
    ----------
    fine : resistances between pixels.
    blocks : per edge of the picture.
    along_power, across_power : mean over the columns of a block along and across the transport axis: 1 arithmetic,
        0 geometric, -1 harmonic.

    Raises
    ------
    ValueError
        If the picture cannot be cut into blocks of whole pixels.
    """
    if any(edge % blocks for edge in fine.body.shape):
        raise ValueError(f"{fine.body.shape} pixels in {blocks} x {blocks} blocks: needed whole pixels in each")
    along = 1 / _block_conductance(fine.along, blocks, along_power)
    across = 1 / _block_conductance(fine.across.T, blocks, across_power).T
    ends = [2 / along[:1], 2 / (along[:-1] + along[1:]), 2 / along[-1:]]
    return CoarseLinks(np.concatenate(ends), 2 / (across[:, :-1] + across[:, 1:]))


def _block_conductance(links: np.ndarray, blocks: int, power: int) -> np.ndarray:
    """Of each block from face to face along the first axis, (blocks, blocks), from (rows + 1, columns) resistances."""
    height, width = (len(links) - 1) // blocks, links.shape[1] // blocks
    faces = links[::height] / 2
    faces[[0, -1]] *= 2  # an electrode's link is all the picture's own
    inner = links[:-1].reshape(blocks, height, -1)[:, 1:].sum(1)
    columns = (inner + faces[:-1] + faces[1:]).reshape(blocks, blocks, width)
    return width * _power_mean(1 / columns, power)


def _power_mean(values: np.ndarray, power: int) -> np.ndarray:
    """Over the last axis."""
    if power == 0:
        return np.exp(np.log(values).mean(-1))
    return (values**power).mean(-1) ** (1 / power)
