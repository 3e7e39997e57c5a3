"""Every number that the README states, measured. `python -m benchmarks` runs all and prints the table."""
