"""The rule of intervals (of a mean, of a slope): disjoint ones decide, overlapping ones do not.

They are judged on floats as they are, whose rounding is nothing beside their width.
"""

from __future__ import annotations

import numpy as np

from psitheory.checking import Interval, Observation
from psitheory.runner.judging.outcome import Outcome, worst_of


def by_intervals(seen: Observation) -> Outcome:
    """Judge sides of which one at least is known by an interval."""
    left, right = (x if isinstance(x, Interval) else Interval(x, x) for x in (seen.left, seen.right))
    arrays = np.broadcast_arrays(
        *(np.asarray(x, dtype=float) for x in (left.lower, left.upper, right.lower, right.upper))
    )
    low, high, floor, ceiling = (x.ravel() for x in arrays)
    if not len(low):
        return Outcome("vacuous", note="the sides are empty", relation=seen.relation)
    apart = low > ceiling
    if seen.relation == "equal":
        apart = apart | (high < floor)
    settled = high <= floor if seen.relation == "at most" else np.zeros_like(apart)
    refuted = bool(apart.any())
    i = int(np.argmax(apart if refuted else ~settled))
    one, other = (_show_interval(x[i], y[i]) for x, y in ((low, high), (floor, ceiling)))
    if refuted:
        return Outcome("failed", one, other, relation=seen.relation)
    if not settled.all():
        return Outcome("undecided", note=f"the intervals overlap: {one} and {other}", relation=seen.relation)
    return Outcome("passed", one, other, worst_of(seen.relation, high, floor, 0.0), relation=seen.relation)


def _show_interval(low: float, high: float) -> str:
    return f"{low:.6g}" if low == high else f"[{low:.6g}, {high:.6g}]"
