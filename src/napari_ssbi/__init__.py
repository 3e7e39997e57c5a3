"""napari plugin of ssbi: readers, writers, sample data and the dock "Interface analysis"."""
