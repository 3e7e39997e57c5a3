"""napari plugin of ssbi: readers, sample data and (soon) the analysis dock."""
