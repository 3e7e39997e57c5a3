"""A second look at a micrograph: on the image's own scale, once a first look has found where its electrolyte is."""
