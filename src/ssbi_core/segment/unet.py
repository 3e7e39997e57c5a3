"""The segmenter's first look: a folded U-Net from a micrograph's channels to class scores per pixel."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from ssbi_core.materials import Phase
from ssbi_core.segment.channels import ROLES
from ssbi_core.segment.folded_unet import FOLD, FoldedUNet, SegmenterConfig, fold

CLASSES: tuple[Phase, ...] = (
    Phase.LLZO,
    Phase.GRAIN_BOUNDARY,
    Phase.NMC,
    Phase.REACTION_LAYER,
    Phase.PORE,
    Phase.DISLOCATION,
    Phase.COATING,
)
"""What the net tells apart. Contact is not among them: it follows from where LLZO meets NMC."""

CONTRAST_WINDOW = 11  # pixels
COMPOSITION_WINDOWS = (5, 15)  # pixels
CONTRAST_GAIN = 4.0
_TRACE = 0.1  # of a map's scale: below it, an element counts as absent


_INPUTS = (len(ROLES) + 1) * FOLD**2 + (len(ROLES) - 1) * len(COMPOSITION_WINDOWS)


class UNet(FoldedUNet):
    """Input channels and presence mask -> scores of `CLASSES` per pixel."""

    def __init__(self, config: SegmenterConfig, *, rngs: nnx.Rngs) -> None:
        super().__init__(config, _INPUTS, len(CLASSES) * FOLD**2, rngs=rngs)

    def features(self, channels: jax.Array, presence: jax.Array) -> jax.Array:
        """Of input channels (batch, rows, columns, roles)."""
        fine = fold(jnp.concatenate([channels, local_contrast(channels[..., :1])], -1))
        composition = local_composition(channels[..., 1:], presence[:, 1:])
        return self.trunk(jnp.concatenate([fine, composition], -1), presence)


def local_contrast(haadf: jax.Array) -> jax.Array:
    """What stands out of its surroundings: image minus its running mean over 11 x 11 pixels, times four.

    Grain boundaries and dislocations are a few per cent of the grey scale. Given to the net at the
    strength of the phases, they are learned at the same pace, and shading and thickness wedges drop out.
    """
    return CONTRAST_GAIN * (haadf - _local_mean(haadf, CONTRAST_WINDOW))


def local_composition(maps: jax.Array, presence: jax.Array) -> jax.Array:
    """Logarithms of the element maps' local means over two windows, one value per 2 x 2 block, 0 where not recorded.

    A pixel holds a few X-ray counts; the difference between an electrolyte and its reaction product
    is a ratio of two such numbers and shows only over many pixels. Of logarithms a
    convolution takes ratios, which thickness and dose leave alone.
    """
    means = [_local_mean(maps, window)[:, ::FOLD, ::FOLD] for window in COMPOSITION_WINDOWS]
    return jnp.concatenate([presence[:, None, None, :] * jnp.log(mean + _TRACE) for mean in means], -1)


def _local_mean(x: jax.Array, window: int) -> jax.Array:
    return _running_mean(_running_mean(x, 1, window), 2, window)


def _running_mean(x: jax.Array, axis: int, width: int) -> jax.Array:
    window = tuple(width if a == axis else 1 for a in range(x.ndim))
    sums = jax.lax.reduce_window(x, jnp.float32(0), jax.lax.add, window, (1,) * x.ndim, "SAME")
    # Fewer pixels near the edge; counted in NumPy, since XLA would spend seconds on folding the constant.
    counts = np.convolve(np.ones(x.shape[axis], np.float32), np.ones(width, np.float32), "same")
    return sums / np.expand_dims(counts, [a for a in range(x.ndim) if a != axis])
