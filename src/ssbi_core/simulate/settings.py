"""One way to declare a setting: its default, unit, title, description and bounds, for forms and records."""

from __future__ import annotations

from typing import Any

from pydantic import Field


def setting(default: Any, unit: str, title: str, description: str, **bounds: Any) -> Any:
    """Return a pydantic field; `bounds` are gt, ge, lt, le."""
    return Field(default, title=title, description=description, json_schema_extra={"unit": unit}, **bounds)
