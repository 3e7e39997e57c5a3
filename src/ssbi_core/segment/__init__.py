"""Micrographs to phases with a Flax U-Net."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssbi_core.segment.inference import segment
    from ssbi_core.segment.segmentation_config import SegmentationConfig
    from ssbi_core.segment.study import train_segmenter
    from ssbi_core.segment.training_config import TrainingConfig
    from ssbi_core.segment.unet import SegmenterConfig
    from ssbi_core.segment.weights import Segmenter, load_segmenter, segmenter_digest
else:
    from ssbi_core.lazy_names import lazy_names

    lazy_names(
        __name__,
        {
            "SegmentationConfig": "segmentation_config",
            "Segmenter": "weights",
            "SegmenterConfig": "unet",
            "TrainingConfig": "training_config",
            "load_segmenter": "weights",
            "segment": "inference",
            "segmenter_digest": "weights",
            "train_segmenter": "study",
        },
    )

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
