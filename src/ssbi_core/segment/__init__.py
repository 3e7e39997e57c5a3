"""Micrographs to phases with a Flax U-Net."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssbi_core.segment.correction import (
        Learned,
        LearningConfig,
        learn_from_strokes,
        where_to_paint,
        with_strokes,
    )
    from ssbi_core.segment.folded_unet import SegmenterConfig
    from ssbi_core.segment.inference import segment
    from ssbi_core.segment.sampling import sample_labels
    from ssbi_core.segment.segmentation_config import SegmentationConfig
    from ssbi_core.segment.study import train_segmenter
    from ssbi_core.segment.training_config import TrainingConfig
    from ssbi_core.segment.weights import Segmenter, load_segmenter, segmenter_digest
else:
    from ssbi_core.lazy_names import lazy_names

    lazy_names(
        __name__,
        {
            "Learned": "correction",
            "LearningConfig": "correction",
            "SegmentationConfig": "segmentation_config",
            "Segmenter": "weights",
            "SegmenterConfig": "folded_unet",
            "TrainingConfig": "training_config",
            "learn_from_strokes": "correction",
            "load_segmenter": "weights",
            "sample_labels": "sampling",
            "segment": "inference",
            "segmenter_digest": "weights",
            "train_segmenter": "study",
            "where_to_paint": "correction",
            "with_strokes": "correction",
        },
    )

__all__ = [
    "Learned",
    "LearningConfig",
    "SegmentationConfig",
    "Segmenter",
    "SegmenterConfig",
    "TrainingConfig",
    "learn_from_strokes",
    "load_segmenter",
    "sample_labels",
    "segment",
    "segmenter_digest",
    "train_segmenter",
    "where_to_paint",
    "with_strokes",
]
