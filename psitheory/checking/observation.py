"""What a law observes: two sides and the relation that is claimed between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from psitheory.errors import ArgumentError

Relation = Literal["equal", "at most"]


@dataclass(frozen=True)
class Interval:
    """A side that is known by an interval: of confidence for a mean, of a fitted slope.

    Attributes
    ----------
    lower, upper : number or array
        Entry by entry; the side lies between them with the probability that the law states.
    """

    lower: Any
    upper: Any


@dataclass(frozen=True)
class Observation:
    """Two sides, entry by entry, and the relation claimed; the arithmetic decides how it is judged.

    A side may be an :class:`Interval`.  Then disjoint intervals decide, and overlapping ones leave the case undecided.
    """

    left: Any
    right: Any
    relation: Relation
    moved: bool = True
    accurate: bool = False
    surplus: Any = None


def equal(left: Any, right: Any, *, accurate: bool = False) -> Observation:
    """Claim that ``left`` and ``right`` (arrays or numbers that broadcast) are equal.

    With ``accurate`` floats must agree as well as the problem allows, not only as well as the code computes:
    this is how a distance by arccos is told from one by atan2.
    """
    return Observation(left, right, "equal", accurate=accurate)


def at_most(left: Any, right: Any, *, surplus: Any = None) -> Observation:
    """Claim that ``left`` is at most ``right``, entry by entry.

    ``surplus`` is what ``right - left`` is, written as a sum of squares, of lengths or of Gram determinants (a
    ``PositiveSum`` of :mod:`psitheory.arithmetic`): the identity proves the inequality on formal vectors.
    """
    return Observation(left, right, "at most", surplus=surplus)


def vacuous(reason: str) -> Observation:
    """Say that this case tests nothing, such as a run that did not move; it counts for no verdict."""
    if not reason:
        raise ArgumentError("reason is empty; a vacuous case says why it tests nothing")
    return Observation(reason, reason, "equal", moved=False)
