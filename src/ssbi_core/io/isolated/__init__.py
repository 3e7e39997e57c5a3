"""Scripts run in a process of their own, because the libraries they call crash or hang on damaged files.

libhdf5 can loop for ever over a damaged index, and RosettaSciIO's compiled BCF parser reads and writes
outside its buffers. Neither can be caught where it happens; a child process can be given up.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from ssbi_core.errors import ReadError

_HERE = Path(__file__).parent
_WALL_CLOCK_FACTOR = 15  # on a busy machine processor time passes slowly

# Processor time is what an endless loop spends; Windows has no such limit and goes by the clock.
_LIMITED = """
import runpy, sys
seconds, *sys.argv[:] = sys.argv[1:]
try:
    import resource
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
except ImportError:
    pass
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run_isolated(script: str, path: Path, *arguments: str, seconds: int) -> None:
    """Run `isolated/<script>.py` on a file.

    Raises
    ------
    ReadError
        If it fails, crashes or takes more than `seconds` of processor time.
    """
    command = [sys.executable, "-I", "-c", _LIMITED, str(seconds), str(_HERE / f"{script}.py"), str(path), *arguments]
    wait = seconds * (_WALL_CLOCK_FACTOR if os.name == "posix" else 2)
    try:
        result = subprocess.run(command, capture_output=True, timeout=wait, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise _damaged(path, "its parser does not end") from None
    if result.returncode != 0:
        lines = result.stderr.decode(errors="replace").strip().splitlines()
        raise _damaged(path, lines[-1][:200] if lines and result.returncode == 1 else _death(result.returncode))


def _death(code: int) -> str:
    ended_by = {-getattr(signal, name, 0) for name in ("SIGXCPU", "SIGKILL")}
    return "its parser does not end" if code in ended_by else f"its parser crashed with code {code}"


def _damaged(path: Path, reason: str) -> ReadError:
    return ReadError(
        f"{path.name} cannot be read ({reason})",
        "an undamaged image file",
        "copy it again from the microscope, or export it as OME-TIFF",
    )
