"""An output folder whose parts appear whole or not at all.

Each item is written to a hidden folder inside the output and renamed when it is complete, so a crash, a full disk
or Ctrl-C never leaves half a result. Only what this library writes is ever replaced or removed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ssbi_core.errors import OutputError
from ssbi_core.io.atomic import atomic_path

_PREFIX = ".ssbi-"


class OutputFolder:
    """The folder named by -o.

    Parameters
    ----------
    path : created if it does not exist.
    overwrite : allow a folder that is not empty; items and files of the same name are replaced, all others stay.

    Raises
    ------
    OutputError
        If it is a file, not empty (without `overwrite`), or cannot be written.
    """

    def __init__(self, path: str | Path, overwrite: bool = False) -> None:
        self.path = Path(path).expanduser()
        self.overwrite = overwrite
        self._claim()

    def _claim(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise OutputError(f"{self.path} is a file", "a folder", "choose another output folder")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=self.path):
                pass
            occupied = any(not entry.name.startswith(_PREFIX) for entry in self.path.iterdir())
        except OSError as error:
            raise _unwritable(self.path, error) from error
        if occupied and not self.overwrite:
            raise OutputError(
                f"{self.path} is not empty", "a new or empty folder", "choose another, or add --overwrite"
            )

    @contextlib.contextmanager
    def item(self, stem: str) -> Iterator[Path]:
        """Yield a temporary folder that becomes `OUT/stem` when the block succeeds and vanishes when it fails.

        With `overwrite`, files of the same name in an existing `OUT/stem` are replaced; files it holds besides stay.

        Raises
        ------
        OutputError
            If the result cannot be put in its place.
        """
        _check_name(stem)
        with self._temporary() as temporary:
            work = temporary / stem
            work.mkdir()
            yield work
            try:
                self._publish(work, self.path / stem, temporary / "replaced")
            except OSError as error:
                raise _unwritable(self.path / stem, error) from error

    @contextlib.contextmanager
    def file(self, name: str) -> Iterator[Path]:
        """Yield a temporary path that becomes `OUT/name` when the block succeeds and vanishes when it fails."""
        _check_name(name)
        with atomic_path(self.path / name) as temporary:
            yield temporary

    @contextlib.contextmanager
    def _temporary(self) -> Iterator[Path]:
        try:
            folder = tempfile.mkdtemp(prefix=_PREFIX, dir=self.path)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        try:
            yield Path(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _publish(self, work: Path, target: Path, replaced: Path) -> None:
        work.chmod(0o777 & ~_umask())  # mkdtemp made its parent private; the result is as public as any other
        if not target.exists():
            os.rename(work, target)
            return
        _adopt_foreign_files(target, work)
        os.rename(target, replaced)
        try:
            os.rename(work, target)
        except OSError:
            os.rename(replaced, target)
            raise


def _adopt_foreign_files(old: Path, new: Path) -> None:
    """Copy what only the old folder holds, by hard link where the disk allows."""
    for source in old.rglob("*"):
        target = new / source.relative_to(old)
        if source.is_dir():
            target.mkdir(exist_ok=True)
        elif not target.exists():
            try:
                os.link(source, target)
            except OSError:
                shutil.copy2(source, target)


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{path} cannot be written ({error.strerror or error})",
        "a folder with permission to write and free space",
        "choose another output folder",
    )


def _check_name(name: str) -> None:
    if not name or name in (".", "..") or "/" in name or "\\" in name or name.startswith(_PREFIX):
        raise OutputError(f"{name!r} as the name of a result", "a plain file name", "rename the input")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
