"""What normal images look like: one row of numbers per image, and how the places of each kind are distributed.

Three groups of columns make the row: ``descriptor:`` numbers of the structure, ``ignorance:`` numbers of what the phase
map does not know, ``place:KIND:FEATURE`` the most extreme place of each kind; beside them ``residual`` and ``spread``.
A population is kept as one Parquet file.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ssbi_core.anomaly.portrait import Portrait
from ssbi_core.errors import ReadError
from ssbi_core.io.atomic import atomic_path

DESCRIPTOR, IGNORANCE, PLACE = "descriptor:", "ignorance:", "place:"
_QUANTILES = np.linspace(0, 1, 1001)
_METADATA = b"ssbi_population"


@dataclass(frozen=True, eq=False)
class Population:
    """Normal images to compare others with.

    Attributes
    ----------
    rows : one row per image, columns as above.
    places : ``KIND:FEATURE`` -> (1001,) quantiles of all places of all images.
    counts : ``KIND:FEATURE`` -> how many these are.
    models : SHA-256 of the predictors that were used.
    source : where it comes from, in words.
    """

    rows: pd.DataFrame
    places: dict[str, np.ndarray]
    counts: dict[str, int]
    models: tuple[str, ...]
    source: str

    def __len__(self) -> int:
        return len(self.rows)

    @classmethod
    def of(cls, portraits: Sequence[Portrait], source: str) -> Population:
        """Of portraits of normal images."""
        rows = pd.DataFrame([row_of(portrait) for portrait in portraits])
        pooled: dict[str, list[float]] = {}
        for portrait in portraits:
            for key, value in _features(portrait):
                pooled.setdefault(key, []).append(value)
        places = {key: np.quantile(values, _QUANTILES) for key, values in pooled.items()}
        counts = {key: len(values) for key, values in pooled.items()}
        models = tuple(sorted({portrait.model for portrait in portraits} - {""}))
        return cls(rows, places, counts, models, source)

    def percentile(self, key: str, value: float) -> float | None:
        """Per cent of the places with a smaller ``KIND:FEATURE``; None where the population has none."""
        known = self.places.get(key)
        if known is None:
            return None
        return 100 * float(np.searchsorted(known, value, side="left")) / len(known)

    def save(self, path: str | Path) -> Path:
        """Write as Parquet."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        about = {
            "places": {key: [float(f"{v:.6g}") for v in values[::5]] for key, values in self.places.items()},
            "counts": self.counts,
            "models": list(self.models),
            "source": self.source,
        }
        table = pa.Table.from_pandas(self.rows, preserve_index=False)
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), _METADATA: json.dumps(about).encode()})
        with atomic_path(Path(path)) as temporary:
            pq.write_table(table, temporary)
        return Path(path)

    @classmethod
    def load(cls, path: str | Path) -> Population:
        """Read what `save` wrote.

        Raises
        ------
        ReadError
            If the file is missing or holds something else.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        wanted = "a population that `ssbi anomalies` wrote (population.parquet)"
        try:
            table = pq.read_table(path)
            about = json.loads((table.schema.metadata or {})[_METADATA])
            places = {key: np.asarray(values, float) for key, values in about["places"].items()}
            return cls(table.to_pandas(), places, about["counts"], tuple(about["models"]), about["source"])
        except (OSError, pa.ArrowInvalid, KeyError, ValueError) as error:
            raise ReadError(f"{path} ({type(error).__name__})", wanted, "check the path, or give images") from error


def row_of(portrait: Portrait) -> dict[str, float | str]:
    """The row of one image."""
    row: dict[str, float | str] = {"image": portrait.name}
    row |= {DESCRIPTOR + key: value for key, value in portrait.descriptors.items()}
    row |= {IGNORANCE + key: value for key, value in portrait.ignorance.items()}
    row |= {"residual": abs(portrait.residual), "spread": portrait.spread}
    for key, value in _features(portrait):
        own = row.get(PLACE + key, -math.inf)
        row[PLACE + key] = max(float(own), value)
    return row


def _features(portrait: Portrait) -> Iterable[tuple[str, float]]:
    for place in portrait.places:
        for feature, value in place.features.items():
            if math.isfinite(value):
                yield f"{place.kind}:{feature}", value
