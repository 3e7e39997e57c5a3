"""Matplotlib without global state: figures in, bytes out, the same bytes for the same figure.

Text that stands on the page (not on a picture) is drawn in `INK`; an SVG embedded in the report
gets the page's own text colour in its place, so one figure serves light, dark and paper.
"""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.transforms import ScaledTranslation
from PIL import Image

INK = "#0a0b0d"
CHART_WIDTH_IN = 8.4
FONT_SIZE = 9.5
_LOCK = threading.RLock()  # rc_context swaps one process-wide table; reports may be rendered from several threads
_STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # ships with matplotlib: the same picture on every machine
    "font.size": FONT_SIZE,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.fonttype": "none",  # text stays text: searchable, editable, readable aloud
    "svg.hashsalt": "ssbi",  # element ids, else random
}


@contextmanager
def style() -> Iterator[None]:
    """Draw and save in the report's style, leaving the caller's matplotlib settings alone."""
    with _LOCK, rc_context(_STYLE):
        yield


def palette_png(figure: Figure, keep: Iterable[str] = ()) -> bytes:
    """Return the figure as a PNG of at most 256 colours at its own resolution: small, for the screen.

    Parameters
    ----------
    keep : #rrggbb colours that carry meaning and must survive, however small the area they cover.
    """
    image = Image.fromarray(_pixels(figure))
    kept = [channel for color in sorted(set(keep))[:64] for channel in bytes.fromhex(color[1:])]
    common = image.quantize(256 - len(kept) // 3, method=Image.Quantize.MEDIANCUT).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette(common[: 768 - len(kept)] + kept)
    stream = io.BytesIO()
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(stream, format="PNG", optimize=True)
    return stream.getvalue()


def print_png(figure: Figure, dpi: int) -> bytes:
    """Return the figure as a full-colour PNG for publication."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=dpi, facecolor="white", metadata={"Software": None})
    return stream.getvalue()


def svg_text(figure: Figure) -> str:
    """Return the figure as an SVG document."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return stream.getvalue()


def inline_svg(figure: Figure, title: str) -> str:
    """Return a chart as an ``<svg>`` element for an HTML page: no ids, text in the page's colour and font.

    Clip paths go with the ids; a chart has nothing that would have to be clipped.
    """
    svg = svg_text(figure)
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<defs>.*?</defs>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' (?:id|clip-path)="[^"]*"', "", svg)
    svg = re.sub(r"(font: [^'\";]*?px) [^;\"]*", r"\1 system-ui, sans-serif", svg).replace(INK, "currentColor")
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(title)}"', 1)


def dot(axes: Axes, x: float, y: float, color: str, width: float) -> None:
    """Draw a disc `width` points across: a marker would need an id, which charts on the page do not have."""
    inches = axes.get_figure(root=True).dpi_scale_trans  # type: ignore[union-attr]
    at = inches + ScaledTranslation(x, y, axes.transData)  # type: ignore[arg-type] - any transform will do
    axes.add_patch(Circle((0, 0), width / 144, transform=at, color=color, linewidth=0, zorder=3))


def text_width(figure: Figure, text: str, size: float = FONT_SIZE) -> float:
    """Return the width of a text of `size` points as a fraction of the figure's."""
    probe = figure.text(0, 0, text, fontsize=size)
    width = probe.get_window_extent(FigureCanvasAgg(figure).get_renderer()).width
    probe.remove()
    return width / figure.bbox.width


def _pixels(figure: Figure) -> np.ndarray:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
