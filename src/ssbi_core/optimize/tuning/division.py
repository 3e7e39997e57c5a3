"""Which samples are learned from, and which the result is validated on.

The samples of a study are dealt into parts of equal size, and one part after the other is held back. Settings validated
on several parts have been asked about every picture of these once, so their mean error is that of many pictures: it
is less noisy than that of parts drawn anew, which overlap.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from ssbi_core.predict.records import split_by_sample


class Division(NamedTuple):
    """A part held back.

    Attributes
    ----------
    seed : of the dealing.
    parts : number of parts.
    part : the one held back.
    """

    seed: int
    parts: int
    part: int

    @property
    def training_seed(self) -> int:
        """Of weights and batches: another one for each part of each dealing."""
        return self.seed * self.parts + self.part

    def rows(self, table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Rows of a table with ``sample`` to learn from, and to validate on; no sample has some in both.

        Raises
        ------
        InputError
            If there are fewer samples than parts.
        """
        pieces = split_by_sample(table, [1 / self.parts] * self.parts, self.seed)
        learn = [piece for at, piece in enumerate(pieces) if at != self.part]
        return np.sort(np.concatenate(learn)), pieces[self.part]
