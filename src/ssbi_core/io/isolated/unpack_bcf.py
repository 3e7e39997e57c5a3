"""Unpack the spectrum image of a Bruker BCF file into an .npy file."""

from __future__ import annotations

import sys

import numpy as np
from rsciio.bruker import file_reader

if __name__ == "__main__":
    source, target = sys.argv[1:3]
    np.save(target, file_reader(source, select_type="spectrum_image")[0]["data"])
