"""The node table as a CSV file, whole or not at all."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from ssbi_core.io.atomic import atomic_path


def write_nodes(nodes: pd.DataFrame, chosen: Collection[int], path: str | Path) -> Path:
    """Write the chosen nodes, all columns in full precision, the node's number first.

    Returns
    -------
    Path
        What was written: `path`, ending in ``.csv``.

    Raises
    ------
    OutputError
        If the folder does not exist or cannot be written.
    """
    path = Path(path)
    path = path if path.suffix else path.with_suffix(".csv")
    with atomic_path(path) as temporary:
        nodes.loc[sorted(chosen)].to_csv(temporary, index_label="node", lineterminator="\n")
    return path
