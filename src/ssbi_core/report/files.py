"""One image's results as files, and the table of a study; every file appears whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from ssbi_core.graph import write_graph
from ssbi_core.io import write_image, write_labels
from ssbi_core.io.atomic import atomic_path
from ssbi_core.report.records import ImageResult, result_json
from ssbi_core.report.rendering import RenderedImage
from ssbi_core.report.table import results_table


def write_result(result: ImageResult, folder: str | Path) -> list[Path]:
    """Write what was computed for one image into its folder.

    Parameters
    ----------
    result : the result of one image.
    folder : an existing folder; files of the same names are replaced.

    Returns
    -------
    list of Path
        ``labels.tif``; ``uncertainty.tif``, ``graph.parquet``, ``graph.graphml``, ``potential.tif`` (V) and
        ``current_density.tif`` (A/cm2 at 1 V) of the stages that were run; ``bottlenecks.csv``,
        ``representative_volume.csv`` and ``temperature_sweep.csv`` where there are any; ``result.json``.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    folder, pixel = Path(folder), result.phases.pixel_size_nm
    written = [write_labels(folder / "labels.tif", result.phases.labels, pixel)]
    if result.phases.uncertainty is not None:
        written.append(write_image(folder / "uncertainty.tif", result.phases.uncertainty, pixel))
    if result.graph is not None:
        written.extend(write_graph(result.graph, folder))
    if result.transport is not None:
        written.append(write_image(folder / "potential.tif", result.transport.potential, pixel))
        written.append(write_image(folder / "current_density.tif", result.transport.current_density, pixel))
        if result.transport.bottlenecks is not None:
            written.append(_write_csv(folder / "bottlenecks.csv", result.transport.bottlenecks.table()))
    if result.representative is not None:
        written.append(_write_csv(folder / "representative_volume.csv", result.representative.table()))
    if result.temperature_sweep is not None:
        rows = pd.DataFrame(result.temperature_sweep.rows())
        written.append(_write_csv(folder / "temperature_sweep.csv", rows))
    return [*written, _write_json(folder / "result.json", result)]


def write_results_table(path: str | Path, images: Iterable[ImageResult | RenderedImage]) -> Path:
    """Write the table of a study (`results_table`) as Parquet.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    table = results_table(image.row if isinstance(image, RenderedImage) else image for image in images)
    with atomic_path(Path(path)) as temporary:
        table.to_parquet(temporary, index=False)
    return Path(path)


def _write_csv(path: Path, table: pd.DataFrame) -> Path:
    with atomic_path(path) as temporary:
        table.to_csv(temporary, index=False)
    return path


def _write_json(path: Path, result: ImageResult) -> Path:
    text = json.dumps(result_json(result), indent=2, ensure_ascii=False, allow_nan=False)
    with atomic_path(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")
    return path
