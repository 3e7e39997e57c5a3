"""Public names of a package that import their submodule on first use.

Whoever needs one small record of a package then does not pay for what its other modules import. The names are
properties of the package's class: a property outranks the attribute that Python sets when a submodule is imported, so
a function may have the name of the submodule, or folder, it lives in.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any


def lazy_names(package: str, home: Mapping[str, str]) -> None:
    """Give a package its public names.

    Parameters
    ----------
    package : its ``__name__``.
    home : submodule each public name lives in.
    """
    module = sys.modules[package]

    def names(self: ModuleType) -> list[str]:
        return sorted({*vars(self), *home})

    content: dict[str, Any] = {name: _public(name, f"{package}.{place}") for name, place in home.items()}
    module.__class__ = type("LazyPackage", (type(module),), {**content, "__dir__": names})


def _public(name: str, place: str) -> property:
    def ignore(_package: ModuleType, _submodule: Any) -> None:
        """Python binds an imported submodule to its parent; the public name stays."""

    return property(lambda _package: getattr(import_module(place), name), ignore)
