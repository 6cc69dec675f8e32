"""Counterfeits that the runner makes by itself: what a law claims by its own form, made a little false."""

from __future__ import annotations

import functools
from typing import Any

from psitheory.arithmetic import namespace
from psitheory.checking import Counterfeit, Interval, Law, Observation
from psitheory.errors import ArgumentError

TIGHTENED = "with_99_percent_of_the_bound"
"""What is appended to the name of a law whose bound is claimed to be tight."""


def made_counterfeits(law: Law) -> tuple[Counterfeit, ...]:
    """Return the counterfeits that the runner makes of a law and that must be REFUTED.

    A law that claims to be tight does not hold with 0.99 of its bound.
    """
    return (tightened(law),) if law.tight else ()


def tightened(law: Law) -> Counterfeit:
    """Return a law with 0.99 of its bound; one that turns out to be an equality raises, since only a bound is tight."""

    @functools.wraps(law.function)
    def with_less(**inputs: Any) -> Observation:
        seen = law.function(**inputs)
        if isinstance(seen, Observation) and seen.moved:
            if seen.relation != "at most":
                raise ArgumentError(
                    f"law {law.name} is said to be tight, but claims an equality; only a bound is tight"
                )
            numbers = (side.lower if isinstance(side, Interval) else side for side in (seen.left, seen.right))
            return Observation(seen.left, _less(seen.right, namespace(*numbers)), "at most")
        return seen

    name = f"{law.name}_{TIGHTENED}"
    return Counterfeit(name, "The same with 0.99 of the bound.", with_less, law.domains, on=law.on)


def _less(side: Any, xp: Any) -> Any:
    """Return 0.99 of a bound, or 1.01 of a negative one, in the arithmetic ``xp``."""
    if isinstance(side, Interval):
        return Interval(_less(side.lower, xp), _less(side.upper, xp))
    side = xp.asarray(side)
    return side - abs(side) / 100
