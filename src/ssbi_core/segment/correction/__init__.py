"""Corrections by hand: painted strokes that hold, a net that learns from them, and where to paint next."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssbi_core.segment.correction.learn import Learned, learn_from_strokes
    from ssbi_core.segment.correction.learning_config import LearningConfig
    from ssbi_core.segment.correction.places import where_to_paint
    from ssbi_core.segment.correction.strokes import with_strokes
else:
    from ssbi_core.lazy_names import lazy_names

    lazy_names(
        __name__,
        {
            "Learned": "learn",
            "LearningConfig": "learning_config",
            "learn_from_strokes": "learn",
            "where_to_paint": "places",
            "with_strokes": "strokes",
        },
    )

__all__ = ["Learned", "LearningConfig", "learn_from_strokes", "where_to_paint", "with_strokes"]
