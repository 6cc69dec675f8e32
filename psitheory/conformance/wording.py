"""Plain data in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def in_words(value: Any) -> str:
    """Return plain data as one reads it: ``rows: yes, blocks: 4`` for a mapping, entries parted by semicolons."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_nested(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(map(in_words, value))
    return {True: "yes", False: "no", None: "none"}[value] if isinstance(value, bool | None) else str(value)


def _nested(value: Any) -> str:
    return f"({in_words(value)})" if isinstance(value, Mapping | list | tuple) else in_words(value)
