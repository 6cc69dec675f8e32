"""The three verdicts, and the grades of the best one."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """What a check found.  Empty, skipped or vacuous is INCONCLUSIVE, never HOLDS."""

    HOLDS = "HOLDS"
    REFUTED = "REFUTED"
    INCONCLUSIVE = "INCONCLUSIVE"

    @staticmethod
    def all(verdicts: Iterable[Verdict]) -> Verdict:
        """Return the verdict on a conjunction: one refutation decides, one doubt leaves doubt."""
        seen = set(verdicts)
        if Verdict.REFUTED in seen:
            return Verdict.REFUTED
        return Verdict.HOLDS if seen == {Verdict.HOLDS} else Verdict.INCONCLUSIVE


class Grade(StrEnum):
    """How firmly something HOLDS, best first."""

    PROVED = "proved"
    """On symbols: for every value of the symbols, in the dimensions listed."""
    EXACT = "exact"
    """On rationals, or bit for bit under powers of two: no rounding is involved."""
    ENCLOSED = "enclosed"
    """In balls: the enclosure decides an inequality, or confines an equality to 2^-k."""
    SAMPLED = "sampled"
    """On random floats, judged by enclosures."""

    @staticmethod
    def best(grades: Iterable[Grade]) -> Grade | None:
        """Return the firmest of several grades."""
        return min(grades, key=list(Grade).index, default=None)

    @staticmethod
    def worst(grades: Iterable[Grade]) -> Grade | None:
        """Return the least firm of several grades."""
        return max(grades, key=list(Grade).index, default=None)
