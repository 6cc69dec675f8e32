"""The rule of controls: two sides may differ by at most ten times what one ulp in the inputs changes.

Where they differ by more, it may be the rounding of terms that cancel, as in exp(x) - 1, which one ulp need not show.
Then the difference of the sides is looked at nearby, where the sides are the same to six digits, and with floats that
are rounded up or down: a false law's stays what it is, and rounding comes out otherwise.  A law that rounds to fewer
digits by itself means what it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from psitheory.checking import Observation
from psitheory.runner.judging.branches import rounds_coarsely
from psitheory.runner.judging.directions import directions, rounding
from psitheory.runner.judging.outcome import Case, Outcome, in_floats, judged, sides, unwrapped

CONTROL_RUNS = 8
CONTROL_FACTOR = 10
CHAOS = 1e-6
"""If one ulp changes a side by more than this share of its size, the run is chaotic and nothing is decided."""

NEARBY = (2.0**-52, 2.0**-46, 2.0**-40, 2.0**-33, 2.0**-26)
"""By what share inputs are moved to see rounding come out otherwise, up to half of the digits."""

NEARBY_RUNS = 3
"""So many of each: rounding differs each time, and the largest of fifteen is hardly ever ten times below another."""

ILL_CONDITIONED = "too ill-conditioned for floats to say anything"


def controlled(case: Case, inputs: Mapping[str, Any]) -> Outcome:
    """Judge by control runs, which start one ulp away."""
    seen = in_floats(case, inputs)
    if not seen.moved:
        return Outcome("vacuous", note=str(seen.left))
    left, right = _sides(seen)
    size = max(np.max(np.abs(left), initial=0.0), np.max(np.abs(right), initial=0.0))
    if not np.isfinite(float(size)):
        return Outcome("undecided", note="a side is not finite", relation=seen.relation)
    spread = 0.0
    for k in range(CONTROL_RUNS):
        moved = in_floats(case, _one_ulp_away(dict(inputs), np.random.default_rng(k)))
        if moved.moved:
            for before, after in zip((left, right), _sides(moved), strict=True):
                spread = max(spread, float(np.max(np.abs(after - before), initial=0.0)))
    if not spread <= CHAOS * size:
        if seen.relation == "at most" and np.all(left + CONTROL_FACTOR * spread <= right):
            return judged(seen, left, right, True)  # what is chaotic is far below its bound
        if spread <= CHAOS * _size_nearby(case, inputs):
            return Outcome("vacuous", note=ILL_CONDITIONED, relation=seen.relation)
        share = spread / size if size else np.inf
        return Outcome("undecided", note=f"one ulp changes the sides by {share:.1e}", relation=seen.relation)
    coarsely = rounds_coarsely(case, inputs)
    allowed = CONTROL_FACTOR * max(
        spread, _last_place(left.astype(float) if coarsely and left.dtype.kind == "f" else left, size)
    )
    excess = _excess(seen.relation, left, right)
    if excess > allowed and not coarsely:
        nearby = _rounding(case, inputs, seen.relation, left, right, CHAOS * size)
        if nearby is not None and excess > CONTROL_FACTOR * nearby:
            nearby = max(nearby, _rounding_by_direction(case, inputs, seen.relation, left, right))
        if nearby is None or nearby > CHAOS * size:
            return Outcome("vacuous", note=ILL_CONDITIONED, relation=seen.relation)
        allowed = max(allowed, CONTROL_FACTOR * nearby)
    return judged(seen, left, right, excess <= allowed)


AWAY = 2.0**-10
"""By what share inputs are moved to see of what size sides are that vanish where they are: by this part of it."""


def _size_nearby(case: Case, inputs: Mapping[str, Any]) -> float:
    """Return how large the sides are a little away, whose terms cancel here; what is chaotic is of one size."""
    near = [_nearby(case, inputs, AWAY, k) for k in range(NEARBY_RUNS)]
    sizes = [np.max(np.abs(side), initial=0.0) for seen in near if seen is not None for side in _sides(seen)]
    return float(max((size for size in sizes if np.isfinite(size)), default=0.0))


def _last_place(side: Any, size: Any) -> float:
    """Return a unit in the last place of a number of that size, none of whole numbers, which are not rounded."""
    return 0.0 if side.dtype == object else float(np.spacing(side.dtype.type(size)))


def _sides(seen: Observation) -> tuple[Any, Any]:
    """Return both sides as numbers that can be subtracted, which truth values cannot."""
    left, right = map(unwrapped, sides(seen))
    return left, right


def _excess(relation: str, left: Any, right: Any) -> float:
    difference = left - right if relation == "at most" else np.abs(left - right)
    return float(np.max(difference, initial=0.0))


def _rounding(
    case: Case, inputs: Mapping[str, Any], relation: str, left: Any, right: Any, hardly: float
) -> float | None:
    """Return by how much the difference of the sides changes where they ``hardly`` do, None if they do at one ulp."""
    most = 0.0
    for share in NEARBY:
        near = [
            _sides(seen)
            for k in range(NEARBY_RUNS)
            if (seen := _nearby(case, inputs, share, k)) is not None and seen.relation == relation
        ]
        same = [(x, y) for x, y in near if x.shape == left.shape and _finite(x) and _finite(y)]
        moved = max((float(np.max(np.abs(x - left), initial=0.0)) for x, _ in same), default=0.0)
        moved = max([moved, *(float(np.max(np.abs(y - right), initial=0.0)) for _, y in same)])
        if moved > hardly:
            return None if share in NEARBY[:2] else most
        for x, y in same:
            most = max(most, float(np.max(np.abs((x - y) - (left - right)), initial=0.0)))
    return most


def _rounding_by_direction(case: Case, inputs: Mapping[str, Any], relation: str, left: Any, right: Any) -> float:
    """Return by how much the difference of the sides changes where floats are rounded another way."""
    most = 0.0
    for direction in directions():
        try:
            with rounding(direction):
                seen = in_floats(case, inputs)
            x, y = _sides(seen)
        except Exception:  # code that counts on the usual way says nothing
            continue
        if seen.moved and seen.relation == relation and x.shape == left.shape and _finite(x) and _finite(y):
            most = max(most, float(np.max(np.abs((x - y) - (left - right)), initial=0.0)))
    return most


def _finite(side: Any) -> bool:
    return side.dtype == object or bool(np.all(np.isfinite(side)))


def _nearby(case: Case, inputs: Mapping[str, Any], share: float, k: int) -> Observation | None:
    try:
        seen = in_floats(case, _moved(dict(inputs), share, np.random.default_rng(k)))
    except Exception:  # a law that wants unit vectors, say, has no neighbours
        return None
    return seen if seen.moved else None


def _moved(value: Any, share: float, rng: np.random.Generator) -> Any:
    """Return ``value`` with each float in it moved by up to that share of it."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "fc":
        return (value * (1 + share * rng.uniform(-1, 1, value.shape))).astype(value.dtype)
    if isinstance(value, (float, complex, np.floating)):
        moved: Any = value * (1 + share * rng.uniform(-1, 1))
        return moved if type(value) in (float, complex) else type(value)(moved)
    if isinstance(value, dict):
        return {key: _moved(item, share, rng) for key, item in value.items()}
    if type(value) in (tuple, list):
        return type(value)(_moved(item, share, rng) for item in value)
    return value


def _one_ulp_away(value: Any, rng: np.random.Generator) -> Any:
    """Return ``value`` with every nonzero float array moved by one ulp up or down, entry by entry."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        away = np.where(rng.integers(0, 2, value.shape) > 0, np.inf, -np.inf).astype(value.dtype)
        return np.where(value == 0, value, np.nextafter(value, away)).astype(value.dtype)
    if isinstance(value, dict):
        return {key: _one_ulp_away(item, rng) for key, item in value.items()}
    return value
