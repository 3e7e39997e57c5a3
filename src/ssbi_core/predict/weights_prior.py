"""How large weights are expected to be before anything is learned."""

from __future__ import annotations

import math


def prior_scale(name: str, shape: tuple[int, ...], scale: float) -> float:
    """Standard deviation of a weight: of a kernel it falls with the root of the layer's inputs."""
    return scale / math.sqrt(shape[0]) if name.endswith("kernel") else scale
