"""Which steps of an optimiser do what none before them did: the others ask for no equation of their own.

Two steps do the same if they call the same operations, with the same whole numbers, on numbers that are zero in the
same places, and run instructions that ran before.  Floats may differ: no rule looks at them, but for exponents, and for
signs where a constant is added.  To tell this of a step costs much less than deriving its types.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from typing import Protocol

import numpy as np

NEVER_ALIKE = 60
"""Steps of which each does something new, after which nothing else is expected of the rest."""


class Watch(Protocol):
    """Notes the instructions that run: how many different ones so far."""

    @property
    def count(self) -> int:
        """Return how many there are."""
        ...

    def watched(self) -> AbstractContextManager[None]:
        """Note those that run inside the block."""
        ...


def last_new(step: Callable[[], Hashable], steps: int) -> int:
    """Return the last of so many steps, each of which returns what it did, that did what none before it did."""
    seen: set[Hashable] = set()
    last = 0
    for t in range(1, steps + 1):
        found = step()
        if found not in seen:
            last = t
        if last == t == NEVER_ALIKE == len(seen) + 1:
            return steps
        seen.add(found)
    return last


def seen_of(x: np.ndarray, *, exactly: bool, signed: bool) -> Hashable:
    """Return what a rule may look at of an array: of floats where they are zero, of whole numbers all."""
    of_floats = x.dtype.kind in "fc" or not x.ndim  # one whole number counts steps
    kept = x if exactly or not of_floats else np.sign(x.real).astype(np.int8) if signed else x != 0
    return x.shape, kept.tobytes()
