"""Write the bundled sample study, `src/ssbi_core/sample`, or the specimens named.

    python -m benchmarks.sample_study [NAME ...]

Specimens of the simulator, 512 x 512 pixels of 0.5 nm with element maps, seeds that no training or test uses; one has
anomalies planted in it, whose places `sample.json` records. A change of the simulator changes what is written.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import ssbi_core
from benchmarks.planted_anomalies import planted_anomalies
from ssbi_core.io import Micrograph, write_image
from ssbi_core.simulate import ProcessParameters
from ssbi_core.simulate.study import simulate_sample

FOLDER = Path(ssbi_core.__file__).parent / "sample"
RECORD = FOLDER / "sample.json"
SEED = 77
SPECIMENS = {
    "calm_interface": ProcessParameters(
        sintering_temperature_C=600, coating_thickness_nm=6, surface_treatment=0.95, pressure_MPa=150
    ),
    "broken_layer": ProcessParameters(
        sintering_temperature_C=640, surface_treatment=0.6, initial_grain_size_nm=55, pressure_MPa=90
    ),
    "thick_layer_and_pores": ProcessParameters(
        sintering_temperature_C=720, surface_treatment=0.3, initial_grain_size_nm=45, pressure_MPa=40
    ),
    "planted_anomalies": ProcessParameters(
        sintering_temperature_C=600, surface_treatment=0.9, initial_grain_size_nm=50, pressure_MPa=130
    ),
}


def main(names: Sequence[str] = ()) -> None:
    """Simulate, write images and the record of how they were made."""
    note = json.loads(RECORD.read_text(encoding="utf-8"))
    for index, (name, process) in enumerate(SPECIMENS.items()):
        if not names or name in names:
            micrograph, note["specimens"][name] = _specimen(name, index, process)
            _write(name, micrograph)
    note |= {"command": "python -m benchmarks.sample_study", "seed": SEED}
    RECORD.write_text(json.dumps(note, indent=1) + "\n", encoding="utf-8")


def _specimen(name: str, index: int, process: ProcessParameters) -> tuple[Micrograph, dict[str, Any]]:
    if name != "planted_anomalies":
        micrograph, _, record = simulate_sample(SEED, index, process=process)
        return micrograph, record
    micrograph, anomalies = planted_anomalies(SEED, index, process)
    made = {"seed": SEED, "index": index, "pixel_size_nm": micrograph.pixel_size_nm}
    made |= {f"process_{key}": value for key, value in process.model_dump().items()}
    return micrograph, {**made, "anomalies": [anomaly.record() for anomaly in anomalies]}


def _write(name: str, micrograph: Micrograph) -> None:
    channels = {"HAADF": np.rint(micrograph.haadf), **micrograph.elements}
    planes = [np.clip(plane, 0, 65535).astype(np.uint16) for plane in channels.values()]
    write_image(FOLDER / f"{name}.ome.tif", np.stack(planes), micrograph.pixel_size_nm, channel_names=list(channels))


if __name__ == "__main__":
    main(sys.argv[1:])
