"""How heavy the tails of the net's errors are; apart, so that reading a prediction needs no learning library."""

import math

DEGREES = 4.0
"""Of freedom of Student's t; the variance is twice the squared scale."""

UNIT_SCALE = math.sqrt((DEGREES - 2) / DEGREES)
"""Scale of Student's t at unit standard deviation."""
