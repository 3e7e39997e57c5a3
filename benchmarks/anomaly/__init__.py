"""Anomalies planted in simulated interfaces: what is found, where, and how often normal images are flagged."""
