"""Where a benchmark leaves its numbers."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

Row = tuple[str, str]
"""Of the README's table: what, and how much."""

RESULTS = Path(__file__).parent / "results"


def write_results(name: str, results: dict[str, Any]) -> Path:
    """Write ``results/NAME.json`` with the versions and the size of the machine it was measured on."""
    RESULTS.mkdir(exist_ok=True)
    measured_with = {package: version(package) for package in ("jax", "flax", "numpy", "scipy", "scikit-image")}
    record = {"command": f"python -m benchmarks.{name}", **results}
    record["measured_with"] = {**measured_with, "python": platform.python_version(), "cores": os.cpu_count()}
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return path
