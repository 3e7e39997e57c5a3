"""Impedance spectra of label images into an output folder: to `ssbi impedance` what `pipeline` is to `ssbi analyze`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ssbi_core import __version__
from ssbi_core.errors import InputError, SsbiError
from ssbi_core.io import OutputFolder, find_inputs, read_labels, require_analysable
from ssbi_core.io.inputs import stem_of
from ssbi_core.materials import MaterialSystem, load_system
from ssbi_core.report.figures.impedance import save_impedance_figure
from ssbi_core.transport.impedance import ImpedanceConfig, ImpedanceSpectrum, impedance

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class ImpedanceOutcome:
    """Folders written, one per image, and what went wrong with the others."""

    folders: list[Path]
    failures: list[str] = field(default_factory=list)


def impedance_study(
    paths: Sequence[str | Path],
    output: str | Path,
    config: ImpedanceConfig,
    *,
    system: str | MaterialSystem = "llzo_nmc",
    reaction_layer: str | None = None,
    pixel_size_nm: float | None = None,
    mapping: str | Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> ImpedanceOutcome:
    """Write impedance.csv, impedance.json, impedance.png and impedance.svg for every label image.

    Parameters
    ----------
    paths : label images, folders or globs, in any mixture.
    output : folder to write, with one folder per image; one with content needs `overwrite`.
    config : settings of the spectra.
    system, reaction_layer : material system, and another chemistry of its reaction layer.
    pixel_size_nm, mapping : for files without calibration; file of label value = phase name.
    progress : called with the name of the image and the fraction done.

    Raises
    ------
    SsbiError
        If no image is found, the output cannot be written, or every single image fails.
    """
    material = load_system(system, reaction_layer=reaction_layer)
    inputs = find_inputs(paths, labels=True)
    folder = OutputFolder(output, overwrite=overwrite)
    written, failures = [], []
    for index, path in enumerate(inputs):

        def step(done: float, index: int = index, name: str = path.name) -> None:
            if progress is not None:
                progress(f"[{index + 1}/{len(inputs)}] {name}", (index + done) / len(inputs))

        try:
            phases = read_labels(path, pixel_size_nm=pixel_size_nm, mapping=mapping)
            require_analysable(phases.labels.shape, phases.name, smallest=1)
            spectrum = impedance(phases, system=material, config=config, progress=step)
            record = {
                "image": path.name,
                "pixel_size_nm": phases.pixel_size_nm,
                "material_system": material.name,
                "provenance": {"version": __version__, "input_sha256": phases.sha256},
            }
            with folder.item(stem_of(path)) as directory:
                _write(spectrum, material, directory, record)
            written.append(folder.path / stem_of(path))
        except SsbiError as error:
            if len(inputs) == 1:
                raise
            failures.append(f"{path.name}: {error}")
    if not written:
        raise InputError(
            f"{len(inputs)} files, none of which could be solved: {failures[0]}",
            "readable label images",
            "see the first error",
        )
    return ImpedanceOutcome(written, failures)


def _write(spectrum: ImpedanceSpectrum, system: MaterialSystem, directory: Path, record: dict[str, object]) -> None:
    spectrum.to_csv(directory / "impedance.csv")
    spectrum.to_json(directory / "impedance.json", **record)
    save_impedance_figure(spectrum, system, directory)
