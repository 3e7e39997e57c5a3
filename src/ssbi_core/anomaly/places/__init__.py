"""Places of an image that are compared with their like, one file per kind."""
