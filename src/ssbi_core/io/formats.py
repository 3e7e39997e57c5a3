"""Which reader opens which file, and the guard around all of them.

Parsers of vendor formats meet damaged files with every exception there is; here each becomes a ReadError,
and a header that promises more data than the file can hold is refused before memory is asked for.
"""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path

from ssbi_core.errors import ReadError, SsbiError
from ssbi_core.io.planes import declared_bytes
from ssbi_core.io.signals import Signal

Opener = Callable[[Path], AbstractContextManager[list[Signal]]]

_OPENERS = {
    "tiff": ("ssbi_core.io.tiff", "open_tiff"),
    "vendor": ("ssbi_core.io.vendor", "open_vendor"),
    "zarr": ("ssbi_core.io.ome_zarr", "open_ome_zarr"),
    "plain": ("ssbi_core.io.plain", "open_plain"),
}
_FAMILY = {
    **dict.fromkeys((".tif", ".tiff"), "tiff"),
    **dict.fromkeys((".dm3", ".dm4", ".emd", ".bcf", ".ser", ".emi", ".mrc", ".hspy", ".zspy"), "vendor"),
    **dict.fromkeys((".zarr",), "zarr"),
    **dict.fromkeys((".png", ".bmp", ".jpg", ".jpeg"), "plain"),
}
KNOWN_SUFFIXES = tuple(_FAMILY)
FOLDER_SUFFIXES = (".zarr", ".zspy")

# zlib cannot compress more than about 1000 to 1; the rest is room for better codecs on small files.
_LARGEST_RATIO = 1200
_ALWAYS_ALLOWED_BYTES = 1 << 26


@contextlib.contextmanager
def open_signals(path: str | Path) -> Iterator[list[Signal]]:
    """Open a file of any known format; its arrays can be read while the block runs.

    Raises
    ------
    ReadError
        If the file is missing, empty, of an unknown format, or damaged.
    """
    path = Path(path)
    opener = _opener(path)
    with _quiet(), _as_read_error(path), opener(path) as signals:
        if not signals:
            raise _unusable(path, "holds no image")
        for signal in signals:
            _check_promise(path, signal)
        yield signals


def _opener(path: Path) -> Opener:
    if not path.exists():
        raise ReadError(f"{path} does not exist", "an image file", "check the path")
    family = _FAMILY.get(path.suffix.lower())
    if family is None or (path.is_dir() and path.suffix.lower() not in FOLDER_SUFFIXES):
        what = "a folder" if path.is_dir() else f"a file of unknown type {path.suffix!r}"
        raise ReadError(
            f"{path.name} is {what}",
            f"one of {' '.join(KNOWN_SUFFIXES)}",
            "export the image as OME-TIFF from the microscope's software",
        )
    if path.is_file() and path.stat().st_size == 0:
        raise ReadError(f"{path.name} is empty", "an image file", "copy it again from the microscope")
    module, function = _OPENERS[family]
    return getattr(import_module(module), function)


@contextlib.contextmanager
def _as_read_error(path: Path) -> Iterator[None]:
    try:
        yield
    except SsbiError:
        raise
    except MemoryError as error:
        raise _unusable(path, "needs more memory than there is") from error
    except PermissionError as error:
        raise ReadError(f"{path.name} cannot be opened", "permission to read it", "change its permissions") from error
    except Exception as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise _unusable(path, f"cannot be read ({reason})") from error


def _check_promise(path: Path, signal: Signal) -> None:
    if path.is_dir():
        return
    promised, stored = declared_bytes(signal), path.stat().st_size
    if promised > _ALWAYS_ALLOWED_BYTES and promised > _LARGEST_RATIO * stored and signal.technique == "image":
        raise _unusable(path, f"promises {promised / 1e9:.1f} GB of data in {stored / 1e6:.1f} MB")


def _unusable(path: Path, problem: str) -> ReadError:
    return ReadError(
        f"{path.name} {problem}",
        "an undamaged image file",
        "copy it again from the microscope, or export it as OME-TIFF",
    )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence the libraries: what a user must know is said by us, in the errors and the metadata."""
    loggers = [logging.getLogger(name) for name in ("RosettaSciIO", "rsciio", "tifffile")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
