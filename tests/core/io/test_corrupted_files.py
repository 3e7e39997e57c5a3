"""Damaged copies of every kind of file: a clear error or a valid record, never another exception, crash or hang."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image as Pillow

from ssbi_core.errors import SsbiError
from ssbi_core.io import Micrograph, PhaseMap, isolated, list_images, read, read_labels, write_image, write_labels

COPIES = 200
EXTREMES = np.array([0, 1, 1 << 20, 0x7FFFFFFF, 0xFFFFFFFF], np.uint32)


def truncated(content: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return content[: rng.integers(content.size)]


def flipped(content: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    where = rng.integers(0, content.size, rng.integers(1, 200))
    content[where] = rng.integers(0, 256, where.size)
    return content


def blanked(content: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    start = rng.integers(min(content.size, 4096))
    content[start : start + rng.integers(1, 64)] = rng.choice([0, 255])
    return content


def absurd_sizes(content: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Numbers of a header replaced by what a careless reader would allocate."""
    for _ in range(rng.integers(1, 8)):
        start = rng.integers(min(content.size, 4096) - 4)
        content[start : start + 4] = rng.choice(EXTREMES, 1).view(np.uint8)
    return content


def garbled(content: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    start = rng.integers(content.size)
    piece = content[start : start + rng.integers(1, 4096)]
    piece[:] = rng.integers(0, 256, piece.size)
    return content


DAMAGES = (truncated, flipped, blanked, absurd_sizes, garbled)


def damaged_copy(source: Path, folder: Path, seed: int) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for series in source.parent.glob(f"{source.stem}_*.ser") if source.suffix == ".emi" else ():
        shutil.copy(series, folder)
    rng = np.random.default_rng([seed, *source.name.encode()])
    content = np.frombuffer(source.read_bytes(), np.uint8).copy()
    path = folder / source.name
    path.write_bytes(DAMAGES[seed % len(DAMAGES)](content, rng).tobytes())
    return path


def check_micrograph(micrograph: Micrograph) -> None:
    assert micrograph.haadf.dtype == np.float32
    assert np.isfinite(micrograph.haadf).all()
    assert micrograph.haadf.min() < micrograph.haadf.max()
    assert 1e-4 <= micrograph.pixel_size_nm <= 1e5
    for counts in micrograph.elements.values():
        assert counts.shape == micrograph.shape
        assert np.isfinite(counts).all()


def open_damaged(path: Path, seed: int) -> bool:
    """Whether it still opens; anything but a clear error or a valid record fails the test."""
    pixel_size = None if seed % 2 else 1.0
    try:
        check_micrograph(read(path, pixel_size_nm=pixel_size))
    except SsbiError:
        return False
    return True


@pytest.fixture(scope="module")
def own_files(tmp_path_factory) -> list[Path]:
    """Written here, so that the test runs anywhere: compressed, plain and tiled TIFF, ImageJ, labels, PNG."""
    folder = tmp_path_factory.mktemp("whole")
    image = np.random.default_rng(0).gamma(4, 10, (3, 80, 96)).astype(np.float32)
    grey = image[0].astype(np.uint16)
    write_image(folder / "channels.ome.tif", image, 0.5, ["HAADF", "La", "Ni"])
    write_labels(folder / "codes.tif", (grey % 9).astype(np.uint8), 1.0)
    tifffile.imwrite(folder / "plain.tif", grey, resolution=(2e7, 2e7), resolutionunit="CENTIMETER")
    tifffile.imwrite(folder / "tiled.tif", grey, tile=(32, 32), compression="lzw", byteorder=">")
    tifffile.imwrite(
        folder / "imagej.tif", image, imagej=True, resolution=(2, 2), metadata={"unit": "nm", "axes": "TYX"}
    )
    Pillow.fromarray((grey % 256).astype(np.uint8)).save(folder / "picture.png")
    return sorted(folder.iterdir())


def test_damaged_copies_of_own_files_fail_clearly_or_open(own_files, tmp_path):
    opened = [open_damaged(damaged_copy(f, tmp_path / "x", seed), seed) for seed in range(20) for f in own_files]
    # Both outcomes must occur, or the damage tests nothing.
    assert 0 < sum(opened) < len(opened)


@pytest.mark.parametrize("function", [list_images, read_labels])
def test_damaged_labels_and_listings_fail_clearly_too(own_files, tmp_path, function):
    for seed in range(10):
        for source in own_files:
            path = damaged_copy(source, tmp_path / "x", seed)
            try:
                found = function(path)
            except SsbiError:
                continue
            assert isinstance(found, list | PhaseMap)


@pytest.mark.parametrize("seed", range(2))
def test_damaged_microscope_files_fail_clearly_or_open(microscope_files, tmp_path, seed):
    for source in sorted(microscope_files.iterdir()):
        if source.suffix != ".md":
            open_damaged(damaged_copy(source, tmp_path / "x", seed), seed)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_two_hundred_damaged_copies_fail_clearly_or_open(microscope_files, own_files, tmp_path):
    sources = [path for path in sorted(microscope_files.iterdir()) if path.suffix != ".md"] + own_files
    opened = [
        open_damaged(damaged_copy(sources[i % len(sources)], tmp_path / "x", i), i)
        for i in range(max(COPIES, 13 * len(sources)))
    ]
    assert 0 < sum(opened) < len(opened)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("while True: pass", "does not end"),
        ("import os; os.abort()", "crashed"),
        ("raise ValueError('bad index')", "bad index"),
    ],
)
def test_a_parser_that_hangs_or_crashes_is_given_up(tmp_path, monkeypatch, script, reason):
    monkeypatch.setattr(isolated, "_HERE", tmp_path)
    (tmp_path / "parser.py").write_text(script)
    with pytest.raises(SsbiError, match=reason):
        isolated.run_isolated("parser", Path("scan.emd"), seconds=1)
