"""Tables, figures and the HTML report.

The records import nothing heavy; figures and HTML (matplotlib, jinja2) load when first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ssbi_core.report.records import ImageResult, result_json

if TYPE_CHECKING:
    from ssbi_core.report.figures import save_figures
    from ssbi_core.report.html import write_report
    from ssbi_core.report.rendering import RenderedImage, render_image_section
    from ssbi_core.report.table import result_row, results_table

_LAZY = {
    "RenderedImage": "rendering",
    "render_image_section": "rendering",
    "result_row": "table",
    "results_table": "table",
    "save_figures": "figures",
    "write_report": "html",
}

__all__ = [
    "ImageResult",
    "RenderedImage",
    "render_image_section",
    "result_json",
    "result_row",
    "results_table",
    "save_figures",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
