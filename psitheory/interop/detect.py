"""Which framework an object comes from, told without importing any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def comes_from(value: Any, package: str) -> bool:
    """Return whether the type of ``value``, or one of its bases, is defined in ``package``."""
    return any(base.__module__.split(".", 1)[0] == package for base in type(value).__mro__)


def leaf_types(tree: Any) -> list[Any]:
    """Return the leaves of nested mappings and sequences."""
    if isinstance(tree, Mapping):
        return [leaf for value in tree.values() for leaf in leaf_types(value)]
    if isinstance(tree, (list, tuple)):
        return [leaf for value in tree for leaf in leaf_types(value)]
    return [tree]


def framework_of(f: Any, at: Any) -> str:
    """Return ``torch``, ``jax`` or an empty string, by the function and what it is called on."""
    values = [f, *leaf_types(at)]
    if any(comes_from(value, "torch") for value in values):
        return "torch"
    return "jax" if any(comes_from(value, name) for value in values for name in ("jax", "jaxlib")) else ""
