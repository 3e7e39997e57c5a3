"""How long a training on 160 graphs takes: `python -m benchmarks.predict.training_time`.

Maximum a posteriori fit, posterior and calibration with the settings that ship, on the first images of the protocol's
study; in a process of its own, so that what is compiled is loaded from the compile cache as by any later training.
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks.predict.studies import PROTOCOL_IMAGES, PROTOCOL_SEED, study
from benchmarks.results_file import write_results
from ssbi_core.compilation import keep_compiled_programs
from ssbi_core.predict.config import NetworkConfig, TrainingConfig
from ssbi_core.predict.train import train
from ssbi_core.predict.train_study import shown_lattices, study_data

LEARNED, CALIBRATED = 160, 20


def main() -> None:
    """Time one training, write."""
    keep_compiled_programs()
    records = study(PROTOCOL_SEED, PROTOCOL_IMAGES)
    network, training = NetworkConfig.model_validate({}), TrainingConfig.model_validate({})
    lattices = shown_lattices(network, training)
    parts = np.arange(LEARNED), np.arange(LEARNED, LEARNED + CALIBRATED)
    data, (learn, calibrate) = study_data(records, [(parts[0], lattices), (parts[1], lattices[:1])])
    shares: dict[str, float] = {}
    begun = time.perf_counter()

    def told(message: str, _share: float) -> None:
        shares.setdefault(message.partition(":")[0], time.perf_counter() - begun)

    train(
        data, learn, calibrate, system="llzo_nmc", repeats=len(lattices), network=network, training=training,
        progress=told,
    )  # fmt: skip
    seconds = time.perf_counter() - begun
    results = {"graphs": LEARNED, "posterior": training.guide, "seconds": seconds, "begun_after": shares}
    write_results("predict.training_time", results)
    print(results)


if __name__ == "__main__":
    main()
