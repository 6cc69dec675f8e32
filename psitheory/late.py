"""Names of a package that are imported when they are first used, so that nobody waits for what is not needed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def homes(package: str, names: Mapping[str, str]) -> dict[str, str]:
    """Return the module of each name, from the names, parted by spaces, that each module of the package offers."""
    return {name: f"{package}.{module}" for module, offered in names.items() for name in offered.split()}


def late(package: str, home: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return a package's ``__getattr__`` and ``__dir__``, which import a name from its module and keep it."""
    here = vars(sys.modules[package])

    def fetch(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = here[name] = getattr(import_module(home[name]), name)
        return value

    def names() -> list[str]:
        return sorted({*here, *here["__all__"]})

    return fetch, names
