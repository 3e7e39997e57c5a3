"""Micrographs to phases with a Flax U-Net."""

from ssbi_core.segment.inference import SegmentationConfig, segment
from ssbi_core.segment.study import train_segmenter
from ssbi_core.segment.training_config import TrainingConfig
from ssbi_core.segment.unet import SegmenterConfig
from ssbi_core.segment.weights import Segmenter, load_segmenter, segmenter_digest

__all__ = [
    "SegmentationConfig",
    "Segmenter",
    "SegmenterConfig",
    "TrainingConfig",
    "load_segmenter",
    "segment",
    "segmenter_digest",
    "train_segmenter",
]
