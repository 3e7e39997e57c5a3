"""TauFactor on a binary structure, in an interpreter of its own: `PYTHON taufactor_peer.py FILE.npy` prints JSON."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import taufactor
import torch


def main() -> None:
    """Solve to ever tighter criteria, on one thread, one line of JSON each."""
    torch.set_num_threads(1)
    phase = np.load(sys.argv[1]).astype(np.uint8)
    volume = phase[:, :, None] if phase.ndim == 2 else phase
    for criterion in (2e-2, 1e-3, 1e-4, 1e-5):
        solver = taufactor.Solver(volume, device="cpu")
        start = time.process_time()
        tau = solver.solve(verbose=False, conv_crit=criterion, iter_limit=1_000_000)
        seconds = time.process_time() - start
        result = {"criterion": criterion, "seconds": seconds, "tau": float(np.asarray(tau).ravel()[0])}
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
