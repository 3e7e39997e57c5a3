"""Settings of a hyperparameter search."""

from __future__ import annotations

from pydantic import BaseModel, Field, model_validator


class TuningConfig(BaseModel, frozen=True, extra="forbid"):
    """How long is searched, and how settings are judged."""

    trials: int = Field(50, ge=1, description="settings tried in all, those of earlier runs included")
    seed: int = Field(0, ge=0, description="of the settings tried, the divisions of the study and the weights")
    parts: int = Field(5, ge=2, description="the samples are dealt into; settings are validated on one at a time")
    splits: int = Field(3, ge=1, description="parts settings are validated on, each after learning from the others")
    repeats: int = Field(4, ge=2, description="other divisions on which best and default are compared in the end")
    workers: int = Field(1, ge=1, description="processes that learn")

    @model_validator(mode="after")
    def _fits(self) -> TuningConfig:
        if self.splits > self.parts:
            raise ValueError(f"splits: {self.splits} are more than the {self.parts} parts")
        return self
