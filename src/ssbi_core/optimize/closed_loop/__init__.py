"""Process parameters that conduct better: a surrogate searched by annealing, optima verified by finite elements."""
