"""Files in and out: microscope formats, label images, studies, results."""

from ssbi_core.io.micrograph import Micrograph
from ssbi_core.io.phase_map import PhaseMap

__all__ = ["Micrograph", "PhaseMap"]
