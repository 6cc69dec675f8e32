"""In which precision a case is tried: in both if there is time."""

from __future__ import annotations

import os
from collections.abc import Iterable

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"


def in_turn(names: Iterable[str]) -> list[tuple[str, bool]]:
    """Return (name, whether in float32): each name in one precision, by turns, or in both in the deep profile."""
    return [(name, single) for k, name in enumerate(names) for single in (False, True) if DEEP or single == k % 2]


def shown(value: object) -> str | None:
    """Return how a test is called."""
    return {False: "float64", True: "float32"}[value] if isinstance(value, bool) else None
