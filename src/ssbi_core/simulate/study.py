"""A synthetic study on disk: images, labels, and what is true of each of them.

Image i depends on (seed, i) alone, so a study can be continued, enlarged or made in parts on
several machines and is always the same study. It is an ordinary session on ordinary specimens, not
the worst of everything: for training data use `random_scene`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import numpy as np

from ssbi_core.errors import InputError, OutputError
from ssbi_core.io import Micrograph, write_image, write_labels
from ssbi_core.io.atomic import atomic_path
from ssbi_core.io.calibration import check_pixel_size
from ssbi_core.materials import PHASES, MaterialSystem, load_system
from ssbi_core.simulate.config import MicrostructureConfig
from ssbi_core.simulate.imaging_config import ImagingConfig
from ssbi_core.simulate.micrograph import simulate_micrograph
from ssbi_core.simulate.microstructure import Microstructure, simulate_microstructure
from ssbi_core.simulate.process import MicrostructureStatistics, ProcessParameters, microstructure_statistics
from ssbi_core.simulate.scenes import generator, log_uniform, random_imaging

STUDY_DIFFICULTY = 0.35
PIXEL_SIZE_NM = 0.5
_SETTINGS = "study.json"
_MADE = ("images", "labels")
_SOLVED = ("records", "cells")  # made of the labels later, and worthless without them


def simulate_study(
    number: int,
    seed: int,
    output: str | Path,
    *,
    shape: tuple[int, int] = (512, 512),
    pixel_size_nm: float | None = None,
    system: str | Path | MaterialSystem = "llzo_nmc",
    process: ProcessParameters | None = None,
    locations: int = 1,
    images: bool = True,
    overwrite: bool = False,
    progress: Callable[[str, float], None] | None = None,
) -> Path:
    """Write a synthetic study and return the path of its truth table.

    Images not yet there are made, so an interrupted study goes on and a larger `number` enlarges it.

    Parameters
    ----------
    number, seed : how many images, and which study.
    output : folder; gets images/NAME.ome.tif (HAADF and element maps), labels/NAME.tif (codes) and truth.parquet.
    shape : rows, columns.
    pixel_size_nm : edge of the pixel; 0.5 nm by default, which makes 512 pixels a nano-grained field of 256 nm.
    process : process parameters of all images; by default each sample has its own, drawn at random.
    locations : images of each sample, which share its process parameters: image i shows sample i // locations.
    images : without them labels and truth are made alone.
    overwrite : discard another study in the folder.
    progress : called with a message and the share done.

    Raises
    ------
    InputError, CalibrationError
        If number, shape, locations or pixel size make no sense.
    OutputError
        If the folder holds something else, or cannot be written.
    """
    system = load_system(system)
    pixel = check_pixel_size(PIXEL_SIZE_NM if pixel_size_nm is None else pixel_size_nm, "given to simulate_study")
    _check_request(number, seed, shape, locations)
    folder = Path(output)
    settings = {
        "seed": seed,
        "shape": list(shape),
        "pixel_size_nm": pixel,
        "material_system": system.model_dump(mode="json"),
        "process": process.model_dump() if process else None,
        **({"locations": locations} if locations != 1 else {}),  # a study noted without it had one
    }
    _prepare(folder, settings, overwrite)
    truth = folder / "truth.parquet"
    rows = _finished(folder, truth, images)
    for index in range(number):
        if progress:
            progress(f"image {index + 1} of {number}", index / number)
        if index not in rows:
            sample = _draw_sample(seed, index, shape, pixel, system, process, locations)
            rows[index] = _write(folder, sample.micrograph(system) if images else None, sample.structure, sample.row)
            _write_table(truth, rows)  # last, so that a row vouches for its files
    if progress:
        progress("done", 1.0)
    return truth


def simulate_sample(
    seed: int,
    index: int,
    *,
    shape: tuple[int, int] = (512, 512),
    pixel_size_nm: float = PIXEL_SIZE_NM,
    system: str | Path | MaterialSystem = "llzo_nmc",
    process: ProcessParameters | None = None,
    locations: int = 1,
) -> tuple[Micrograph, Microstructure, dict[str, Any]]:
    """Return image `index` of study `seed`: micrograph, microstructure and its row of the truth table."""
    system = load_system(system)
    sample = _draw_sample(seed, index, shape, pixel_size_nm, system, process, locations)
    return sample.micrograph(system), sample.structure, sample.row


@dataclass(frozen=True, eq=False)
class _Sample:
    """A microstructure and its row of the truth table; `imaging` goes on drawing from the sample's random numbers."""

    structure: Microstructure
    row: dict[str, Any]
    imaging: ImagingConfig
    key: jax.Array

    def micrograph(self, system: MaterialSystem) -> Micrograph:
        return simulate_micrograph(self.key, self.structure, self.imaging, system)


def _draw_sample(
    seed: int,
    index: int,
    shape: tuple[int, int],
    pixel_size_nm: float,
    system: MaterialSystem,
    process: ProcessParameters | None,
    locations: int,
) -> _Sample:
    keys, specimen = _keys(seed, index), index // locations
    rng = generator(keys[0])
    if process is None:
        own = random_process(rng, pixel_size_nm)  # drawn by every image, so that what follows is new to all of them
        process = own if specimen == index else random_process(generator(_keys(seed, specimen)[0]), pixel_size_nm)
    statistics = microstructure_statistics(process, system)
    config = realize(rng, statistics, shape, pixel_size_nm)
    imaging = random_imaging(rng, config, system, STUDY_DIFFICULTY).model_copy(update={"elements": None})
    structure = simulate_microstructure(keys[1], config)
    counts = np.bincount(structure.labels.ravel(), minlength=len(PHASES) + 1)
    row = {
        "image": f"sim_{seed}_{index:05d}",
        "sample": f"{seed}-{specimen}",
        "seed": seed,
        "index": index,
        "material_system": system.name,
        "reaction_layer": system.reaction_layer,
        "pixel_size_nm": pixel_size_nm,
        "interface_angle_deg": config.interface_angle_deg,
        **{f"process_{name}": value for name, value in process.model_dump().items()},
        **{f"target_{name}": value for name, value in statistics.model_dump().items()},
        **{f"fraction_{phase.key}": float(counts[phase] / structure.labels.size) for phase in PHASES},
    }
    return _Sample(structure, row, imaging, keys[2])


def _keys(seed: int, index: int) -> jax.Array:
    return jax.random.split(jax.random.fold_in(jax.random.key(seed), index), 3)


def random_process(rng: np.random.Generator, pixel_size_nm: float) -> ProcessParameters:
    """Return random process parameters whose grains and layers show at this pixel size."""
    return ProcessParameters(
        sintering_temperature_C=rng.uniform(550, 800),
        sintering_time_h=log_uniform(rng, 0.3, 4),
        initial_grain_size_nm=float(np.clip(log_uniform(rng, 40, 160) * pixel_size_nm, 5, 20000)),
        nmc_grain_size_nm=float(np.clip(log_uniform(rng, 120, 500) * pixel_size_nm, 10, 20000)),
        coating_thickness_nm=rng.uniform(2, 12) if rng.random() < 0.4 else 0.0,
        surface_treatment=rng.uniform(0, 1),
        pressure_MPa=rng.uniform(20, 150),
    )


def realize(
    rng: np.random.Generator, statistics: MicrostructureStatistics, shape: tuple[int, int], pixel_size_nm: float
) -> MicrostructureConfig:
    """Return one field of view of a sample: the statistics, and the accidents of where one looks."""
    grain = statistics.grain_size_nm
    density = rng.uniform(0, 6) * 1e6 / (512 * pixel_size_nm) ** 2
    return MicrostructureConfig(
        shape=shape,
        pixel_size_nm=pixel_size_nm,
        interface_angle_deg=90.0 * int(rng.integers(4)) + rng.normal(0, 6),
        interface_offset=rng.uniform(-0.12, 0.12),
        waviness_nm=rng.uniform(0.03, 0.2) * grain,
        waviness_length_nm=rng.uniform(0.8, 2.0) * grain,
        grain_size_spread=rng.uniform(0.2, 0.8),
        boundary_width_nm=max(rng.uniform(1, 2), 1.5 * pixel_size_nm),
        layer_unevenness=rng.uniform(0.15, 0.45),
        layer_patch_nm=rng.uniform(0.4, 1.2) * grain,
        pore_faceting=rng.uniform(0, 0.8),
        junction_pores=rng.uniform(0, 0.3) * min(10 * statistics.porosity, 1),
        lens_thickness_nm=rng.uniform(0.1, 0.3) * min(grain, 60 * pixel_size_nm),
        dislocation_density_per_um2=density,
        dislocation_length_nm=rng.uniform(0.3, 0.7) * grain,
        **statistics.model_dump(),
    )


def _check_request(number: int, seed: int, shape: tuple[int, int], locations: int) -> None:
    if number < 1 or seed < 0:
        raise InputError(f"number {number}, seed {seed}", "number >= 1 and seed >= 0", "give positive whole numbers")
    if locations < 1:
        raise InputError(f"locations {locations}", "at least 1 image of each sample", "give a positive whole number")
    if min(shape) < 16 or max(shape) > 8192:
        raise InputError(f"image shape {shape}", "16 to 8192 pixels along each side", "choose another size")


def _prepare(folder: Path, settings: dict[str, Any], overwrite: bool) -> None:
    """Make the folder, or make sure that it holds this very study."""
    note = folder / _SETTINGS
    try:
        there = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else None
        occupied = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
        if occupied and there != settings:
            if not overwrite or there is None:
                raise OutputError(
                    f"{folder} holds {'a study with other settings' if there else 'other files'}",
                    "a new or empty folder, or the same study to continue",
                    "choose another folder" + (", or give --overwrite to replace the study" if there else ""),
                )
            for name in (*_MADE, *_SOLVED):
                shutil.rmtree(folder / name, ignore_errors=True)
            (folder / "truth.parquet").unlink(missing_ok=True)
        for name in _MADE:
            (folder / name).mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps(settings, indent=1), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{folder} ({error.strerror})", "a folder that can be written", "choose another") from error


def _finished(folder: Path, truth: Path, images: bool) -> dict[int, dict[str, Any]]:
    """Rows of the images made earlier, by index."""
    import pandas as pd

    if not truth.is_file():
        return {}
    rows = pd.read_parquet(truth).to_dict(orient="records")
    needed = slice(None) if images else slice(1, None)
    return {row["index"]: row for row in rows if all(path.is_file() for path in _files(folder, row["image"])[needed])}


def _files(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / "images" / f"{name}.ome.tif", folder / "labels" / f"{name}.tif"


def _write(
    folder: Path, micrograph: Micrograph | None, structure: Microstructure, row: dict[str, Any]
) -> dict[str, Any]:
    image, labels = _files(folder, row["image"])
    if micrograph is not None:
        channels = {"HAADF": micrograph.haadf, **micrograph.elements}
        write_image(image, np.stack(list(channels.values())), micrograph.pixel_size_nm, channel_names=list(channels))
    write_labels(labels, structure.labels, row["pixel_size_nm"])
    return row


def _write_table(truth: Path, rows: dict[int, dict[str, Any]]) -> None:
    import pandas as pd

    with atomic_path(truth) as temporary:
        pd.DataFrame([rows[index] for index in sorted(rows)]).to_parquet(temporary, index=False)
