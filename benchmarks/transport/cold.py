"""A picture solved by a new interpreter: CPU time from its start to its end, imports and all.

Every process reads the same file and imports only what its user would; what JAX compiled is in the cache.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

REPEATS = 3
_READ = "import json, sys, numpy as np\nfield = np.load(sys.argv[1])\n"
_CONDUCT = _READ + (
    "from ssbi_core.transport import conduct\nfound = conduct(field, bounds=False)\n"
    "print(json.dumps({'energy': found.effective_conductivity.upper * field.shape[1] / field.shape[0]}))"
)
_MULTIGRID = _READ + (
    "from ssbi_core.transport.multigrid import solve_on_pixels\n"
    "print(json.dumps({'energy': solve_on_pixels(field).energy}))"
)
_JAX = "import jax.numpy\nprint('{}')"  # what no process that compiles can be faster than


def cold_starts(field: np.ndarray) -> dict[str, Any]:
    """CPU seconds of the best of some processes each: `conduct`, our multigrid, pyamg, and JAX's import alone."""
    peer = str(Path(__file__).with_name("pyamg_peer.py"))
    commands = {
        "conduct": ["-c", _CONDUCT],
        "multigrid": ["-c", _MULTIGRID],
        "pyamg": [peer],
        "import_jax": ["-c", _JAX],
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "field.npy"
        np.save(file, field)
        _process(commands["multigrid"], file)  # fills the cache
        runs = [{name: _process(command, file) for name, command in commands.items()} for _ in range(REPEATS)]
    return {name: min((run[name] for run in runs), key=lambda run: run["cpu_seconds"]) for name in commands}


def _process(command: list[str], file: Path) -> dict[str, Any]:
    child = subprocess.Popen([sys.executable, *command, str(file)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    printed = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, child.args)
    return json.loads(printed.splitlines()[-1]) | {"cpu_seconds": usage.ru_utime + usage.ru_stime}
