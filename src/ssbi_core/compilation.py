"""Compiled programs are kept in the user's cache folder: compiling one takes longer than many solves."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import jax
from platformdirs import user_cache_path


@lru_cache(maxsize=1)
def keep_compiled_programs() -> Path | None:
    """Have JAX keep what it compiles from now on, unless it was told where to (or not to) already.

    Returns the folder in use; None where none can be written.
    """
    chosen = jax.config.values.get("jax_compilation_cache_dir")
    if chosen:
        return Path(chosen)
    folder = user_cache_path("napari-ssbi") / "jax"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.5)
    return folder
