"""Whether a file holds phase codes: decided by who wrote it or where it lies, never by its values alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ssbi_core.io.formats import open_signals
from ssbi_core.io.inputs import LABELS_FOLDER, stem_of
from ssbi_core.io.signals import Signal
from ssbi_core.io.writing import LABEL_MARKER
from ssbi_core.materials import PHASES


def is_label_file(path: str | Path) -> bool:
    """Whether the file is a label image.

    It is if `write_labels` wrote it; or if its name is or ends in "labels" or it lies in a folder `labels`,
    and it holds one uint8 array of phase codes. Everything else is an image, however few its grey values.

    Raises
    ------
    ReadError
        If the file cannot be read.
    """
    path = Path(path)
    with open_signals(path) as signals:
        if len(signals) != 1:
            return False
        if signals[0].name == LABEL_MARKER or LABEL_MARKER in signals[0].channel_names:
            return True
        named = stem_of(path).lower().endswith(LABELS_FOLDER) or path.absolute().parent.name == LABELS_FOLDER
        return named and _holds_codes(signals[0])


def _holds_codes(signal: Signal) -> bool:
    grey = all(n == 1 for axis, n in zip(signal.axes, signal.data.shape, strict=True) if axis not in "ZYX")
    return grey and signal.data.dtype == np.uint8 and int(np.max(signal.data[...])) <= len(PHASES)
