"""The settings that a script needs to compute a result again, as one record.

It holds the settings of every stage, so a result that was made step by step in the viewer is described as fully as one
of `ssbi analyze`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ssbi_core.errors import InputError
from ssbi_core.predict import PredictionConfig
from ssbi_core.report.records import ImageResult
from ssbi_core.segment import SegmentationConfig
from ssbi_core.transport import TransportConfig

_OWN = ("system", "reaction_layer", "image", "prediction", "predictor")
_OF_TRANSPORT = ("temperature", "axis", "conductivity", "resistance", "knockout", "rel_gap")


class Recipe(BaseModel):
    """How a result was computed, from the file on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: str = Field("llzo_nmc", title="Material system", description="shipped name or path of a .toml file")
    reaction_layer: str | None = Field(
        None, title="Reaction layer", description="chemistry; the system's own by default"
    )
    image: str | None = Field(None, title="Image", description="which image of a file that holds several")
    model: str | None = Field(None, title="Net", description="file or folder of the net; the shipped one by default")
    segmentation: SegmentationConfig = Field(default_factory=SegmentationConfig, title="Segmentation")
    transport: TransportConfig = Field(default_factory=lambda: TransportConfig.model_validate({}), title="Transport")
    prediction: PredictionConfig = Field(
        default_factory=lambda: PredictionConfig.model_validate({}), title="Prediction"
    )
    predictor: str | None = Field(
        None, title="Predictor", description="file or folder of its net; the shipped one by default"
    )
    edited: bool = Field(False, title="Edited", description="the labels were corrected by hand")

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Recipe:
        """Return the recipe of an analysis, from the settings in its provenance (`AnalysisConfig`, as a dict).

        Raises
        ------
        InputError
            If a setting is missing or wrong.
        """
        own = {key: settings[key] for key in _OWN if key in settings}
        transport = {key: settings[key] for key in _OF_TRANSPORT if key in settings}
        try:
            return cls(transport=TransportConfig.model_validate(transport), **own)
        except ValidationError as error:
            wrong = ", ".join(".".join(map(str, problem["loc"])) for problem in error.errors())
            raise InputError(f"settings with a wrong {wrong}", "the settings of an analysis", "give a Recipe") from None

    def settled(self, result: ImageResult) -> Recipe:
        """Return the recipe with the transport axis that the analysis settled on, so that the programs need not."""
        if result.axis is None or self.transport.axis is not None:
            return self
        return self.model_copy(update={"transport": self.transport.model_copy(update={"axis": result.axis})})
