"""Starts where theorems about runs are tight: what a run of PSI-GD has come to, near minima or creeping.

At 1/L what is steepest is gone first and what is flat is left; at nearly 2/L it is what is steepest that is left.
Uphill at 1/(2L) a run comes so near to a maximum that downhill at 1/L it takes about as many steps to leave it.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from psitheory.strategies.values import Made

BEHIND = ((0, 1.0), (0, 1.0), (0, 1.0), (0, 1.0), (5, 1.0), (30, 1.0), (10, 1.9))
"""How many steps a start may lie behind the point that was drawn, and at how many times 1/L; most lie there."""

UPHILL = -0.5
"""There a run comes nearer by the factor by which it leaves at 1/L."""


@cache
def _behind(steps: int) -> st.SearchStrategy[tuple[int, float]]:
    return st.sampled_from((*BEHIND, (steps, UPHILL)) if steps else BEHIND)


def later_points(subject: Any, points: st.SearchStrategy[Any], *, steps: int = 0) -> st.SearchStrategy[Any]:
    """Draw points as they are or, of a model that knows its L on floats, some steps down from there.

    Of a law about so many ``steps`` some lie as many steps up.
    """
    smoothness = getattr(subject, "smoothness", None)
    value = getattr(smoothness, "value", None)
    if not isinstance(value, (float, np.floating)) or not 0 < value < math.inf:
        return points
    rate = 1 / float(value)
    return Made(lambda w, behind: _after(subject, w, rate, *behind), points, _behind(steps))


def _after(model: Any, w: Any, rate: float, steps: int, times: float) -> Any:
    end, layout = w, model.layout
    for _ in range(steps):
        end = end - times * rate * layout.times_squared_norms(end, model.evaluate(end).gradient)
    if not np.all(np.isfinite(end)):
        return w
    return model.layout.map(_without_traces, _without_traces, end) if steps else w


def _without_traces(rows: Any) -> Any:
    return np.where(np.abs(rows) < GONE * np.max(np.abs(rows), axis=-1, keepdims=True, initial=0.0), 0.0, rows)


GONE = 2.0**-200
"""Entries that are so small beside others of their block are zeros: exact ones, where products do not underflow."""
