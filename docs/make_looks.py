"""The picture of docs/explanation/segmentation.md: `python docs/make_looks.py`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from ssbi_core.materials import PHASES, Phase, load_system
from ssbi_core.preprocess import register_elements
from ssbi_core.segment import load_segmenter, segment
from ssbi_core.simulate import simulate_sample

SEED, INDEX = 62_000, 54
EDGE = slice(60, 360)
PICTURE = Path(__file__).parent / "images" / "two_looks.png"


def main() -> None:
    """Segment one simulated image with and without the second look, and draw what came of it."""
    micrograph, truth, _ = simulate_sample(SEED, INDEX)
    micrograph, net = register_elements(micrograph)[0], load_segmenter()
    first, both = (segment(micrograph, model=each).labels for each in (replace(net, second=None), net))
    grey = micrograph.haadf
    inside = grey[truth.labels == Phase.LLZO]
    middle, spread = np.median(inside), inside.std()
    mpl.rcParams.update({"font.family": "sans-serif", "font.size": 9})
    figure = Figure(figsize=(12, 2.6), layout="constrained")
    axes = figure.subplots(1, 5)
    axes[0].imshow(grey[EDGE, EDGE], cmap="gray")
    axes[1].imshow(grey[EDGE, EDGE], cmap="gray", vmin=middle - 2.5 * spread, vmax=middle + 2.5 * spread)
    for axis, labels in zip(axes[2:], (first, both, truth.labels), strict=True):
        axis.imshow(_coloured(labels[EDGE, EDGE]), interpolation="nearest")
    titles = ("HAADF", "on the electrolyte's scale", "first look alone", "with the second look", "truth")
    for axis, title in zip(axes, titles, strict=True):
        axis.set_title(title)
        axis.set_axis_off()
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE, dpi=130)
    Image.open(PICTURE).convert("P", palette=Image.Palette.ADAPTIVE).save(PICTURE, optimize=True)


def _coloured(labels: np.ndarray) -> np.ndarray:
    system, colors = load_system(), np.zeros((len(Phase), 3))
    for phase in PHASES:
        colors[phase] = mpl.colors.to_rgb(system.color_of(phase))
    return colors[labels]


if __name__ == "__main__":
    main()
