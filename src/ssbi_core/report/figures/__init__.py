"""The figures of one image, one file per kind; drawn for the report and saved for publications."""

from ssbi_core.report.figures.save import charts, figure_png, panels, save_figures

__all__ = ["charts", "figure_png", "panels", "save_figures"]
