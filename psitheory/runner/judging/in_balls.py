"""The rule of balls: raise the precision until the enclosures decide, or confine the difference."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from psitheory.arithmetic import BALLS as OF_BALLS
from psitheory.arithmetic import blurred_inputs, precision, to_balls, to_floats, watched
from psitheory.arithmetic.balls import enclosure, is_complex, is_infinity
from psitheory.arithmetic.rounded import blurred, is_rounded
from psitheory.arithmetic.ways import going
from psitheory.checking import Observation
from psitheory.errors import ArgumentTypeError, BranchUndecided, MadeAFloat, NotInArithmetic, Undecided
from psitheory.runner.judging.branches import asks_for_parts, observe_in_balls, observe_watched
from psitheory.runner.judging.in_parts import LOST, refuse_lost_parts
from psitheory.runner.judging.outcome import Case, Outcome, in_floats, judged, sides

BALL_BITS = 512
"""The precision, in bits, that is tried first: half as many decide no equality that is rounded, and save little.

Most of the time goes into calls: with 64 bits they take nine tenths of it.
"""

BEYOND_BITS = 2048
"""What follows where that leaves it open: a run of a hundred steps loses some five bits in each, few steps more."""

COARSE_BITS = 64
"""The precision that tells of what size terms are which cancel, as it has not cancelled them so far."""

INFINITE = "an enclosure is infinite"

INFINITE_SIDE = "a side is infinite"
"""What is at most infinity, or is it as the other side is, claims nothing."""

OPEN_BRANCH = "a branch is left open: "
"""So begins the note of a case that lies, to the last precision, where two branches meet, as in min(1, c) at c = 1."""


AS_WIDE = "more precision narrows nothing: "
"""So begins the note of a case that rests on a number which is known to some digits, as a minimum that is sought."""


def enclosed(case: Case, inputs: Mapping[str, Any]) -> Outcome:
    """Judge one case in balls."""
    outcome = Outcome("undecided", note="no precision was enough")
    for bits in (BALL_BITS, BEYOND_BITS):
        before, coarser = OF_BALLS.hulls, outcome
        with precision(bits):
            try:
                seen = observe_in_balls(case, to_balls(dict(inputs)))
            except Undecided as doubt:
                kind = OPEN_BRANCH if isinstance(doubt, BranchUndecided) else ""
                outcome = Outcome("undecided", note=f"{kind}{doubt} at {bits} bits")
                continue
            if not seen.moved:
                return Outcome("vacuous", note=str(seen.left))
            left, right = _enclosed_sides(case, inputs, seen)
            outcome = _decide_balls(seen, left, right, partial(_coarse_size, case, inputs))
            if outcome.status == "failed" and _by_its_own_floats(case, inputs, seen):
                raise MadeAFloat("a float that the law makes or names is known to its last place only")
            if outcome.status == "failed" and not differs_on_floats(case, inputs):
                raise NotInArithmetic(LOST)
        if outcome.status != "undecided":
            return outcome
    if OF_BALLS.hulls == before and not _narrows(coarser, outcome):
        return replace(outcome, note=f"{AS_WIDE}{outcome.note}")
    if OF_BALLS.hulls == before or outcome.note.startswith(OPEN_BRANCH):
        return outcome
    return replace(outcome, note=f"{OPEN_BRANCH}{outcome.note}")  # as where the sign is taken of what is zero


def _enclosed_sides(case: Case, inputs: Mapping[str, Any], seen: Observation) -> tuple[Any, Any]:
    try:
        both = sides(seen, element=enclosure)
    except ArgumentTypeError as error:  # complex numbers have no order
        refuse_lost_parts(case, inputs, ((), ()))
        raise error
    refuse_lost_parts(case, inputs, both)
    return both


def _narrows(coarser: Outcome, finer: Outcome) -> bool:
    """Tell whether more precision has confined two sides by another digit; it has if that is not known."""
    return coarser.bits is None or finer.bits is None or finer.bits >= coarser.bits + 1


WAYS = 64
"""So many ways through a law are followed at most: the largest of six equal numbers is one of 32."""


def broken_by_every_way(case: Case, inputs: Mapping[str, Any]) -> Outcome | None:
    """Return what becomes of a case that lies where branches meet, if it breaks the law whichever are taken; else None.

    One of the ways is the one that is right, though no precision tells which: as in min(x, y) at x = y.  They are
    followed where floats break the law.
    """
    broken: Outcome | None = None
    followed, waiting = 0, [list[bool]()]
    try:
        if not differ_clearly(case, inputs):
            return None
        while waiting and followed + len(waiting) <= WAYS:
            ways = waiting.pop()
            followed, told = followed + 1, len(ways)
            broken = _broken_by(case, inputs, ways)
            if broken is None:
                return None
            waiting += [[*ways[:k], True] for k in range(told, len(ways))]
    except Exception:  # on floats, or on a way that cannot be the right one, which may lead anywhere
        return None
    return None if waiting else broken


def _broken_by(case: Case, inputs: Mapping[str, Any], ways: list[bool]) -> Outcome | None:
    """Return what breaks the law where undecided comparisons are answered so, if it does; more answers are appended."""
    with precision(BALL_BITS):
        with going(ways):
            seen = observe_watched(case, watched(to_balls(dict(inputs))))
        if not seen.moved:
            return None
        outcome = _decide_balls(seen, *sides(seen, element=enclosure), lambda: None)
        with going(list(ways)):
            fails = outcome.status == "failed" and not _by_its_own_floats(case, inputs, seen)
    return outcome if fails else None


def _by_its_own_floats(case: Case, inputs: Mapping[str, Any], failed: Observation) -> bool:
    """Tell whether what fails does not where floats that are no inputs stand for all that may have been rounded so.

    Such a float is 0.1, or a root that ``math.sqrt`` took of a whole number.
    """
    try:
        seen = observe_watched(case, blurred_inputs(to_balls(dict(inputs))))
    except Undecided:
        return True
    except Exception:  # of code that takes no such balls: what failed stands
        seen = failed
    return holds_but_for_rounding(seen.relation, *sides(seen))


CLEARLY = 2.0**-40
"""Sides that differ by more than this share of their size on floats differ by more than a few operations round."""


def differs_on_floats(case: Case, inputs: Mapping[str, Any]) -> bool:
    """Tell of a case with complex numbers whether floats break the law as well; of any other say that they do.

    Balls of complex numbers that a law puts into an array have no ``.real`` there: it is the array itself, and what is
    made of it is wrong in silence.  So their word alone refutes nothing.
    """
    are_complex = any(map(is_complex, inputs.values())) or asks_for_parts(case, inputs)
    return differ_clearly(case, inputs) if are_complex else True


def differ_clearly(case: Case, inputs: Mapping[str, Any]) -> bool:
    """Tell whether floats break the law by more than rounding."""
    seen = in_floats(case, inputs)
    if not seen.moved:
        return False
    left, right = (to_floats(side).astype(float) for side in sides(seen))
    gap = np.abs(left - right) if seen.relation == "equal" else left - right
    return not bool(np.all(gap <= CLEARLY * np.maximum(np.abs(left), np.abs(right))))


def holds_but_for_rounding(relation: str, left: Any, right: Any) -> bool:
    """Tell whether sides may be as claimed, if floats stand for all numbers that may have been rounded to them.

    They are rounded at the size of the largest of them, as zeros in a product of orthogonal matrices are.
    """
    largest = max((abs(x) for side in (left, right) for x in side if is_rounded(x)), default=0.0)
    blurring = np.frompyfunc(lambda x: enclosure(blurred(x, largest)), 1, 1)
    pairs = list(zip(*(blurring(side.astype(object)) for side in (left, right)), strict=True))
    return all(x.overlaps(y) for x, y in pairs) if relation == "equal" else not any(x > y for x, y in pairs)


def _decide_balls(seen: Observation, left: Any, right: Any, coarse: Callable[[], Any]) -> Outcome:
    pairs = list(zip(left, right, strict=True))
    if any(not (x.is_finite() or is_infinity(x)) for pair in pairs for x in pair):
        return Outcome("undecided", note=INFINITE, relation=seen.relation)
    is_equality = seen.relation == "equal"
    broken = [i for i, (x, y) in enumerate(pairs) if (not x.overlaps(y) if is_equality else x > y)]
    if broken:
        return judged(seen, left, right, False, at=broken[0])
    if not all(x.is_finite() for pair in pairs for x in pair):
        return Outcome("vacuous", note=INFINITE_SIDE, relation=seen.relation)
    doubtful = pairs if is_equality else [(x, y) for x, y in pairs if not x <= y]
    bits = _confined(doubtful, coarse)
    if all(x.is_exact() and y.is_exact() for x, y in doubtful):
        return judged(seen, left, right, True)
    if bits >= COARSE_BITS:
        return judged(seen, left, right, True, bits=bits)
    note = f"the sides overlap, confined to 2^-{bits:.0f} only"
    return Outcome("undecided", note=note, bits=bits, relation=seen.relation)


def _confined(pairs: list[tuple[Any, Any]], coarse: Callable[[], Any]) -> float:
    """Return k such that every two sides are equal to 2^-k of the size of the largest.

    Of sides that may all be zero no size is known: it is what a coarse precision saw, and 1 if that was more, since an
    enclosure that has grown wide on the way tells of no size.
    """
    gap = max(((x - y).abs_upper() for x, y in pairs), default=0)
    if gap == 0:
        return math.inf
    size = max(x.abs_lower() for pair in pairs for x in pair)
    if size == 0:
        seen = coarse()
        size = min(seen, 1) if seen else 1
    return float(-(enclosure(gap) / enclosure(size)).log() / enclosure(2).log())


def _coarse_size(case: Case, inputs: Mapping[str, Any]) -> Any:
    """Return the size of the largest side as a coarse precision sees it, None if that sees none."""
    try:
        with precision(COARSE_BITS):
            left, right = sides(observe_in_balls(case, to_balls(dict(inputs))), element=enclosure)
    except Exception:  # as of a branch that it leaves undecided
        return None
    both = (*left, *right)
    return max((x.abs_upper() for x in both), default=0) if all(x.is_finite() for x in both) else None
