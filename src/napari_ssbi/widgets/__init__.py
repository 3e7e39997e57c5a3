"""The dock and what is in it: one widget per file, one step of the analysis per file of `steps`."""
