"""Files that appear whole or not at all: written under another name in the same folder, then renamed."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from ssbi_core.errors import OutputError


@contextlib.contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path that becomes `path` when the block succeeds and vanishes when it fails.

    Raises
    ------
    OutputError
        If the folder does not exist or cannot be written.
    """
    temporary = path.with_name(f".{secrets.token_hex(6)}.{path.name}")
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise OutputError(
            f"cannot write {path} ({error.strerror or error})",
            "an existing folder with permission to write and enough free space",
            "choose another output folder",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
