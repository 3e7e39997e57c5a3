"""The report of a study: one HTML file that needs nothing else.

Pictures are embedded, a content-security policy keeps the page off the network, and every string
from outside (file names, warnings) is escaped. The page is written piece by piece to a temporary
file that takes the report's place at the end, so a report is complete or absent.
"""

from __future__ import annotations

import base64
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from ssbi_core.errors import OutputError
from ssbi_core.report.formatting import chemical, gain_in_words, interval, number, percent
from ssbi_core.report.records import ImageResult
from ssbi_core.report.rendering import RenderedImage, render_image_section
from ssbi_core.report.wording import phase_in_words, study_summary


def write_report(
    path: str | Path,
    results: Sequence[ImageResult | RenderedImage],
    *,
    title: str = "Solid-state battery interfaces",
    command: str = "",
    created: str = "",
) -> Path:
    """Write the report of a study as one self-contained HTML file.

    Parameters
    ----------
    path : the file to write, replaced only when the new one is complete.
    results : the images in the order of the report; `RenderedImage` for studies that do not fit in memory.
    title : heading of the report.
    command : the command line that made it, for the provenance.
    created : date and time as it should stand in the report; the same input then gives the same bytes.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    images = [render_image_section(item) if isinstance(item, ImageResult) else item for item in results]
    pieces = (
        _environment()
        .get_template("report.html")
        .generate(
            title=title,
            command=command,
            created=created,
            images=images,
            summary=study_summary([image.row for image in images]),
        )
    )
    _write_atomically(Path(path), pieces)
    return Path(path)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ssbi_core.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "data_uri": _data_uri,
        "svg": Markup,
        "number": number,
        "interval": lambda bounds: interval(*bounds),
        "percent": percent,
        "gain": gain_in_words,
        "chemical": chemical,
        "phase": lambda key: phase_in_words(key).removeprefix("the ").capitalize(),
        "prose": _prose,
    }
    return environment


def _prose(sentences: Iterable[str]) -> Markup:
    """Sentences as one paragraph, with the subscript of sigma_eff set as such."""
    return Markup(str(escape(" ".join(sentences))).replace("σ_eff", "σ<sub>eff</sub>"))  # escaped first


def _data_uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _write_atomically(path: Path, pieces: Iterator[str]) -> None:
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _cannot_write(path, error) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.writelines(pieces)
        Path(temporary).chmod(0o644)  # mkstemp makes it private
        Path(temporary).replace(path)
    except BaseException as error:
        Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _cannot_write(path, error) from error
        raise


def _cannot_write(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"report {path} ({error})", "a folder that exists and can be written", "choose another -o folder"
    )
