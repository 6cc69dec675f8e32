"""The rule of floats: what a float may be is what balls say that rounding can make of it.

The law is run in balls whose inputs are 16 ulp wide and whose operations round 16 times as coarsely as floats do, so
that every float that the same operations can give lies in the ball. If each float lies, to 16 ulp, in the ball of the
*other* side, the case passes. If it lies only in the ball of its own side, the computation loses accuracy on the way
(as a difference of near numbers does): the case is set aside as too ill-conditioned for floats, unless the law claims
accuracy (``accurate=True``), where it fails. A side that is an exact constant says nothing of rounding; there the
float is compared with its own side's enclosure. Disjoint enclosures, or a float outside its own, always fail. An
inequality fails only where the enclosures prove it; where the floats speak against it and an enclosure is infinite,
balls of a higher precision, of the inputs as they are, refute it, or the case is set aside, too. They do so where
whole numbers or truth values are claimed equal, which are not rounded. Floats that break a law where they over- or
underflow break no theorem about numbers: balls decide again there, if the law runs on them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from psitheory.arithmetic import precision, to_balls, widened
from psitheory.arithmetic.balls import enclosure
from psitheory.arithmetic.rounded import ULPS
from psitheory.checking import Interval, Observation
from psitheory.errors import BranchUndecided, NotInArithmetic, Undecided, said
from psitheory.runner.code.lines import asked_for_at, is_lacking
from psitheory.runner.judging.branches import asks_for_parts, observe_in_balls
from psitheory.runner.judging.by_controls import ILL_CONDITIONED, controlled
from psitheory.runner.judging.by_intervals import by_intervals
from psitheory.runner.judging.in_balls import (
    BALL_BITS,
    OPEN_BRANCH,
    broken_by_every_way,
    differ_clearly,
    differs_on_floats,
    enclosed,
)
from psitheory.runner.judging.in_parts import are_others
from psitheory.runner.judging.outcome import Case, Outcome, are_exact, in_floats, judged, observe, sides


def sampled(case: Case, inputs: Mapping[str, Any]) -> Outcome:
    """Judge one case on floats, by enclosures where the law runs in balls, else by controls."""
    try:
        return _sampled(case, inputs)
    except (NotInArithmetic, Undecided):
        raise
    except OverflowError as error:  # as of 10**400 times a float, or of exp
        if exactly_at(case, inputs) is None:
            raise
        return _beyond_floats(case, inputs, said(error))
    except Exception:  # of the case, or of a control run beside it
        outcome = _raised_by_rounding(case, inputs)
        if outcome is None:
            raise
        return outcome


def _sampled(case: Case, inputs: Mapping[str, Any]) -> Outcome:
    seen = in_floats(case, inputs)
    if not seen.moved:
        return Outcome("vacuous", note=str(seen.left))
    if isinstance(seen.left, Interval) or isinstance(seen.right, Interval):
        return by_intervals(seen)
    left, right = sides(seen)
    if are_exact(left, right):
        holds = np.all(left == right) if seen.relation == "equal" else np.all(left <= right)
        return judged(seen, left, right, bool(holds))
    if not (_finite(left) and _finite(right)):
        return _beyond_floats(case, inputs, "a side is not finite")
    outcome = _by_enclosure(case, inputs, seen, left, right)
    if outcome.status == "failed" and not differs_on_floats(case, inputs):
        return controlled(case, inputs)
    if outcome.status == "failed" and not seen.accurate:
        return unless_floats_end(case, inputs, outcome)
    if outcome.status == "undecided" and not seen.accurate:
        return _unless_balls_decide(case, inputs, outcome)
    if outcome.note == ILL_CONDITIONED and (seen.relation == "at most" or _are_whole(left, right)):
        exactly = exactly_at(case, inputs)
        return exactly if exactly is not None and exactly.status == "failed" else outcome
    return outcome


def _unless_balls_decide(case: Case, inputs: Mapping[str, Any], chaotic: Outcome) -> Outcome:
    """Return what is to be told of a case where floats are chaotic: what balls find, if they decide it."""
    exactly = exactly_at(case, inputs)
    if exactly is None or exactly.status not in ("passed", "failed", "vacuous"):
        return chaotic
    if exactly.status != "passed":  # where it claims nothing, as of vectors at a right angle, floats may see a claim
        return exactly
    return Outcome("vacuous", note=f"{ILL_CONDITIONED}: {chaotic.note}", relation=chaotic.relation)


def _raised_by_rounding(case: Case, inputs: Mapping[str, Any]) -> Outcome | None:
    """Return what is to be told of floats that raise by rounding: what balls find, None where that is not why.

    It is why where numbers within 16 ulp of the inputs take either branch, the one that raises and another, as angles
    do that are near a right one, and balls of the inputs as they are decide.  Accurate code takes the right one.
    """
    arrays = [value for value in inputs.values() if isinstance(value, np.ndarray)]
    try:
        with precision(_bits_of_rounding(*arrays)):
            observe_in_balls(case, widened(dict(inputs), ULPS))
    except Undecided as doubt:
        exactly = exactly_at(case, inputs)
        if exactly is None or exactly.status != "passed":
            return exactly if exactly is not None and exactly.status == "failed" else None
        with precision(BALL_BITS):
            if observe_in_balls(case, to_balls(dict(inputs))).accurate:
                return None
        return Outcome("vacuous", note=f"{ILL_CONDITIONED}: {doubt}", relation=exactly.relation)
    except Exception:  # balls raise there too
        return None
    return None


def unless_floats_end(case: Case, inputs: Mapping[str, Any], failed: Outcome) -> Outcome:
    """Return what is to be told of floats that break a law: where they over- or underflow, balls decide if they can."""
    over, under = overflow_at(case, inputs), underflow_at(case, inputs)
    exactly = exactly_at(case, inputs) if over or under else None
    if exactly is None:
        return failed
    if over:
        note = f"exactly true here; floats overflow{over}"
        return Outcome("raised", note=note, relation=failed.relation) if exactly.status == "passed" else failed
    if exactly.status == "passed":
        return Outcome("vacuous", note=f"exactly true here; floats underflow{under}", relation=failed.relation)
    return exactly


def exactly_at(case: Case, inputs: Mapping[str, Any]) -> Outcome | None:
    """Return what balls find at the inputs as they are, whichever way branches go; None where the law does not run."""
    try:
        outcome = enclosed(case, inputs)
        is_open = outcome.note.startswith(OPEN_BRANCH)
        return (broken_by_every_way(case, inputs) if is_open else None) or outcome
    except Exception as reason:
        if isinstance(reason, Undecided) or is_lacking(reason):
            return None
        raise


def overflow_at(case: Case, inputs: Mapping[str, Any]) -> str:
    """Return the line at which floats overflow, divide by zero or become NaN, an empty string if they do not."""
    return _stops_at(case, inputs, over="raise", invalid="raise", divide="raise")


def underflow_at(case: Case, inputs: Mapping[str, Any]) -> str:
    """Return the line at which floats lose digits since they are as small as floats can be, as above."""
    return _stops_at(case, inputs, over="ignore", invalid="ignore", divide="ignore", under="raise")


def _stops_at(case: Case, inputs: Mapping[str, Any], **modes: Any) -> str:
    try:
        with np.errstate(**modes):
            observe(case, {name: np.float64(x) if type(x) is float else x for name, x in inputs.items()})
    except (FloatingPointError, OverflowError, ZeroDivisionError) as error:
        return asked_for_at(error)
    return ""


def _are_whole(*both: Any) -> bool:
    return all(side.dtype.kind in "biu" for side in both)


def _finite(side: Any) -> bool:
    return side.dtype.kind not in "fc" or bool(np.all(np.isfinite(side)))


def _beyond_floats(case: Case, inputs: Mapping[str, Any], what: str) -> Outcome:
    """Return what is found where floats end: a refutation if enclosures give one, else a finding with its line."""
    exactly = exactly_at(case, inputs) or Outcome("undecided")
    if exactly.status in ("failed", "vacuous"):
        return exactly
    line = overflow_at(case, inputs)
    if exactly.status == "passed":
        return Outcome("raised", note=f"exactly true here; floats overflow{line}", relation=exactly.relation)
    return Outcome("raised", note=f"{what} at this input{line}", relation=exactly.relation)


def _by_enclosure(case: Case, inputs: Mapping[str, Any], seen: Observation, left: Any, right: Any) -> Outcome:
    try:
        with precision(_bits_of_rounding(left, right)):
            wide = observe_in_balls(case, widened(dict(inputs), ULPS))
            enclosed_left, enclosed_right = sides(wide, element=enclosure)
            if asks_for_parts(case, inputs) and are_others((left, right), (enclosed_left, enclosed_right)):
                return controlled(case, inputs)
            if _strays(seen.relation, left, right, enclosed_left, enclosed_right) and differ_clearly(case, inputs):
                return controlled(case, inputs)
            if _constants_break(seen.relation, enclosed_left, enclosed_right):
                return controlled(case, inputs)
            return _judge_by_enclosure(seen, left, right, enclosed_left, enclosed_right)
    except BranchUndecided as doubt:  # rounding may take either branch: floats that take the wrong one refute nothing
        outcome = controlled(case, inputs)
        breaks = outcome.status == "failed" or (outcome.note == ILL_CONDITIONED and differ_clearly(case, inputs))
        if breaks and not seen.accurate:
            exactly = exactly_at(case, inputs)
            if exactly is not None and exactly.status == "failed":  # as at x = 0.7, where x == 0.7 has another branch
                return exactly
            return Outcome("vacuous", note=f"{ILL_CONDITIONED}: {doubt}", relation=seen.relation)
        return outcome
    except Exception as reason:
        if not (isinstance(reason, Undecided) or is_lacking(reason)):
            raise
        outcome = controlled(case, inputs)
        return Outcome(**{**outcome.__dict__, "note": outcome.note or f"judged by controls: {reason}"})


def _strays(relation: str, left: Any, right: Any, wide_left: Any, wide_right: Any) -> bool:
    """Tell whether floats that break a bound lie outside of their own enclosures: then balls computed something else.

    So they do where a law asks what its numbers are, and says another thing of balls.
    """
    pairs = zip(left, right, wide_left, wide_right, strict=True)
    above = [pair for pair in pairs if relation == "at most" and pair[0] > pair[1]]
    finite = [pair for pair in above if pair[2].is_finite() and pair[3].is_finite()]
    return any(not (_within(x, wx) and _within(y, wy)) for x, y, wx, wy in finite)


def _constants_break(relation: str, wide_left: Any, wide_right: Any) -> bool:
    """Tell whether two exact constants break the law, whose enclosures know nothing of the rounding that made them."""
    constants = [(x, y) for x, y in zip(wide_left, wide_right, strict=True) if x.is_exact() and y.is_exact()]
    return any(x != y if relation == "equal" else x > y for x, y in constants)


def _bits_of_rounding(*arrays: Any) -> int:
    """Return the precision whose rounding is 16 times as coarse as that of the floats at hand."""
    narrowest = min((np.finfo(array.dtype).nmant + 1 for array in arrays if array.dtype.kind == "f"), default=53)
    return int(narrowest) - (ULPS.bit_length() - 1)


def _judge_by_enclosure(seen: Observation, left: Any, right: Any, wide_left: Any, wide_right: Any) -> Outcome:
    pairs = list(zip(left, right, wide_left, wide_right, strict=True))
    if seen.relation == "at most":
        proved_false = any(x > y and wx > wy for x, y, wx, wy in pairs)
        unclear = any(not (np.isfinite(x) and np.isfinite(y)) for x, y, *_ in pairs)
        if unclear and not proved_false:
            return Outcome("undecided", note="a side is not finite", relation=seen.relation)
        above = [(x, y, wx, wy) for x, y, wx, wy in pairs if x > y]
        if above and not proved_false and any(not (wx.is_finite() and wy.is_finite()) for *_, wx, wy in above):
            return Outcome("vacuous", note=ILL_CONDITIONED, relation=seen.relation)
        return judged(seen, left, right, not proved_false, noise=_noise(pairs))
    noise = _noise(pairs)
    if all(wx.is_finite() and wy.is_finite() for *_, wx, wy in pairs):
        if all(_agrees(x, wy, wx) and _agrees(y, wx, wy) for x, y, wx, wy in pairs):
            return judged(seen, left, right, True, noise=noise)
        sound = [wx.overlaps(wy) and _within(x, wx) and _within(y, wy) for x, y, wx, wy in pairs]
        if not all(sound):
            return judged(seen, left, right, False, noise=noise, at=sound.index(False))
    if seen.accurate:
        return judged(seen, left, right, False, noise=noise)
    return Outcome("vacuous", note=ILL_CONDITIONED, relation=seen.relation)


def _noise(pairs: Sequence[tuple[Any, ...]]) -> float:
    """Return the size at which terms are computed that may cancel: what 16 ulp of them would be the radius of."""
    radius = max((float((wx.rad() + wy.rad()).upper()) for *_, wx, wy in pairs), default=0.0)
    return radius / (ULPS * float(np.finfo(float).eps))


def _agrees(x: Any, other: Any, own: Any) -> bool:
    return _within(x, own if other.is_exact() else other)


def _within(x: Any, enclosure: Any) -> bool:
    """Tell whether the float, to 16 ulp, lies in the enclosure."""
    from flint import arb

    x = float(x)
    return math.isfinite(x) and bool(arb(x, float(ULPS * np.spacing(abs(x)))).overlaps(enclosure))
