"""The segmenter's net: a small residual U-Net that works on 2 x 2 pixel blocks.

Full-resolution convolutions are the dear part of a U-Net on a CPU. Here each 2 x 2 block of pixels is
folded into the channels first and the class scores are unfolded at the end (pixel shuffle, Shi et al.,
CVPR 2016), so nothing is lost, one-pixel lines included, at a quarter of the cost. Below that: residual
blocks with GroupNorm (He et al. 2016; Wu and He 2018) and additive skip connections.

Which input roles were recorded enters as a bias learned per role, so a channel of zeros ("not
recorded") is never mistaken for a map that found nothing.
"""

from __future__ import annotations

from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from pydantic import BaseModel, ConfigDict, Field

from ssbi_core.materials import Phase
from ssbi_core.segment.channels import ROLES

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

FOLD = 2  # pixels per block edge
CONTRAST_WINDOW = 11  # pixels
COMPOSITION_WINDOWS = (5, 15)  # pixels
CONTRAST_GAIN = 4.0
_TRACE = 0.1  # of a map's scale: below it, an element counts as absent


_INPUTS = (len(ROLES) + 1) * FOLD**2 + (len(ROLES) - 1) * len(COMPOSITION_WINDOWS)


class SegmenterConfig(BaseModel):
    """Architecture of the segmentation net."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    widths: tuple[int, ...] = Field(
        default=(24, 48, 80, 112),
        title="Channels per level",
        min_length=2,
        max_length=6,
        description="Feature channels at 1/2, 1/4, 1/8, ... of the resolution.",
        json_schema_extra={"unit": "1"},
    )
    groups: int = Field(
        default=4,
        title="Normalisation groups",
        ge=1,
        le=32,
        description="Groups of GroupNorm; every width must be a multiple.",
        json_schema_extra={"unit": "1"},
    )

    @property
    def stride(self) -> int:
        """Image sides must be multiples of this many pixels."""
        return FOLD * 2 ** (len(self.widths) - 1)


def _norm(features: int, groups: int, rngs: nnx.Rngs) -> nnx.GroupNorm:
    return nnx.GroupNorm(features, num_groups=groups, dtype=jnp.float32, param_dtype=jnp.float32, rngs=rngs)


def _conv(
    features_in: int, features_out: int, size: int, rngs: nnx.Rngs, stride: int = 1, zero: bool = False
) -> nnx.Conv:
    init = nnx.initializers.zeros_init() if zero else nnx.initializers.lecun_normal(dtype=jnp.float32)
    return nnx.Conv(
        features_in,
        features_out,
        kernel_size=(size, size),
        strides=stride,
        padding="SAME",
        dtype=jnp.float32,
        param_dtype=jnp.float32,
        kernel_init=init,
        rngs=rngs,
    )


class ResidualBlock(nnx.Module):
    """Two 3 x 3 convolutions, each after GroupNorm and ReLU, added to the input."""

    def __init__(self, features: int, groups: int, *, rngs: nnx.Rngs) -> None:
        self.norms = nnx.List([_norm(features, groups, rngs) for _ in range(2)])
        # The second starts at zero, the block as the identity: a deep net then starts well conditioned.
        self.convs = nnx.List([_conv(features, features, 3, rngs, zero=last) for last in (False, True)])

    def __call__(self, x: jax.Array) -> jax.Array:
        """(batch, rows, columns, features) -> the same shape."""
        y = x
        for norm, conv in zip(self.norms, self.convs, strict=True):
            y = conv(nnx.relu(norm(y)))
        return x + y


class UNet(nnx.Module):
    """Input channels and presence mask -> class scores per pixel."""

    def __init__(self, config: SegmenterConfig, *, rngs: nnx.Rngs) -> None:
        widths, groups = config.widths, config.groups
        self.stem = _conv(_INPUTS, widths[0], 3, rngs)
        self.presence = nnx.Linear(
            len(ROLES),
            widths[0],
            use_bias=False,
            dtype=jnp.float32,
            param_dtype=jnp.float32,
            kernel_init=nnx.initializers.zeros_init(),
            rngs=rngs,
        )
        self.encoder = nnx.List([ResidualBlock(w, groups, rngs=rngs) for w in widths])
        self.decoder = nnx.List([ResidualBlock(w, groups, rngs=rngs) for w in widths[:-1]])
        pairs = list(pairwise(widths))
        self.down_norms = nnx.List([_norm(fine, groups, rngs) for fine, _ in pairs])
        self.down = nnx.List([_conv(fine, coarse, 2, rngs, stride=2) for fine, coarse in pairs])
        # Normalised before it is added to the skip: otherwise the coarse path grows and drowns the fine one.
        self.up_norms = nnx.List([_norm(coarse, groups, rngs) for _, coarse in pairs])
        self.up = nnx.List([_conv(coarse, fine, 1, rngs) for fine, coarse in pairs])
        self.head_norm = _norm(widths[0], groups, rngs)
        self.head = _conv(widths[0], len(CLASSES) * FOLD**2, 3, rngs)

    def __call__(self, channels: jax.Array, presence: jax.Array) -> jax.Array:
        """Class scores (logits).

        Parameters
        ----------
        channels : (batch, rows, columns, roles) float32; rows and columns multiples of `SegmenterConfig.stride`.
        presence : (batch, roles) float32.

        Returns
        -------
        (batch, rows, columns, len(CLASSES)) float32
        """
        return unfold(self.head(self.features(channels, presence)))

    def features(self, channels: jax.Array, presence: jax.Array) -> jax.Array:
        """What the last convolution sees: (batch, rows / FOLD, columns / FOLD, widths[0]) float32, not negative."""
        fine = fold(jnp.concatenate([channels, local_contrast(channels[..., :1])], -1))
        x = jnp.concatenate([fine, local_composition(channels[..., 1:], presence[:, 1:])], -1)
        x = self.stem(x) + self.presence(presence)[:, None, None, :]
        skips = []
        for block, norm, down in zip(self.encoder, self.down_norms, self.down, strict=False):
            x = block(x)
            skips.append(x)
            x = down(nnx.relu(norm(x)))
        x = self.encoder[-1](x)
        for level in reversed(range(len(skips))):
            coarse = self.up[level](nnx.relu(self.up_norms[level](x)))
            x = self.decoder[level](_double(coarse) + skips[level])
        return nnx.relu(self.head_norm(x))


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


def fold(x: jax.Array) -> jax.Array:
    """Each 2 x 2 block of pixels becomes one pixel with four times the channels."""
    batch, rows, columns, channels = x.shape
    blocks = x.reshape(batch, rows // FOLD, FOLD, columns // FOLD, FOLD, channels)
    return blocks.transpose(0, 1, 3, 2, 4, 5).reshape(batch, rows // FOLD, columns // FOLD, -1)


def unfold(x: jax.Array) -> jax.Array:
    """Inverse of `fold`."""
    batch, rows, columns, channels = x.shape
    blocks = x.reshape(batch, rows, columns, FOLD, FOLD, channels // FOLD**2)
    return blocks.transpose(0, 1, 3, 2, 4, 5).reshape(batch, rows * FOLD, columns * FOLD, -1)


def _double(x: jax.Array) -> jax.Array:
    return jnp.repeat(jnp.repeat(x, 2, axis=1), 2, axis=2)
