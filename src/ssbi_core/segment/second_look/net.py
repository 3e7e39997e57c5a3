"""The net of the second look: what was found before, corrected by what an image shows on its own scale."""

from __future__ import annotations

import jax
from flax import nnx

from ssbi_core.segment.folded_unet import FOLD, FoldedUNet, SegmenterConfig, fold
from ssbi_core.segment.second_look.image_scale import NUM_CHANNELS, log_probabilities
from ssbi_core.segment.unet import CLASSES


class SecondLook(FoldedUNet):
    """Channels of `on_image_scale` and presence mask -> class scores; those that came in, before it has learned."""

    def __init__(self, config: SegmenterConfig, *, rngs: nnx.Rngs) -> None:
        super().__init__(config, NUM_CHANNELS * FOLD**2, len(CLASSES) * FOLD**2, rngs=rngs, silent=True)

    def features(self, channels: jax.Array, presence: jax.Array) -> jax.Array:
        """Of channels (batch, rows, columns, NUM_CHANNELS)."""
        return self.trunk(fold(channels), presence)

    def given(self, channels: jax.Array) -> jax.Array:
        """What was found before."""
        return log_probabilities(channels)
