"""Portraits made of random numbers: what the scores see of a study, without simulating one."""

from __future__ import annotations

import numpy as np

from ssbi_core.anomaly.places.place import Place, place_at
from ssbi_core.anomaly.portrait import Portrait


def grain(diameter: float, at: tuple[int, int] = (4, 4)) -> Place:
    """A grain of 5 x 5 pixels, said to be of this diameter in nm."""
    where = np.zeros((32, 32), bool)
    where[at[0] : at[0] + 5, at[1] : at[1] + 5] = True
    return place_at("grain", "llzo", where, {"size": np.log10(diameter)}, {"size": f"{diameter:.3g} nm across"})


def normal_portrait(seed: int, **changes: object) -> Portrait:
    """A normal image by its number."""
    rng = np.random.default_rng(seed)
    size = rng.lognormal(3, 0.2, 12)
    values: dict = {
        "name": f"image_{seed}",
        "shape": (32, 32),
        "pixel_size_nm": 1.0,
        "system": "llzo_nmc",
        "axis": 0,
        "descriptors": {name: float(rng.normal()) for name in ("a", "b", "c", "d")},
        "ignorance": {"doubt_mean": float(rng.beta(2, 20))},
        "residual": float(rng.normal()),
        "spread": float(rng.lognormal(-3, 0.2)),
        "prediction": float(rng.lognormal(-10, 0.3)),
        "residual_of": "solved",
        "places": tuple(grain(d, (i, 2 * i)) for i, d in enumerate(size)),
        "model": "net",
    }
    return Portrait(**{**values, **changes})
