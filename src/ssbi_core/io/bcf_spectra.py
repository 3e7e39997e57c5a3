"""The spectrum image of a Bruker BCF file, unpacked in a process of its own when it is first looked at."""

from __future__ import annotations

import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ssbi_core.io.isolated import run_isolated

_SECONDS = 15
_BYTES_PER_SECOND = 2_000_000


class BcfSpectra:
    """(rows, columns, channels) counts of a BCF file as an array read on indexing.

    Parameters
    ----------
    path : the BCF file.
    promised : the array RosettaSciIO announces; only its shape and type are used.
    """

    def __init__(self, path: Path, promised: Any) -> None:
        self.shape = tuple(int(n) for n in promised.shape)
        self.dtype = np.dtype(promised.dtype)
        self.ndim = len(self.shape)
        self._path = path

    def __getitem__(self, index: Any) -> np.ndarray:
        return np.asarray(self._unpacked[index])

    @cached_property
    def _unpacked(self) -> np.ndarray:
        self._folder = tempfile.TemporaryDirectory(prefix="ssbi-bcf-", ignore_cleanup_errors=True)
        target = Path(self._folder.name) / "spectra.npy"
        seconds = _SECONDS + self._path.stat().st_size // _BYTES_PER_SECOND
        run_isolated("unpack_bcf", self._path, str(target), seconds=seconds)
        return np.load(target, mmap_mode="r")
