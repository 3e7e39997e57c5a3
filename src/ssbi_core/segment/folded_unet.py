"""A small residual U-Net that works on 2 x 2 pixel blocks; what it sees and what it says are up to who derives from it.

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
from flax import nnx
from pydantic import BaseModel, ConfigDict, Field

from ssbi_core.segment.channels import ROLES

FOLD = 2  # pixels per block edge


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


class FoldedUNet(nnx.Module):
    """Channels and presence mask -> features, of which a last convolution makes class scores.

    Parameters
    ----------
    inputs, outputs : channels of a block that come in, and class scores of a block.
    silent : the last convolution starts at zero: the net begins by saying nothing.
    """

    def __init__(
        self, config: SegmenterConfig, inputs: int, outputs: int, *, rngs: nnx.Rngs, silent: bool = False
    ) -> None:
        widths, groups = config.widths, config.groups
        self.stem = _conv(inputs, widths[0], 3, rngs)
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
        self.head = _conv(widths[0], outputs, 3, rngs, zero=silent)

    def __call__(self, channels: jax.Array, presence: jax.Array) -> jax.Array:
        """Class scores (logits) of every pixel.

        Parameters
        ----------
        channels : (batch, rows, columns, channels) float32; rows and columns multiples of `SegmenterConfig.stride`.
        presence : (batch, roles) float32.

        Returns
        -------
        (batch, rows, columns, classes) float32
        """
        return self.given(channels) + unfold(self.head(self.features(channels, presence)))

    def features(self, channels: jax.Array, presence: jax.Array) -> jax.Array:
        """What the last convolution sees: (batch, rows / FOLD, columns / FOLD, widths[0]) float32, not negative."""
        raise NotImplementedError

    def given(self, channels: jax.Array) -> jax.Array:
        """Class scores that those of the last convolution are added to, (batch, rows, columns, classes)."""
        return jnp.zeros((*channels.shape[:-1], self.head.out_features // FOLD**2), jnp.float32)

    def trunk(self, x: jax.Array, presence: jax.Array) -> jax.Array:
        """What the last convolution sees, (batch, rows, columns, widths[0]) float32, not negative.

        Parameters
        ----------
        x : (batch, rows, columns, inputs) float32, of blocks; rows and columns multiples of the stride in blocks.
        presence : (batch, roles) float32.
        """
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
