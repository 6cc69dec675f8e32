"""The rule of controls: two sides may differ by at most ten times what one ulp in the inputs changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from psitheory.runner.outcome import Case, Outcome, in_floats, judged, sides

CONTROL_RUNS = 8
CONTROL_FACTOR = 10
CHAOS = 1e-6
"""If one ulp changes a side by more than this share of its size, the run is chaotic and nothing is decided."""


def controlled(case: Case, inputs: Mapping[str, Any]) -> Outcome:
    """Judge by control runs, which start one ulp away."""
    seen = in_floats(case, inputs)
    if not seen.moved:
        return Outcome("vacuous", note=str(seen.left))
    left, right = sides(seen)
    size = max(np.max(np.abs(left), initial=0.0), np.max(np.abs(right), initial=0.0))
    if not np.isfinite(size):
        return Outcome("undecided", note="a side is not finite", relation=seen.relation)
    spread = 0.0
    for k in range(CONTROL_RUNS):
        moved = in_floats(case, _one_ulp_away(dict(inputs), np.random.default_rng(k)))
        if moved.moved:
            for before, after in zip((left, right), sides(moved), strict=True):
                spread = max(spread, float(np.max(np.abs(after - before), initial=0.0)))
    if not spread <= CHAOS * size:
        return Outcome("undecided", note=f"one ulp changes the sides by {spread / size:.1e}", relation=seen.relation)
    allowed = CONTROL_FACTOR * max(spread, float(np.spacing(left.dtype.type(size))))
    excess = (left - right) if seen.relation == "at most" else np.abs(left - right)
    return judged(seen, left, right, bool(np.max(excess, initial=0.0) <= allowed))


def _one_ulp_away(value: Any, rng: np.random.Generator) -> Any:
    """Return ``value`` with every nonzero float array moved by one ulp up or down, entry by entry."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        away = np.where(rng.integers(0, 2, value.shape) > 0, np.inf, -np.inf).astype(value.dtype)
        return np.where(value == 0, value, np.nextafter(value, away)).astype(value.dtype)
    if isinstance(value, dict):
        return {key: _one_ulp_away(item, rng) for key, item in value.items()}
    return value
