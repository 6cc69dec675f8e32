"""Efforts: how many cases of each kind, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from psitheory.checking import BALLS, CONTROLS, FLOATS, FORMAL, POWERS_OF_TWO, RATIONALS, SYMBOLS
from psitheory.errors import ArgumentError

EXAMPLE = 25
"""A real instance, which shows what other laws establish, is tried on so many times fewer cases."""


@dataclass(frozen=True)
class Effort:
    """How many cases of each kind: numbers that are fixed, so that no verdict depends on how busy a machine is.

    ``climb`` is how many more are computed while the worst case of an inequality is looked for; with ``finer`` the
    smallest planted error that an equality sees is looked for too, and ``own`` is how many counterfeits of the runner's
    own making are tried.  ``seconds`` of processor time end the search of one kind of evidence for one law that would
    not end by itself; no law of the library comes near to it, and one that does is told with its numbers.
    """

    cases: Mapping[str, int]
    seconds: float
    climb: int
    finer: bool = False
    own: int = 0

    def fewer(self, factor: int) -> Effort:
        """Return the effort for cases that cost ``factor`` times as much as those of an ordinary law: so many fewer."""
        return replace(self, cases={kind: max(n // factor, 1) for kind, n in self.cases.items()})

    def times(self, factor: int, seconds: float) -> Effort:
        """Return the effort with ``factor`` times the cases, and finer."""
        return Effort({kind: n * factor for kind, n in self.cases.items()}, seconds, self.climb * factor, finer=True)


QUICK = Effort({FORMAL: 1, SYMBOLS: 1, RATIONALS: 20, POWERS_OF_TWO: 50, BALLS: 15, FLOATS: 45, CONTROLS: 3}, 30.0, 56)
EFFORTS: Mapping[str, Effort] = {
    "quick": QUICK,
    "standard": QUICK.times(5, 120.0),
    "deep": replace(QUICK.times(30, 600.0), own=16),
}
"""The efforts by name; on two processors the library takes about one and a half, five and less than sixty minutes."""


def effort_named(effort: str) -> Effort:
    """Return the effort of that name."""
    if effort not in EFFORTS:
        raise ArgumentError(f"effort is {effort!r}; one of {', '.join(EFFORTS)} is needed")
    return EFFORTS[effort]
