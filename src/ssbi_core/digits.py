"""Numbers in running text and narrow columns, where a power of ten takes more room than there is."""

from __future__ import annotations

from decimal import Decimal


def significant(value: float, digits: int) -> str:
    """So many significant digits without a power of ten: 13260 of two digits is 13000."""
    return format(Decimal(f"{value:.{digits}g}"), "f")
