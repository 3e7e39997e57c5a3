"""Write the bundled sample study, `src/ssbi_core/sample`. Run with `python -m benchmarks.sample_study`.

Three specimens of the simulator, 512 x 512 pixels of 0.5 nm with element maps, seeds that no training or test uses.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import ssbi_core
from ssbi_core.io import write_image
from ssbi_core.simulate import ProcessParameters
from ssbi_core.simulate.study import simulate_sample

FOLDER = Path(ssbi_core.__file__).parent / "sample"
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
}


def main() -> None:
    """Simulate, write images and the record of how they were made."""
    records = {}
    for index, (name, process) in enumerate(SPECIMENS.items()):
        micrograph, _, row = simulate_sample(SEED, index, process=process)
        maps = {symbol: np.minimum(counts, 65535).astype(np.uint16) for symbol, counts in micrograph.elements.items()}
        haadf = np.clip(np.rint(micrograph.haadf), 0, 65535).astype(np.uint16)
        write_image(
            FOLDER / f"{name}.ome.tif",
            np.stack([haadf, *maps.values()]),
            micrograph.pixel_size_nm,
            channel_names=["HAADF", *maps],
        )
        records[name] = row
    note = {"command": "python -m benchmarks.sample_study", "seed": SEED, "specimens": records}
    (FOLDER / "sample.json").write_text(json.dumps(note, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
