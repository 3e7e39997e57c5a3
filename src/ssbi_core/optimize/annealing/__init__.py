"""Search by annealing: chains, local searches beside them, and the runs that are made of steps."""
