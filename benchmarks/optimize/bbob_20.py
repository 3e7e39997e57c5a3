"""The same in 20 dimensions, one instance of each function: `python -m benchmarks.optimize.bbob_20` (20 minutes)."""

from __future__ import annotations

from benchmarks.optimize.bbob import main

if __name__ == "__main__":
    main(20, 1)
