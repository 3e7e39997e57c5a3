"""The microstructure as a graph: regions are nodes, touching or neighbouring regions are edges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class InterfaceGraph:
    """Grains, particles, layer patches, pores and the two terminals, with who touches whom.

    Attributes
    ----------
    nodes : one row per node, index 0..n-1; units are in the column names (``area_nm2``). Column ``phase``
        holds the phase key, or ``terminal_first`` / ``terminal_last`` for the two faces of the transport axis.
    edges : one row per pair, columns ``sender``, ``receiver`` (node indices, sender < receiver),
        ``touching`` (False: a near pair with its ``gap_nm``), contact length, boundary width, ...
    regions : int32 image of node indices, -1 where a pixel belongs to no node.
    axis : transport axis (0 rows, 1 columns, 2 slices in 3D).
    pixel_size_nm, name, metadata : as in `PhaseMap`.
    """

    nodes: pd.DataFrame
    edges: pd.DataFrame
    regions: np.ndarray
    axis: int
    pixel_size_nm: float
    name: str = "image"
    metadata: Mapping[str, Any] = field(default_factory=dict)


def contact_column(dimensions: int) -> str:
    """Name of the contact size among the edges: a length in 2D, an area in 3D."""
    return "contact_length_nm" if dimensions == 2 else "contact_area_nm2"
