"""Runtime type checks of `ssbi_core` during tests: jaxtyping shapes and plain annotations, by beartype."""

from beartype import BeartypeConf, beartype

check = beartype(conf=BeartypeConf(is_pep484_tower=True))  # an int where a float is asked for is fine
