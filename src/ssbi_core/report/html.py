"""The report of a study: one HTML file that needs nothing else.

Pictures are embedded, a content-security policy keeps the page off the network, and every string
from outside (file names, warnings) is escaped. The page is written piece by piece to a temporary
file that takes the report's place at the end, so a report is complete or absent.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from ssbi_core.io.atomic import atomic_path
from ssbi_core.report.anomalous import AnomalySection
from ssbi_core.report.formatting import chemical, gain_in_words, interval, number, percent
from ssbi_core.report.records import ImageResult
from ssbi_core.report.rendering import RenderedImage, render_image
from ssbi_core.report.wording import phase_in_words, study_summary


def write_report(
    path: str | Path,
    results: Sequence[ImageResult | RenderedImage],
    *,
    title: str = "Solid-state battery interfaces",
    command: str = "",
    created: str = "",
    failures: Sequence[str] = (),
    anomalies: AnomalySection | None = None,
) -> Path:
    """Write the report of a study as one self-contained HTML file.

    Parameters
    ----------
    path : the file to write, replaced only when the new one is complete.
    results : the images in the order of the report; `RenderedImage` for studies that do not fit in memory.
    title : heading of the report.
    command : the command line that made it, for the provenance.
    failures : one line per file that could not be analysed, listed under the study.
    anomalies : the images of the study ranked by how anomalous they are.
    created : date and time as it should stand in the report; the same input then gives the same bytes.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    images = [render_image(item) if isinstance(item, ImageResult) else item for item in results]
    pieces = (
        environment()
        .get_template("report.html")
        .generate(
            title=title,
            command=command,
            created=created,
            failures=failures,
            images=images,
            anomalies=anomalies,
            anchors={image.row["image"]: f"image-{number}" for number, image in enumerate(images, 1)},
            summary=study_summary([image.row for image in images]),
        )
    )
    with atomic_path(Path(path)) as temporary, temporary.open("w", encoding="utf-8") as stream:
        stream.writelines(pieces)
    return Path(path)


def environment() -> Environment:
    """Templates of the reports, with the words and numbers they are filled with; everything from outside is escaped."""
    found = Environment(
        loader=PackageLoader("ssbi_core.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "data_uri": _data_uri,
        "svg": Markup,
        "number": number,
        "interval": lambda bounds: interval(*bounds),
        "percent": percent,
        "gain": gain_in_words,
        "chemical": chemical,
        "phase": lambda key: phase_in_words(key).removeprefix("the ").capitalize(),
        "prose": _prose,
        "capital": lambda text: text[:1].upper() + text[1:],
        "breakable": _breakable,
    }
    return found


def _breakable(name: str) -> Markup:
    """Return a file name that a narrow column may break after its underscores."""
    return Markup(str(escape(name)).replace("_", "_<wbr>"))  # escaped first


def _prose(sentences: Iterable[str]) -> Markup:
    """Sentences as one paragraph, with the subscript of sigma_eff set as such."""
    return Markup(str(escape(" ".join(sentences))).replace("σ_eff", "σ<sub>eff</sub>"))  # escaped first


def _data_uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
