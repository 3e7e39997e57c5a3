"""Cathodes in which ions and electrons both move, each by its own potential."""

from ssbi_core.transport.cathode.two_potential import CathodeSolution, two_potential_cathode

__all__ = ["CathodeSolution", "two_potential_cathode"]
