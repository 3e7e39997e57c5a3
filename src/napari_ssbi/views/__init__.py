"""Linked views of the microstructure graph: layers, table, plots and thickness profile share one selection."""
