"""Micrographs to phases with a Flax U-Net."""
