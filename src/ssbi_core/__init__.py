"""Solid-state battery interfaces: from STEM/EDS images to ionic conductivity."""

__version__ = "0.1.0"
