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
    """For everything in a scope that is told in words, such as "in every dimension, for 1 and 2 blocks"."""
    TRIED = "tried"
    """In so many cases, of which none refutes it; nothing more."""

    @staticmethod
    def worst(grades: Iterable[Grade]) -> Grade | None:
        """Return the least firm of several grades."""
        return max(grades, key=list(Grade).index, default=None)
