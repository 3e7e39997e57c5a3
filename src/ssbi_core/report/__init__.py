"""Tables, figures and the HTML report.

The records import nothing heavy; figures and HTML (matplotlib, jinja2) load when first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbi_core.report.records import ImageResult, result_json

if TYPE_CHECKING:
    from ssbi_core.report.bundle import ReportBundle, write_report_bundle
    from ssbi_core.report.figures import figure_png, save_figures
    from ssbi_core.report.files import write_result, write_results_table
    from ssbi_core.report.html import write_report
    from ssbi_core.report.recipe import Recipe
    from ssbi_core.report.rendering import RenderedImage, render_image
    from ssbi_core.report.table import result_row, results_table
else:
    from ssbi_core.lazy_names import lazy_names

    lazy_names(
        __name__,
        {
            "Recipe": "recipe",
            "RenderedImage": "rendering",
            "ReportBundle": "bundle",
            "figure_png": "figures",
            "render_image": "rendering",
            "result_row": "table",
            "results_table": "table",
            "save_figures": "figures",
            "write_report": "html",
            "write_report_bundle": "bundle",
            "write_result": "files",
            "write_results_table": "files",
        },
    )

__all__ = [
    "ImageResult",
    "Recipe",
    "RenderedImage",
    "ReportBundle",
    "figure_png",
    "render_image",
    "result_json",
    "result_row",
    "results_table",
    "save_figures",
    "write_report",
    "write_report_bundle",
    "write_result",
    "write_results_table",
]
