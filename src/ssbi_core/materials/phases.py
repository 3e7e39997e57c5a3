"""The one phase vocabulary: codes of label images, names of graph nodes, keys of material files."""

from __future__ import annotations

from enum import IntEnum

from ssbi_core.errors import InputError


class Phase(IntEnum):
    """Phase codes of label images. 0 is unlabelled and ignored in training."""

    UNLABELLED = 0
    LLZO = 1
    GRAIN_BOUNDARY = 2
    NMC = 3
    CONTACT = 4
    REACTION_LAYER = 5
    PORE = 6
    DISLOCATION = 7
    COATING = 8

    @property
    def key(self) -> str:
        """The name used in files and on the command line, e.g. ``grain_boundary``."""
        return self.name.lower()

    @classmethod
    def parse(cls, name: str | int) -> Phase:
        """Return the phase with this name or code.

        Raises
        ------
        InputError
            If there is no such phase.
        """
        try:
            if isinstance(name, str) and not name.strip().isdigit():
                return cls[name.strip().replace("-", "_").replace(" ", "_").upper()]
            return cls(int(name) if isinstance(name, str) else name)
        except (KeyError, ValueError):
            known = ", ".join(f"{p.value} {p.key}" for p in PHASES)
            raise InputError(f"phase {name!r}", f"one of {known}", "use one of these names or codes") from None


PHASES: tuple[Phase, ...] = tuple(p for p in Phase if p is not Phase.UNLABELLED)
"""All phases a pixel can have, in the order of their codes."""

INTERFACES: frozenset[Phase] = frozenset({Phase.GRAIN_BOUNDARY, Phase.CONTACT, Phase.DISLOCATION})
"""Surfaces drawn as lines: their drawn width has no physical meaning, only their area-specific resistance has."""

LAYERS: frozenset[Phase] = frozenset({Phase.REACTION_LAYER, Phase.COATING})
"""Thin bodies with a real thickness; they may be given by conductivity or by area-specific resistance."""
