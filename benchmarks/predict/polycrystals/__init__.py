"""Effective conductivity of 3D LLZO polycrystals, after Dai et al. (arXiv 2209.05583)."""
