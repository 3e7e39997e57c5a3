"""Every error a user can meet says three things: what came in, what was needed, what to do."""

from __future__ import annotations


class SsbiError(Exception):
    """Base of all errors this library raises on purpose.

    Parameters
    ----------
    came_in : what was received, with the offending name and value.
    needed : what would have been accepted.
    to_do : the mend, as an instruction.
    """

    def __init__(self, came_in: str, needed: str, to_do: str) -> None:
        super().__init__(came_in, needed, to_do)
        self.came_in = came_in
        self.needed = needed
        self.to_do = to_do

    def __str__(self) -> str:
        return f"{self.came_in}; needed: {self.needed}; to do: {self.to_do}"


class ReadError(SsbiError):
    """A file is missing, damaged, of an unknown format, or holds no usable image."""


class CalibrationError(SsbiError):
    """The pixel size is missing or makes no sense."""


class InputError(SsbiError):
    """An argument or array is outside what the function is defined for."""


class MaterialError(SsbiError):
    """A material system is unknown, or its data file is not valid."""


class SolverError(SsbiError):
    """A linear or nonlinear solve did not reach the accuracy it promises."""


class OutputError(SsbiError):
    """An output folder cannot be written, or would be overwritten."""
