"""What is measured: every function is one entry of the results."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.transport import ours, peers
from benchmarks.transport.cold import cold_starts
from benchmarks.transport.jax_fem_peer import JaxFem
from benchmarks.transport.structures import blobs, grains, pores
from benchmarks.transport.traffic import traffic
from ssbi_core.transport.multigrid import solve_many_on_pixels, solve_on_pixels

ACCURACY = 1e-6
_PATIENCE = 60  # s for one structure of TauFactor


def _side_by_side(field: np.ndarray, names: Iterable[str]) -> dict[str, Any]:
    """Our solver and others on one field; errors against our own solve to 1e-12, which an energy bounds from above."""
    run = ours.warm(field, ACCURACY)
    reference = solve_on_pixels(field, tolerance=1e-12).energy
    result: dict[str, Any] = {
        "ours": {
            "seconds": run.seconds,
            "error": abs(run.solution.energy / reference - 1),
            "iterations": run.solution.iterations,
        }
    }
    system = peers.assemble(field)
    for name in names:
        timed = peers.PEERS[name](system, reference, ACCURACY)
        result[name] = {"seconds": timed.seconds, "error": timed.error, "slower_by": timed.seconds / run.seconds}
    return result


def grain_image_1024() -> dict[str, Any]:
    """Grains, boundaries 1e-2, layer 1e-3, 10 % pores 1e-6."""
    return _side_by_side(grains(1024), ("pyamg", "pardiso"))


def grain_image_1024_superlu() -> dict[str, Any]:
    """The same picture against SuperLU, which takes minutes."""
    return _side_by_side(grains(1024), ("superlu",))


def percolation() -> dict[str, Any]:
    """Half and half, contrast 1e4 and 1e6, 1024 x 1024; iterations against those at 256 x 256."""
    result = {}
    for contrast in (1e4, 1e6):
        row = _side_by_side(blobs(1024, contrast), ("pyamg",))
        small = solve_on_pixels(blobs(256, contrast), tolerance=ACCURACY).iterations
        result[f"contrast_{contrast:g}"] = row | {"iterations_growth_from_256": row["ours"]["iterations"] / small}
    return result


def jax_fem_256() -> dict[str, Any]:
    """jax-fem with the SciPy solver it offers; forward, and with the gradient by its own residual."""
    field = grains(256)
    run, peer = ours.warm(field, ACCURACY), JaxFem(field)
    forward, both = _timed(peer.value), _timed(peer.value_and_gradient)
    value, gradient = peer.value_and_gradient()
    exact = solve_on_pixels(field, tolerance=1e-13)
    return {
        "ours": {"seconds": run.seconds, "error": abs(run.solution.effective_conductivity / value - 1)},
        "gradient_error": float(np.abs(exact.gradient_square - gradient).max() / np.abs(gradient).max()),
        "forward": {"seconds": forward, "slower_by": forward / run.seconds},
        "value_and_gradient": {"seconds": both, "slower_by": both / run.seconds},
    }


def taufactor() -> dict[str, Any]:
    """TauFactor on binary blobs (65 % open in 2D, 30 % in 3D), at the tightest criterion it meets in a minute."""
    interpreter = os.environ.get("SSBI_TAUFACTOR_PYTHON")
    if not interpreter:
        return {"skipped": "SSBI_TAUFACTOR_PYTHON is not set"}
    result = {}
    for size, ndim, share in ((256, 2, 0.65), (128, 3, 0.3)):
        phase = pores(size, ndim, share)
        run = ours.warm(phase.astype(float), ACCURACY)
        tau = float(phase.mean() / run.solution.effective_conductivity)
        theirs = _taufactor(interpreter, phase)
        theirs |= {"slower_by": theirs["seconds"] / run.seconds, "difference": theirs["tau"] / tau - 1}
        result[f"{size}^{ndim}"] = {"ours": {"seconds": run.seconds, "tau": tau}, "taufactor": theirs}
    return result


def _taufactor(interpreter: str, phase: np.ndarray) -> dict[str, Any]:
    script = Path(__file__).with_name("taufactor_peer.py")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "phase.npy"
        np.save(file, phase.astype(np.uint8))
        done = subprocess.Popen([interpreter, script, file], stdout=subprocess.PIPE, text=True)
        try:
            printed = done.communicate(timeout=_PATIENCE)[0]
        except subprocess.TimeoutExpired:
            done.kill()
            printed = done.communicate()[0]
    return json.loads(printed.splitlines()[-1])


def voxels() -> dict[str, Any]:
    """Grains of 64^3 and 128^3 against pyamg; peak memory of 128^3 in a process of its own."""
    result: dict[str, Any] = {f"{size}^3": _side_by_side(grains(size, 3), ("pyamg",)) for size in (64, 128)}
    code = (
        "from benchmarks.transport.structures import grains\n"
        "from ssbi_core.transport.multigrid import solve_on_pixels\n"
        "s = solve_on_pixels(grains(128, 3)); result = {'converged': s.converged}"
    )
    result["128^3 alone"] = ours.fresh_process(code)
    return result


def cold_process() -> dict[str, Any]:
    """A new interpreter, compiled programs cached, one 512 x 512 picture: imports, set-up and all."""
    return cold_starts(grains(512))


def batch_128() -> dict[str, Any]:
    """64 pictures of 128 x 128, a few at a time in one program."""
    fields = [grains(128, seed=seed) for seed in range(64)]
    solve_many_on_pixels(fields[:4])
    start = time.process_time()
    solutions = solve_many_on_pixels(fields)
    each = (time.process_time() - start) / len(fields)
    return {"milliseconds_each": 1e3 * each, "all_converged": all(s.converged for s in solutions)}


def memory_traffic() -> dict[str, Any]:
    """Bytes a V-cycle has to move at 1024 x 1024, against what a copy moves in the same time."""
    return traffic(grains(1024))


def _timed(function: Callable[[], Any]) -> float:
    function()
    start = time.process_time()
    function()
    return time.process_time() - start


QUICK = [grain_image_1024, percolation, jax_fem_256, taufactor, cold_process, batch_128, memory_traffic]
ALL = [*QUICK, voxels, grain_image_1024_superlu]
