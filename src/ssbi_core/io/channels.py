"""What a channel is, decided by its name alone: an image, an element map, or unknown.

An unknown name is never taken for an element: a wrong map would silently change the chemistry.
"""

from __future__ import annotations

import re

from ssbi_core.materials.elements import ATOMIC_NUMBER

_SPLIT = re.compile(r"[\s_\-:;,()\[\]/]+")
_LINE = re.compile(r"^[klmn](series)?([abgl]\d?)?(\+[klm][abg]?\d?)?$")
_JOINED = re.compile(r"^([A-Z][a-z]?)([KLM][abg]?\d?)$")
_FILLERS = frozenset(
    "eds edx xeds eels map maps image element elemental counts count net gross intensity series line "
    "at wt at% wt% % atomic mass weight percent fraction sum raw quant".split()
)
_GREEK = str.maketrans({"\u03b1": "a", "\u03b2": "b", "\u03b3": "g"})
_DARK_FIELD = (
    re.compile(r"haadf|high angle annular|z contrast"),
    re.compile(r"(^| )(m|l|ma|la)?adf\d*( |$)|annular dark"),
    re.compile(r"(^| )df\d*( |$)|dark ?field"),
    re.compile(r"(^| )stem"),
)
_BRIGHT_FIELD = re.compile(r"(^| )(a|e)?bf\d*( |$)|bright ?field|(^| )(i|d)pc|survey|(^| )(tem|sei?|bse)( |$)")

HAADF_RANK, UNNAMED_RANK, OTHER_RANK, BRIGHT_FIELD_RANK = 0, 4, 5, 6


def element_of(name: str) -> str | None:
    """Element symbol a channel name stands for ("La", "Zr Ka", "O map", "Ni-K"), or None."""
    tokens = [token for token in _SPLIT.split(name.strip().translate(_GREEK)) if token]
    tokens = [t for i, t in enumerate(tokens) if t.lower() not in _FILLERS and (i == 0 or not t.isdigit())]
    if not tokens:
        return None
    symbol, lines = tokens[0], tokens[1:]
    if symbol.capitalize() not in ATOMIC_NUMBER and (joined := _JOINED.match(symbol)):
        symbol, lines = joined[1], [joined[2], *lines]
    if symbol.capitalize() in ATOMIC_NUMBER and all(_LINE.match(line.lower()) for line in lines):
        return symbol.capitalize()
    return None


def image_rank(name: str) -> int:
    """How surely a name means a dark-field image: 0 HAADF ... 4 no name, 5 other name, 6 bright field."""
    text = " ".join(_SPLIT.split(name.strip().lower())).strip()
    if not text:
        return UNNAMED_RANK
    for rank, pattern in enumerate(_DARK_FIELD):
        if pattern.search(text):
            return rank
    return BRIGHT_FIELD_RANK if _BRIGHT_FIELD.search(text) else OTHER_RANK


def is_dark_field(name: str) -> bool:
    """Whether the name says HAADF, ADF, DF or STEM."""
    return image_rank(name) < UNNAMED_RANK
