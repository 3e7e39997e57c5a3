"""TauFactor on a binary structure, in an interpreter of its own: `PYTHON taufactor_peer.py FILE.npy` prints JSON."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import taufactor
import torch


def main() -> None:
    """Solve at the solver's tightest practical setting and time it on one thread."""
    torch.set_num_threads(1)
    phase = np.load(sys.argv[1]).astype(np.uint8)
    volume = phase[:, :, None] if phase.ndim == 2 else phase
    solver = taufactor.Solver(volume, device="cpu")
    start = time.process_time()
    tau = solver.solve(verbose=False, conv_crit=1e-4)
    seconds = time.process_time() - start
    print(
        json.dumps({"seconds": seconds, "tau": float(np.asarray(tau).item()), "volume_fraction": float(phase.mean())})
    )


if __name__ == "__main__":
    main()
