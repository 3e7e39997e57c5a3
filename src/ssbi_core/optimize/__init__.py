"""Searches: for settings of a net, under `tuning`."""
