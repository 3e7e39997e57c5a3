"""From the microscope's counts to what the segmenter expects, and back."""
