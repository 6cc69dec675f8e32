"""How one case is judged, in each arithmetic.

========================  ============================================================================
kind                      an equality passes when
========================  ============================================================================
symbols, rationals        both sides are the same element
powers of two             both sides are the same floats
balls                     the enclosures overlap at the last precision, and are narrow
floats                    each float lies in the enclosures of both sides, computed from inputs
                          widened by 16 ulp
controls                  the sides differ by at most ten times what one ulp in the inputs changes
========================  ============================================================================

Floats are judged by running the law in balls whose inputs are 16 ulp wide and whose operations round 16 times as
coarsely as floats do, so that every float that the same operations can give lies in the ball.  If each float lies, to
16 ulp, in the ball of the *other* side, the case passes.  If it lies only in the ball of its own side, the computation
loses accuracy on the way (as a difference of near numbers does): the case is set aside as too ill-conditioned for
floats, unless the law claims accuracy (``accurate=True``), where it fails.  A side that is an exact constant says
nothing of rounding; there the float is compared with its own side's enclosure.  Disjoint enclosures, or a float outside
its own, always fail.  An inequality fails only where the enclosures prove it.

A side that is an interval (of a mean, of a slope) is judged on floats as it is, whose rounding is nothing beside it:
disjoint intervals decide, overlapping ones leave the case undecided.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from psitheory.arithmetic import namespace, precision, to_balls, to_floats, widened
from psitheory.arithmetic.balls import BALLS as BALL_ARRAYS
from psitheory.checking import BALLS, CONTROLS, FLOATS, POWERS_OF_TWO, RATIONALS, SYMBOLS, Interval, Observation
from psitheory.errors import NotInArithmetic, Undecided

Status = Literal["passed", "failed", "undecided", "vacuous", "raised"]

ULPS = 16
BALL_BITS = (64, 128, 256, 512)
CONTROL_RUNS = 8
CONTROL_FACTOR = 10
CHAOS = 1e-6


@dataclass(frozen=True)
class Outcome:
    """What became of one case."""

    status: Status
    left: str = ""
    right: str = ""
    worst: float | None = None
    note: str = ""
    bits: float | None = None
    relation: str = "equal"


Case = Callable[..., Observation]


def judge(kind: str, case: Case, inputs: Mapping[str, Any]) -> Outcome:
    """Run ``case`` on ``inputs`` and judge what it observed, by the rule of ``kind``."""
    return _JUDGES[kind](case, inputs)


# -- exact arithmetics --------------------------------------------------------------------------


def _exact(case: Case, inputs: Mapping[str, Any]) -> Outcome:
    seen = case(**inputs)
    if not seen.moved:
        return Outcome("vacuous", note=str(seen.left))
    left, right = _sides(seen)
    xp = namespace(left, right)
    if seen.relation == "equal":
        holds = bool(np.all(left == right))
    else:
        above = xp.greater(left, right)
        if any(flag is None for flag in np.ravel(above)):
            return Outcome("undecided", note="an order between two sides is not decided")
        holds = not bool(np.any(np.asarray(above, dtype=bool)))
    return _outcome(seen, left, right, holds)


def _bitwise(case: Case, inputs: Mapping[str, Any]) -> Outcome:
    seen = _in_floats(case, inputs)
    if not seen.moved:
        return Outcome("vacuous", note=str(seen.left))
    if seen.relation != "equal":
        raise NotInArithmetic("only equalities can hold bit for bit")
    left, right = _sides(seen)
    if not (np.all(np.isfinite(left)) and np.all(np.isfinite(right))):
        return Outcome("undecided", note="a side over- or underflowed", relation=seen.relation)
    return _outcome(seen, left, right, bool(np.all(left == right)))


# -- balls --------------------------------------------------------------------------------------


def _enclosed(case: Case, inputs: Mapping[str, Any]) -> Outcome:
    outcome = Outcome("undecided", note="no precision was enough")
    size: float | None = None
    for bits in BALL_BITS:
        with precision(bits):
            try:
                seen = case(**to_balls(dict(inputs)))
            except Undecided as doubt:
                outcome = Outcome("undecided", note=f"{doubt} at {bits} bits")
                continue
            if not seen.moved:
                return Outcome("vacuous", note=str(seen.left))
            left, right = _sides(seen, element=BALL_ARRAYS.element)
            if size is None and all(
                x.is_finite() for x in (*left, *right)
            ):  # of a side that is zero, only what the coarsest precision saw of it
                size = max((float(abs(x).upper()) for x in (*left, *right)), default=0.0)
            outcome = _decide_balls(seen, left, right, size, last=bits == BALL_BITS[-1])
        if outcome.status != "undecided":
            return outcome
    return outcome


def _decide_balls(seen: Observation, left: Any, right: Any, size: float | None, *, last: bool) -> Outcome:
    if any(not x.is_finite() for side in (left, right) for x in side):
        return Outcome("undecided", note="an enclosure is infinite", relation=seen.relation)
    pairs = list(zip(left, right, strict=True))
    if seen.relation == "equal":
        if any(not x.overlaps(y) for x, y in pairs):
            return _outcome(seen, left, right, False)
        bits = _confined(pairs, size)
        if all(x.is_exact() and y.is_exact() for x, y in pairs):
            return _outcome(seen, left, right, True)
    else:
        if any(x > y for x, y in pairs):
            return _outcome(seen, left, right, False)
        doubtful = [(x, y) for x, y in pairs if not x <= y]
        if not doubtful:
            return _outcome(seen, left, right, True)
        bits = _confined(doubtful, size)
    if last and bits >= 64:
        return _outcome(seen, left, right, True, bits=bits)
    return Outcome("undecided", note=f"the sides overlap, confined to 2^-{bits:.0f} only", relation=seen.relation)


def _confined(pairs: list[tuple[Any, Any]], size: float | None) -> float:
    """Return k such that every two sides are equal to 2^-k of the size of the largest."""
    gap = max((float((x - y).abs_upper()) for x, y in pairs), default=0.0)
    return math.inf if gap == 0 else -math.log2(gap / (size or 1.0))


# -- floats -------------------------------------------------------------------------------------


def _in_floats(case: Case, inputs: Mapping[str, Any]) -> Observation:
    with np.errstate(all="ignore"):
        return case(**inputs)


def _sampled(case: Case, inputs: Mapping[str, Any]) -> Outcome:
    seen = _in_floats(case, inputs)
    if not seen.moved:
        return Outcome("vacuous", note=str(seen.left))
    if isinstance(seen.left, Interval) or isinstance(seen.right, Interval):
        return _by_intervals(seen)
    left, right = _sides(seen)
    try:
        with precision(_bits_of_rounding(left, right)):
            wide = case(**widened(dict(inputs), ULPS))
            enclosed_left, enclosed_right = _sides(wide, element=BALL_ARRAYS.element)
            return _judge_by_enclosure(seen, left, right, enclosed_left, enclosed_right)
    except (NotInArithmetic, Undecided, TypeError, AttributeError) as reason:
        outcome = _controlled(case, inputs)
        return Outcome(**{**outcome.__dict__, "note": outcome.note or f"judged by controls: {reason}"})


def _by_intervals(seen: Observation) -> Outcome:
    """Judge sides of which one at least is known by an interval."""
    left, right = (x if isinstance(x, Interval) else Interval(x, x) for x in (seen.left, seen.right))
    arrays = np.broadcast_arrays(
        *(np.asarray(x, dtype=float) for x in (left.lower, left.upper, right.lower, right.upper))
    )
    low, high, floor, ceiling = (x.ravel() for x in arrays)
    apart = low > ceiling
    if seen.relation == "equal":
        apart = apart | (high < floor)
    settled = high <= floor if seen.relation == "at most" else np.zeros_like(apart)
    refuted = bool(apart.any())
    i = int(np.argmax(apart if refuted else ~settled)) if len(low) else 0
    one, other = (_show_interval(x[i], y[i]) if len(low) else "" for x, y in ((low, high), (floor, ceiling)))
    if refuted:
        return Outcome("failed", one, other, relation=seen.relation)
    if not settled.all():
        return Outcome("undecided", note=f"the intervals overlap: {one} and {other}", relation=seen.relation)
    return Outcome("passed", one, other, _worst(seen.relation, high, floor, 0.0), relation=seen.relation)


def _show_interval(low: float, high: float) -> str:
    return f"{low:.6g}" if low == high else f"[{low:.6g}, {high:.6g}]"


def _bits_of_rounding(left: Any, right: Any) -> int:
    """Return the precision whose rounding is 16 times as coarse as that of the floats at hand."""
    narrowest = min((np.finfo(side.dtype).nmant + 1 for side in (left, right) if side.dtype.kind == "f"), default=53)
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
            return Outcome("undecided", note="an enclosure is infinite", relation=seen.relation)
        return _outcome(seen, left, right, not proved_false, noise=_noise(wide_left, wide_right))
    noise = _noise(wide_left, wide_right)
    if all(wx.is_finite() and wy.is_finite() for *_, wx, wy in pairs):
        if all(_agrees(x, wy, wx) and _agrees(y, wx, wy) for x, y, wx, wy in pairs):
            return _outcome(seen, left, right, True, noise=noise)
        sound = [wx.overlaps(wy) and _within(x, wx) and _within(y, wy) for x, y, wx, wy in pairs]
        if not all(sound):
            return _outcome(seen, left, right, False, noise=noise, at=sound.index(False))
    if seen.accurate:
        return _outcome(seen, left, right, False, noise=noise)
    return Outcome("vacuous", note="too ill-conditioned for floats to say anything", relation=seen.relation)


def _noise(wide_left: Any, wide_right: Any) -> float:
    """Return the size at which terms are computed that may cancel: what 16 ulp of them would be the radius of."""
    radius = max((float((x.rad() + y.rad()).upper()) for x, y in zip(wide_left, wide_right, strict=True)), default=0.0)
    return radius / (ULPS * float(np.finfo(float).eps))


def _agrees(x: Any, other: Any, own: Any) -> bool:
    return _within(x, own if other.is_exact() else other)


def _within(x: Any, enclosure: Any) -> bool:
    """Tell whether the float, to 16 ulp, lies in the enclosure."""
    from flint import arb

    x = float(x)
    return math.isfinite(x) and bool(arb(x, float(ULPS * np.spacing(abs(x)))).overlaps(enclosure))


def _controlled(case: Case, inputs: Mapping[str, Any]) -> Outcome:
    """Judge by control runs, which start one ulp away."""
    seen = _in_floats(case, inputs)
    if not seen.moved:
        return Outcome("vacuous", note=str(seen.left))
    left, right = _sides(seen)
    size = max(np.max(np.abs(left), initial=0.0), np.max(np.abs(right), initial=0.0))
    if not np.isfinite(size):
        return Outcome("undecided", note="a side is not finite", relation=seen.relation)
    spread = 0.0
    for k in range(CONTROL_RUNS):
        moved = _in_floats(case, _one_ulp_away(dict(inputs), np.random.default_rng(k)))
        if moved.moved:
            for before, after in zip((left, right), _sides(moved), strict=True):
                spread = max(spread, float(np.max(np.abs(after - before), initial=0.0)))
    if not spread <= CHAOS * size:
        return Outcome("undecided", note=f"one ulp changes the sides by {spread / size:.1e}", relation=seen.relation)
    allowed = CONTROL_FACTOR * max(spread, float(np.spacing(left.dtype.type(size))))
    excess = (left - right) if seen.relation == "at most" else np.abs(left - right)
    return _outcome(seen, left, right, bool(np.max(excess, initial=0.0) <= allowed))


def _one_ulp_away(value: Any, rng: np.random.Generator) -> Any:
    """Return ``value`` with every nonzero float array moved by one ulp up or down, entry by entry."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        away = np.where(rng.integers(0, 2, value.shape) > 0, np.inf, -np.inf).astype(value.dtype)
        return np.where(value == 0, value, np.nextafter(value, away)).astype(value.dtype)
    if isinstance(value, dict):
        return {key: _one_ulp_away(item, rng) for key, item in value.items()}
    return value


# -- shared -------------------------------------------------------------------------------------


def _sides(seen: Observation, element: Callable[[Any], Any] | None = None) -> tuple[Any, Any]:
    """Return both sides, broadcast against each other and flattened."""
    left, right = np.broadcast_arrays(np.asarray(seen.left), np.asarray(seen.right))
    left, right = left.ravel(), right.ravel()
    if element is None:
        return left, right
    lift = np.frompyfunc(element, 1, 1)
    return lift(left.astype(object)), lift(right.astype(object))


def _outcome(
    seen: Observation,
    left: Any,
    right: Any,
    holds: bool,
    bits: float | None = None,
    noise: float = 0.0,
    at: int | None = None,
) -> Outcome:
    """Return the outcome, shown at entry ``at``, or where the sides differ most.

    ``noise`` is the size at which the terms of a side that cancel to zero are computed.
    """
    worst = None
    if bits is None and _is_numeric(left) and _is_numeric(right):
        worst = _worst(seen.relation, to_floats(left), to_floats(right), noise)
    i = at if at is not None else 0 if holds else _worst_entry(seen.relation, left, right)
    shown_left, shown_right = _show_both(left[i], right[i], holds) if len(left) else ("", "")
    return Outcome("passed" if holds else "failed", shown_left, shown_right, worst, "", bits, seen.relation)


def _is_numeric(side: Any) -> bool:
    return side.dtype.kind in "fiu" or (side.dtype == object and all(_module(x) in ("flint", "builtins") for x in side))


def _module(x: Any) -> str:
    return type(x).__module__.split(".")[0]


def _worst(relation: str, left: Any, right: Any, noise: float) -> float | None:
    """Return the largest relative gap of an equality, or the largest ratio left/right of an inequality."""
    left, right = left.astype(float), right.astype(float)
    with np.errstate(all="ignore"):
        if relation == "equal":
            size = max(np.max(np.abs(left), initial=0.0), np.max(np.abs(right), initial=0.0), noise)
            return float(np.max(np.abs(left - right), initial=0.0) / size) if size else 0.0
        ratios = (left / right)[right > 1e-6 * noise]  # below, both sides are rounding
        return float(np.max(ratios)) if ratios.size else None


def _worst_entry(relation: str, left: Any, right: Any) -> int:
    """Return the index of the entry that shows the failure best."""
    if not (_is_numeric(left) and _is_numeric(right)):
        return int(np.argmax([bool(x != y) for x, y in zip(left, right, strict=True)]))
    left, right = to_floats(left).astype(float), to_floats(right).astype(float)
    with np.errstate(all="ignore"):
        gap = np.abs(left - right) if relation == "equal" else left - right
        size = np.maximum(np.abs(left), np.abs(right))
        return int(np.nanargmax(np.where(size > 0, gap / size, 0))) if len(left) else 0


def _show_both(left: Any, right: Any, holds: bool) -> tuple[str, str]:
    """Return both sides as text, with as many digits as it takes to see that they differ, if they do."""
    for digits in (12, 17, 40, 160):
        shown = _show(left, digits), _show(right, digits)
        if holds or shown[0].split(" ")[0] != shown[1].split(" ")[0]:
            break
    return shown


def _show(x: Any, digits: int) -> str:
    if _module(x) == "flint" and type(x).__name__ == "arb":
        return str(x.str(digits))
    if isinstance(x, (float, np.floating)):
        return f"{float(x):.{min(digits, 17)}g}"
    text = str(x)
    if len(text) > 40 and _is_ratio(x):
        return f"{to_floats(x):.12g} (a ratio of {len(text)} digits)"
    return text if len(text) <= 200 else text[:199] + "…"


def _is_ratio(x: Any) -> bool:
    return _module(x) == "flint" and type(x).__name__ == "fmpq"


_JUDGES: dict[str, Callable[[Case, Mapping[str, Any]], Outcome]] = {
    SYMBOLS: _exact,
    RATIONALS: _exact,
    POWERS_OF_TWO: _bitwise,
    BALLS: _enclosed,
    FLOATS: _sampled,
    CONTROLS: _controlled,
}
