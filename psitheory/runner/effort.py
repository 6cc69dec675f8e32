"""Efforts: how many cases of each kind, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psitheory.checking import BALLS, CONTROLS, FLOATS, FORMAL, POWERS_OF_TWO, RATIONALS, SYMBOLS
from psitheory.errors import ArgumentError


@dataclass(frozen=True)
class Effort:
    """How many cases of each kind, and for how long at most (seconds for each kind of each law).

    ``climb`` is how many more are computed while the worst case of an inequality is looked for.
    """

    cases: Mapping[str, int]
    seconds: float
    climb: int

    def times(self, factor: int, seconds: float) -> Effort:
        """Return the effort with ``factor`` times the cases."""
        return Effort({kind: n * factor for kind, n in self.cases.items()}, seconds, self.climb * factor)


QUICK = Effort({FORMAL: 1, SYMBOLS: 1, RATIONALS: 20, POWERS_OF_TWO: 50, BALLS: 15, FLOATS: 50, CONTROLS: 3}, 2.0, 80)
EFFORTS: Mapping[str, Effort] = {"quick": QUICK, "standard": QUICK.times(6, 10.0), "deep": QUICK.times(100, 180.0)}
"""The efforts by name."""


def effort_named(effort: str) -> Effort:
    """Return the effort of that name."""
    if effort not in EFFORTS:
        raise ArgumentError(f"effort is {effort!r}; one of {', '.join(EFFORTS)} is needed")
    return EFFORTS[effort]
