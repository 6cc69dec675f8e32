"""One climb: whole numbers that Hypothesis chose are moved one by one, real ones all at once, to the largest ratio."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from psitheory.runner.judging.outcome import Case, Outcome
from psitheory.runner.searching.draws import Choices, Drawing
from psitheory.runner.searching.lists import other_lengths
from psitheory.runner.searching.nudges import nudged
from psitheory.runner.searching.redraw import Inputs, is_small, largest_ratio, nodes, redrawn, right_size
from psitheory.runner.searching.special import specials

ROUNDING = 1e-7
"""A right side that falls below this share of what it was at the start is rounding, where a ratio says nothing."""

CLEARLY = 2.0**-40
"""An excess above this is worth a judgement at once; below, both sides may be equal to rounding."""


SHARES = 8
"""A climb that still rises is given its share of the cases so many times."""

STEADILY = 1e-2
"""A share that raises the ratio by less than this part of it is the last one, unless it is about to break the law."""

NEARLY = 2.0**-10
"""A bound that is met but for this is taken for one that is met: on the way there gains are small for ever."""


Place = tuple[float, Choices, Sequence[float]]
"""A ratio, and the choices and nudges that lead to it."""


class Enough(Exception):
    """The budget is spent, or the law is broken."""


@dataclass
class Climb:
    """The state of one search: what was tried, and the best of it."""

    drawing: Drawing
    law: Case
    run: Callable[[Inputs], Outcome]
    budget: int
    evaluations: int = 0
    floor: float = 0.0
    records: list[Place] = field(default_factory=lambda: [(-math.inf, (), ())])
    """Nowhere, and each place whose ratio was above all before; the last is the best."""
    broken: tuple[Inputs, Outcome] | None = None
    doubtful: float = CLEARLY
    """The largest excess that floats saw and a judgement did not confirm; one twice as large is judged again."""
    shares: int = SHARES
    """How often the budget is granted: again where the last share gained something."""
    begun: set[Choices] = field(default_factory=set)
    """From where real numbers were moved: another start whose whole numbers lead there would lead no further."""
    share: int = field(init=False)
    _before: float = field(default=-math.inf, init=False)

    def __post_init__(self) -> None:
        self.share = self.budget

    @property
    def best(self) -> Place:
        """Return where the ratio was largest."""
        return self.records[-1]

    def at(self, choices: Choices, nudges: Sequence[float] = ()) -> float:
        """Return left/right of the case that these choices and nudges make; minus infinity where there is none."""
        if self.evaluations >= self.budget and not self._goes_on():
            raise Enough
        self.evaluations += 1
        inputs = redrawn(self.drawing, choices, nudges)
        ratio = largest_ratio(self.law, inputs, self.floor)
        if ratio > self.best[0]:
            self.records.append((ratio, choices, tuple(nudges)))
            if ratio - 1 > self.doubtful and inputs is not None:
                self._judge(inputs)
                self.doubtful = 2 * (ratio - 1)
        return ratio

    def _goes_on(self) -> bool:
        """Grant one share more to a climb that the last one led upward, and tell whether it is granted."""
        self.shares -= 1
        gained, left = self.best[0] - self._before, 1 - self.best[0]
        rises = gained > STEADILY * abs(self.best[0]) or (left > NEARLY and gained * self.shares > left)
        self._before = self.best[0]
        if rises and self.shares > 0:
            self.budget += self.share
            return True
        return False

    def _judge(self, inputs: Inputs) -> None:
        outcome = self.run(inputs)
        if outcome.status == "failed":
            self.broken = inputs, outcome
            raise Enough


def ascend(climb: Climb, start: Choices, *, whole: bool) -> None:
    """Move the whole numbers, unless they are to stay, then the real ones, which get a share, from one start."""
    drawn = redrawn(climb.drawing, start)
    if drawn is None:
        return
    climb.floor = ROUNDING * right_size(climb.law, drawn)
    climb.at(start)
    if whole:
        try:
            _move_whole_numbers(climb, start, climb.budget // 2)
        except Enough:
            if climb.broken is not None:
                raise
    begin = climb.best[1] or start
    if begin not in climb.begun:
        climb.begun.add(begin)
        climb.budget = max(climb.budget, climb.evaluations + climb.share)  # whole ones may have taken all
        _move_real_numbers(climb, begin)


def ascend_on(climb: Climb) -> None:
    """Move the whole numbers where a climb has ended that had left them, then the real ones again, for two shares."""
    climb.shares = 1
    climb.budget = climb.evaluations + 2 * climb.share
    _move_whole_numbers(climb, climb.best[1], climb.evaluations + climb.share)
    _move_real_numbers(climb, climb.best[1])


# -- whole numbers ----------------------------------------------------------------------------------


def _move_whole_numbers(climb: Climb, start: Choices, most: int) -> None:
    """Try other whole numbers, and lists of other lengths, as long as one is better, up to about ``most`` cases."""
    before = -math.inf
    while climb.best[0] > before and climb.evaluations <= most:
        before = climb.best[0]
        for i, node in enumerate(nodes(climb.drawing, climb.best[1] or start)):
            for value in others(node):
                choices = climb.best[1] or start
                if i < len(choices) and choices[i] != value:
                    climb.at((*choices[:i], value, *choices[i + 1 :]), climb.best[2])
        for choices in other_lengths(climb.drawing, nodes(climb.drawing, climb.best[1] or start)):
            climb.at(choices, climb.best[2])


def others(node: Any) -> list[int]:
    """Return the whole numbers that are tried in place of one that was chosen: the ends of its range first.

    In place of a seed, the one to which it shrinks; in place of a special way, all of them.
    """
    if specials(node):
        return [*specials(node), 0]
    if node.type != "integer" or node.constraints.get("min_value") is None:
        return []
    low, high = node.constraints["min_value"], node.constraints["max_value"]
    if not is_small(node):
        return [low]
    tried = dict.fromkeys((high, low, node.value + 1, node.value - 1, 2 * node.value))
    return [value for value in tried if low <= value <= high]


# -- real numbers -----------------------------------------------------------------------------------


MANY = 5
"""A simplex creeps where there are so many directions; there a slope leads most of the way."""

BESIDE = 2.0**-4
"""A climb sets out beside the place that was drawn: where vectors are in a relation, slopes vanish by symmetry."""

ROUNDS = 50

GAIN = 1e-6
"""Two rounds that gain less than this share of the ratio end a climb."""

SMALL = 2.0**-40
"""Ratios above this are compared by their logarithms, as it takes where they range over decades."""


def _move_real_numbers(climb: Climb, start: Choices) -> None:
    """Maximise over the floats that were chosen and the nudges, all at once."""
    from scipy.optimize import minimize

    chosen = [(i, node) for i, node in enumerate(nodes(climb.drawing, start)) if node.type == "float"]
    with nudged(()) as tape:
        redrawn(climb.drawing, start, None)
    spans = np.array([_span(node) for _, node in chosen] + [1.0] * tape.used)
    if not spans.size:
        return

    def objective(x: Any) -> float:
        moved = list(start)
        for (i, node), change in zip(chosen, x * spans, strict=False):
            moved[i] = _inside(node, node.value + change)
        ratio = climb.at(tuple(moved), tuple((x * spans)[len(chosen) :]))
        return -math.asinh(ratio / SMALL) if math.isfinite(ratio) else NOWHERE

    x = np.zeros(spans.size)
    nudges = climb.best[2][: tape.used] if start == climb.best[1] else ()
    x[len(chosen) : len(chosen) + len(nudges)] = nudges
    if spans.size >= MANY:
        x = minimize(objective, x + BESIDE * np.cos(1 + np.arange(x.size)), method="SLSQP").x
    if spans.size < MANY or abs(climb.best[0] - 1) > GAIN:  # a slope that leads to 1 leads to where the bound is met
        _by_simplices(climb, objective, x)


NOWHERE = 1e3
"""Above minus every ratio, as asinh compresses them."""


def _by_simplices(climb: Climb, objective: Callable[[Any], float], x: Any) -> None:
    """Lay out a simplex around the best point, let it shrink, and again, as long as it gains something."""
    from scipy.optimize import minimize

    size, idle = 0.25, 0
    for _ in range(ROUNDS):
        before = climb.best[0]
        x = minimize(objective, x, method="Nelder-Mead", options=_simplex(x, size)).x
        size /= 2
        idle = 0 if climb.best[0] > before + GAIN * abs(before) else idle + 1
        if idle == 2:
            return


def _simplex(x: Any, size: float) -> dict[str, Any]:
    corners = np.vstack([x, x + size * np.eye(len(x))])
    return {"initial_simplex": corners, "adaptive": len(x) > 2, "maxfev": 40 * len(x), "xatol": 1e-4, "fatol": GAIN}


def _span(node: Any) -> float:
    low, high = node.constraints["min_value"], node.constraints["max_value"]
    wide = (high - low) / 2 if math.isfinite(high - low) else math.inf
    return float(min(wide, max(1.0, abs(node.value))))


def _inside(node: Any, value: float) -> float:
    low, high = node.constraints["min_value"], node.constraints["max_value"]
    return float(min(max(value, low), high))
