"""Tables, figures and the HTML report.

The records import nothing heavy; figures and HTML (matplotlib, jinja2) load when first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ssbi_core.report.records import ImageResult, result_json

if TYPE_CHECKING:
    from ssbi_core.report.figures import figure_png, save_figures
    from ssbi_core.report.files import write_result, write_results_table
    from ssbi_core.report.html import write_report
    from ssbi_core.report.rendering import RenderedImage, render_image
    from ssbi_core.report.table import result_row, results_table

_LAZY = {
    "RenderedImage": "rendering",
    "figure_png": "figures",
    "render_image": "rendering",
    "result_row": "table",
    "results_table": "table",
    "save_figures": "figures",
    "write_report": "html",
    "write_result": "files",
    "write_results_table": "files",
}

__all__ = [
    "ImageResult",
    "RenderedImage",
    "figure_png",
    "render_image",
    "result_json",
    "result_row",
    "results_table",
    "save_figures",
    "write_report",
    "write_result",
    "write_results_table",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
