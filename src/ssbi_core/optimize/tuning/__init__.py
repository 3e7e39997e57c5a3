"""Hyperparameter search: which settings of a net and of its training err least on samples not learned from."""
