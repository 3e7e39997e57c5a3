"""Speed and accuracy of ionic transport against other solvers: `python -m benchmarks.transport`."""
