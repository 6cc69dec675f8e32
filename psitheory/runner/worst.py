"""The worst case of an inequality: the largest left/right is sought by moving what was drawn, inside its domains.

The best cases of the random search are climbed from: whole numbers that Hypothesis chose are moved one by one, real
ones (its own, and those of the library's domains, by nudges) by SciPy.  Floats guide the search, and decide nothing:
the case that it ends at is judged as any other.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.control import BuildContext
from hypothesis.errors import HypothesisException, StopTest
from hypothesis.internal.conjecture.data import ConjectureData

from psitheory.arithmetic import to_floats
from psitheory.checking import Interval
from psitheory.runner.nudges import nudged
from psitheory.runner.outcome import Case, Outcome, in_floats, sides

Choices = tuple[Any, ...]
Inputs = Mapping[str, Any]

ROUNDING = 1e-7
"""A right side that falls below this share of what it was at the start is rounding, where a ratio says nothing."""

CLEARLY = 1 + 2.0**-40
"""A ratio above this is worth a judgement at once; below, both sides may be equal to rounding."""


@dataclass
class Worst:
    """Where a search for the worst case ended.

    Attributes
    ----------
    inputs, outcome : the case and what became of it, None if no case was better than those drawn.
    evaluations : int
        How many cases were computed on the way.
    """

    inputs: Inputs | None = None
    outcome: Outcome | None = None
    evaluations: int = 0

    @property
    def refutes(self) -> bool:
        """Tell whether the case breaks the law."""
        return self.outcome is not None and self.outcome.status == "failed"


class _Enough(Exception):
    """The budget is spent, or the law is broken."""


@dataclass
class _Climb:
    """The state of one search: what was tried, and the best of it."""

    drawing: st.SearchStrategy[dict[str, Any]]
    law: Case
    run: Callable[[Inputs], Outcome]
    budget: int
    evaluations: int = 0
    floor: float = 0.0
    best: tuple[float, Choices, Sequence[float]] = field(default=(-math.inf, (), ()))
    broken: tuple[Inputs, Outcome] | None = None

    def at(self, choices: Choices, nudges: Sequence[float] = ()) -> float:
        """Return left/right of the case that these choices and nudges make; minus infinity where there is none."""
        if self.evaluations >= self.budget:
            raise _Enough
        self.evaluations += 1
        inputs = redrawn(self.drawing, choices, nudges)
        ratio = -math.inf if inputs is None else self._ratio(inputs)
        if ratio > self.best[0]:
            self.best = (ratio, choices, tuple(nudges))
            if ratio > CLEARLY and inputs is not None:
                self._judge(inputs)
        return ratio

    def _ratio(self, inputs: Inputs) -> float:
        try:
            return largest_ratio(self.law, inputs, self.floor)
        except Exception:  # what a law raises while it is searched is told when the case is judged
            return -math.inf

    def _judge(self, inputs: Inputs) -> None:
        outcome = self.run(inputs)
        if outcome.status == "failed":
            self.broken = inputs, outcome
            raise _Enough


def worst_case(
    drawing: st.SearchStrategy[dict[str, Any]],
    law: Case,
    run: Callable[[Inputs], Outcome],
    starts: Sequence[Choices],
    *,
    budget: int,
) -> Worst:
    """Climb from each start in turn, with an equal share of the ``budget`` of cases, and judge where it ends."""
    ends: list[tuple[float, Inputs]] = []
    spent = 0
    for start in starts:
        climb = _Climb(drawing, law, run, max(budget // len(starts), 1))
        with suppress(_Enough):
            _ascend(climb, start)
        spent += climb.evaluations
        if climb.broken is not None:
            return Worst(*_simplest(climb, climb.broken), spent)
        ratio, choices, nudges = climb.best
        inputs = redrawn(drawing, choices, nudges)
        if inputs is not None and ratio > -math.inf:
            ends.append((ratio, inputs))
    return _judged(run, ends, spent)


def _judged(run: Callable[[Inputs], Outcome], ends: list[tuple[float, Inputs]], spent: int) -> Worst:
    if not ends:
        return Worst(evaluations=spent)
    _, inputs = max(ends, key=lambda end: end[0])
    return Worst(inputs, run(inputs), spent)


def _ascend(climb: _Climb, start: Choices) -> None:
    """Move the whole numbers, then the real ones, from one start."""
    drawn = redrawn(climb.drawing, start)
    if drawn is None:
        return
    climb.floor = ROUNDING * _size(climb.law, drawn)
    climb.at(start)
    _move_whole_numbers(climb, start)
    _move_real_numbers(climb, climb.best[1] or start)


def _move_whole_numbers(climb: _Climb, start: Choices) -> None:
    """Try other values of each small whole number that was chosen: its ends, its neighbours, half and double."""
    nodes = _nodes(climb.drawing, start)
    for i, node in enumerate(nodes):
        low, high = node.constraints.get("min_value"), node.constraints.get("max_value")
        if node.type != "integer" or low is None or high is None or not 1 < high - low <= LARGEST_RANGE:
            continue
        for value in dict.fromkeys((high, low, node.value + 1, node.value - 1, 2 * node.value)):
            choices = climb.best[1] or start
            if low <= value <= high and i < len(choices) and choices[i] != value:
                climb.at((*choices[:i], value, *choices[i + 1 :]))


LARGEST_RANGE = 10_000
"""A range of whole numbers wider than this is one of seeds, whose neighbours have nothing in common."""


def _move_real_numbers(climb: _Climb, start: Choices) -> None:
    """Maximise over the floats that were chosen and the nudges, all at once."""
    from scipy.optimize import minimize

    where = [i for i, node in enumerate(_nodes(climb.drawing, start)) if node.type == "float"]
    nodes = [_nodes(climb.drawing, start)[i] for i in where]
    with nudged(()) as tape:
        redrawn(climb.drawing, start, None)
    count = len(nodes) + tape.used
    if not count:
        return
    spans = np.array([_span(node) for node in nodes] + [1.0] * tape.used)

    def objective(x: Any) -> float:
        moved = list(start)
        for i, node, change in zip(where, nodes, x * spans, strict=False):
            moved[i] = _inside(node, node.value + change)
        ratio = climb.at(tuple(moved), tuple((x * spans)[len(nodes) :]))
        return -ratio if math.isfinite(ratio) else 1e300

    x, size = np.zeros(count), 0.25
    for _ in range(ROUNDS):  # a simplex that has shrunk is laid out anew around the best point
        found = minimize(objective, x, method="Nelder-Mead", options=_simplex(x, size))
        x, size = found.x, size / 2


ROUNDS = 50


def _simplex(x: Any, size: float) -> dict[str, Any]:
    corners = np.vstack([x, x + size * np.eye(len(x))])
    return {"initial_simplex": corners, "adaptive": len(x) > 2, "maxfev": 40 * len(x), "xatol": 1e-9, "fatol": 1e-12}


def _span(node: Any) -> float:
    low, high = node.constraints["min_value"], node.constraints["max_value"]
    wide = (high - low) / 2 if math.isfinite(high - low) else math.inf
    return float(min(wide, max(1.0, abs(node.value))))


def _inside(node: Any, value: float) -> float:
    low, high = node.constraints["min_value"], node.constraints["max_value"]
    return float(min(max(value, low), high))


def _simplest(climb: _Climb, broken: tuple[Inputs, Outcome]) -> tuple[Inputs, Outcome]:
    """Return the case with its real numbers rounded as coarsely as it stays one that breaks the law."""
    _, choices, nudges = climb.best
    for bits in (0, 1, 2, 4, 6, 8, 12, 16):
        coarse = tuple(round(x, bits) if isinstance(x, float) else x for x in choices)
        inputs = redrawn(climb.drawing, coarse, [round(x * 2**bits) / 2**bits for x in nudges])
        outcome = None if inputs is None else climb.run(inputs)
        if inputs is not None and outcome is not None and outcome.status == "failed":
            return inputs, outcome
    return broken


# -- one case -------------------------------------------------------------------------------------------


def redrawn(
    drawing: st.SearchStrategy[dict[str, Any]], choices: Choices, nudges: Sequence[float] | None = ()
) -> dict[str, Any] | None:
    """Return the inputs that a strategy draws by these choices, None if they do not fit; None leaves nudges alone."""
    if nudges is not None:
        with nudged(nudges):
            return redrawn(drawing, choices, None)
    data = ConjectureData.for_choices(choices, random=random.Random(0))
    try:
        with BuildContext(data, is_final=False, wrapped_test=redrawn):
            return data.draw(drawing)
    except (StopTest, HypothesisException):
        return None


def _nodes(drawing: st.SearchStrategy[dict[str, Any]], choices: Choices) -> Sequence[Any]:
    data = ConjectureData.for_choices(choices, random=random.Random(0))
    try:
        with BuildContext(data, is_final=False, wrapped_test=redrawn):
            data.draw(drawing)
    except (StopTest, HypothesisException):
        return ()
    return data.nodes


def largest_ratio(law: Case, inputs: Inputs, floor: float) -> float:
    """Return the largest left/right of an inequality on floats, minus infinity where it claims none.

    Where the right side is not positive it is 1 more than the share by which the left one exceeds it.
    """
    left, right = _both(law, inputs)
    with np.errstate(all="ignore"):
        share = 1 + (left - right) / (np.abs(left) + np.abs(right))
        ratios = np.where(right > 0, left / right, share)[np.abs(right) >= floor]
    ratios = ratios[np.isfinite(ratios)]
    return float(np.max(ratios)) if ratios.size else -math.inf


def _size(law: Case, inputs: Inputs) -> float:
    try:
        return float(np.max(np.abs(_both(law, inputs)[1]), initial=0.0))
    except Exception:  # as above
        return 0.0


def _both(law: Case, inputs: Inputs) -> tuple[Any, Any]:
    seen = in_floats(law, inputs)
    if (
        not seen.moved
        or seen.relation != "at most"
        or isinstance(seen.left, Interval)
        or isinstance(seen.right, Interval)
    ):
        return np.empty(0), np.empty(0)
    left, right = sides(seen)
    return to_floats(left).astype(float), to_floats(right).astype(float)
