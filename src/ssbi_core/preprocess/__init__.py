"""Between a file and the segmenter: normalise, denoise, correct drift, register EDS to HAADF, resample."""

from ssbi_core.preprocess.config import PreprocessConfig
from ssbi_core.preprocess.denoise import denoise
from ssbi_core.preprocess.drift import correct_drift
from ssbi_core.preprocess.normalize import normalize
from ssbi_core.preprocess.register import register_elements
from ssbi_core.preprocess.resample import resample, resample_labels, resample_micrograph

__all__ = [
    "PreprocessConfig",
    "correct_drift",
    "denoise",
    "normalize",
    "register_elements",
    "resample",
    "resample_labels",
    "resample_micrograph",
]
