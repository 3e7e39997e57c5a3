"""Files in and out: microscope formats, label images, studies, results."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssbi_core.io.calibration import check_pixel_size
    from ssbi_core.io.checks import require_analysable
    from ssbi_core.io.formats import KNOWN_SUFFIXES
    from ssbi_core.io.inputs import find_inputs, stem_of
    from ssbi_core.io.label_files import is_label_file
    from ssbi_core.io.labels import read_labels
    from ssbi_core.io.micrograph import Micrograph
    from ssbi_core.io.outputs import OutputFolder
    from ssbi_core.io.phase_map import PhaseMap
    from ssbi_core.io.reading import ImageEntry, list_images, read, read_frames
    from ssbi_core.io.regrid import resample_counts
    from ssbi_core.io.writing import write_image, write_labels
else:
    from ssbi_core.lazy_names import lazy_names

    lazy_names(
        __name__,
        {
            "KNOWN_SUFFIXES": "formats",
            "ImageEntry": "reading",
            "Micrograph": "micrograph",
            "OutputFolder": "outputs",
            "PhaseMap": "phase_map",
            "check_pixel_size": "calibration",
            "find_inputs": "inputs",
            "is_label_file": "label_files",
            "list_images": "reading",
            "read": "reading",
            "read_frames": "reading",
            "read_labels": "labels",
            "resample_counts": "regrid",
            "require_analysable": "checks",
            "stem_of": "inputs",
            "write_image": "writing",
            "write_labels": "writing",
        },
    )

__all__ = [
    "KNOWN_SUFFIXES",
    "ImageEntry",
    "Micrograph",
    "OutputFolder",
    "PhaseMap",
    "check_pixel_size",
    "find_inputs",
    "is_label_file",
    "list_images",
    "read",
    "read_frames",
    "read_labels",
    "resample_counts",
    "require_analysable",
    "stem_of",
    "write_image",
    "write_labels",
]
