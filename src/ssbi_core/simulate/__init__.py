"""Process parameters to microstructure to STEM/EDS, with exact ground truth."""
