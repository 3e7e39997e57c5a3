"""Settings of the predictor and of its training."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

Guide = Literal["normal", "low_rank", "laplace", "last_layer"]


class NetworkConfig(BaseModel, frozen=True, extra="forbid"):
    """Architecture, and how finely a graph is cut into cells for it."""

    hidden: int = Field(16, ge=2, le=256, description="size of the states")
    steps: int = Field(3, ge=0, le=16, description="of the recurrence")
    across: int = Field(11, ge=2, le=64, description="cells of a body along the shortest side of the picture")
    layer_across: int = Field(48, ge=2, le=256, description="cells of a layer along it")
    corrects: bool = Field(
        True, description="correct the contacts' conductances; without, only the residual is learned"
    )


class TrainingConfig(BaseModel, frozen=True, extra="forbid"):
    """How weights are learned."""

    seed: int = Field(0, ge=0, description="of weights, batches and posterior samples")
    batch: int = Field(16, ge=1, description="graphs per step")
    lattices: int = Field(2, ge=1, description="along how many lattices each picture of a study is cut to learn from")
    epochs: int = Field(36, ge=1, description="of the maximum a posteriori fit")
    learning_rate: float = Field(5e-3, gt=0, description="largest of the cycle")
    penalty: float = Field(1e-6, ge=0, description="lambda of the loss MSE + lambda ||beta||^2")
    guide: Guide = Field("laplace", description="family of the posterior over weights")
    posterior_epochs: int = Field(12, ge=1, description="of stochastic variational inference")
    posterior_learning_rate: float = Field(5e-3, gt=0, description="largest of its cycle")
    annealing: float = Field(0.3, ge=0, le=1, description="share of these over which the prior comes in")
    prior_scale: float = Field(1.0, gt=0, description="of weights, over the root of a layer's inputs")
    samples: int = Field(64, ge=2, le=1024, description="weights kept of the posterior")
    calibration_images: int = Field(
        100,
        ge=0,
        description="micrographs of a study, at most, that intervals of images are calibrated on",
    )
