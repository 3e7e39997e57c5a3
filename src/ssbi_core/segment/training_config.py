"""Settings of a training, recorded beside the weights it produced."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ssbi_core.segment.augment import AugmentationConfig
from ssbi_core.segment.folded_unet import SegmenterConfig


def _setting(default: Any, title: str, unit: str, description: str, **bounds: Any) -> Any:
    return Field(default=default, title=title, description=description, json_schema_extra={"unit": unit}, **bounds)


class TrainingConfig(BaseModel):
    """How the segmenter is trained."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    architecture: SegmenterConfig = Field(default=SegmenterConfig(), title="Architecture")
    augmentation: AugmentationConfig = Field(default=AugmentationConfig(), title="Augmentation")
    system: str = Field(
        default="llzo_nmc",
        title="Material system",
        description="Name of the material system, or path of its file; decides which element plays which role.",
    )
    seed: int = _setting(0, "Seed", "1", "Fixes initial weights, split, crops and augmentation.", ge=0)
    num_steps: int = _setting(4000, "Steps", "1", "Number of mini-batches.", ge=1)
    batch_size: int = _setting(4, "Batch size", "crops", "Crops per step.", ge=1, le=256)
    crop: int = _setting(192, "Crop", "px", "Edge of a training crop; a multiple of the net's stride.", ge=16)
    window: int = _setting(256, "Window", "px", "Edge of the window a (rotated) crop is taken from.", ge=16)
    learning_rate: float = _setting(3e-3, "Learning rate", "1", "Highest rate of the schedule.", gt=0, le=1)
    weight_decay: float = _setting(1e-3, "Weight decay", "1", "Decoupled decay of AdamW.", ge=0, le=1)
    warm_up_steps: int = _setting(300, "Warm-up", "steps", "Steps until the highest rate is reached.", ge=0)
    average_decay: float = _setting(0.997, "Averaging", "1", "Decay of the weight average per step.", ge=0, lt=1)
    focal_gamma: float = _setting(1.0, "Focal exponent", "1", "0 is plain cross-entropy.", ge=0, le=5)
    dice_weight: float = _setting(1.0, "Dice weight", "1", "Weight of the Dice loss beside the focal loss.", ge=0)
    weight_exponent: float = _setting(0.25, "Class weighting", "1", "Class weights are frequency^-x.", ge=0, le=1)
    held_back: float = _setting(0.05, "Held back", "1", "Share of samples kept for calibration.", gt=0, lt=1)
    calibration_batches: int = _setting(16, "Calibration batches", "1", "Batches that fix the temperature.", ge=1)
    checkpoint_every: int = _setting(500, "Checkpoint", "steps", "Steps between checkpoints.", ge=1)
    log_every: int = _setting(50, "Report", "steps", "Steps between progress reports.", ge=1)

    @model_validator(mode="after")
    def _fits(self) -> TrainingConfig:
        if self.crop % self.architecture.stride:
            raise ValueError(f"crop: {self.crop} is not a multiple of the net's stride {self.architecture.stride}")
        if self.window < self.crop:
            raise ValueError(f"window: {self.window} is smaller than the crop {self.crop}")
        return self
