"""Where a search for the worst case begins besides the best cases that were drawn: no move uphill leads there."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from psitheory.runner.judging.outcome import Case
from psitheory.runner.searching.climb import ROUNDING
from psitheory.runner.searching.draws import Choices, Drawing
from psitheory.runner.searching.redraw import is_small, largest_ratio, nodes, redrawn, refilled, right_size, size
from psitheory.runner.searching.special import is_whole, special_cases, specials


def far_starts(drawing: Drawing, law: Case, start: Choices, most: int) -> list[Choices]:
    """Return up to ``most`` cases that are far from ``start``.

    They have one whole number at an end of its range, whatever the ratio is there: where the best real numbers go with
    a whole number, as the peak of a power does, no move of either leads uphill.  What is moved the farthest comes
    first, as a number of steps does.  The special case of the largest ratio is one, where a case costs little.
    """
    if most < 2:
        return []
    ends = [(abs(end - start[i]), (*start[:i], end, *start[i + 1 :])) for i, end in _ends(nodes(drawing, start))]
    before = largest_ratio(law, redrawn(drawing, start))
    known = {before, -math.inf}  # where nothing changes, or nothing is claimed
    moved = [choices for _, choices in sorted(ends, key=lambda end: -end[0])]
    far = [choices for choices in moved if largest_ratio(law, redrawn(drawing, choices)) not in known][: most // 2]
    near = list(special_cases(drawing, start)) if most > 2 else []
    ratios = {choices: largest_ratio(law, redrawn(drawing, choices)) for choices in near}
    best = max(ratios, key=lambda choices: ratios[choices], default=start)
    if ratios.get(best, before) <= before or best in far:
        return far
    return [*far[: max(most // 2 - 1, 1)], best]


def _ends(drawn: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """Yield the place of each whole number of a small range, and each end of the range at which it is not."""
    for i, node in enumerate(drawn):
        if is_small(node) and not specials(node):
            for end in dict.fromkeys((node.constraints["max_value"], node.constraints["min_value"])):
                if end != node.value:
                    yield i, end


FEW = 4
"""A range of no more whole numbers has no rungs: from any of them a move or two lead to all others."""


def ladders(drawing: Drawing, law: Case, start: Choices) -> list[Choices]:
    """Return cases with a whole number that the law is given on the rungs of its range: the 1st, 3rd, 10th, … and last.

    For each number of steps of a run other starts are the worst, from which no move of either leads uphill.  The rest
    is as ``start`` has it, but as simple as it may be, where cases cost least and many bounds are tight.
    """
    inputs = redrawn(drawing, start) or {}
    given = {int(x) for x in inputs.values() if isinstance(x, (int, np.integer)) and not isinstance(x, bool)}
    if not any(_has_rungs(node, given) for node in nodes(drawing, start)):
        return []
    simple = _simple(drawing, law, start)
    rungs = [
        (*simple[:i], rung, *simple[i + 1 :])
        for i, node in enumerate(nodes(drawing, simple))
        if _has_rungs(node, given)
        for rung in _rungs(node.constraints["min_value"], node.constraints["max_value"])
    ]
    return list(dict.fromkeys(rungs))


def _has_rungs(node: Any, given: set[int]) -> bool:
    span = node.constraints["max_value"] - node.constraints["min_value"] if is_whole(node) else 0
    return node.value in given and span >= FEW


def _rungs(low: int, high: int) -> list[int]:
    """Return the 1st, 3rd, 10th, 30th and so on of a range, and the last."""
    steps = (digit * 10**power - 1 for power in range(high - low) for digit in (1, 3))
    return [*itertools.takewhile(lambda rung: rung < high, (low + step for step in steps)), high]


def _simple(drawing: Drawing, law: Case, start: Choices) -> Choices:
    """Return the case with each whole number at the low end of its range that leaves fewer choices, or has few values.

    Of alternatives the first is the simplest.  What is left must not be mere rounding, as a long run leaves in few
    dimensions: so what was chosen last is made simple first, and then all again, since one stood in another's way.
    """
    simple, right = start, right_size(law, redrawn(drawing, start) or {})
    for _ in range(PASSES):
        drawn = nodes(drawing, simple)
        for i in reversed(range(len(simple))):
            simpler = _simpler(drawing, drawn, i)
            inputs = redrawn(drawing, simpler) if simpler else None
            if inputs is None or right_size(law, inputs) < ROUNDING * right:
                continue
            if largest_ratio(law, inputs) > -math.inf:
                simple, drawn = simpler, nodes(drawing, simpler)
    return simple


PASSES = 2


def _simpler(drawing: Drawing, drawn: Sequence[Any], i: int) -> Choices:
    """Return the choices with a whole number at its low end, if that is another and simpler case; none otherwise."""
    node = drawn[i] if i < len(drawn) else None
    if node is None or not is_whole(node):
        return ()
    low, high = node.constraints["min_value"], node.constraints["max_value"]
    if node.value == low:
        return ()
    before = tuple(node.value for node in drawn)
    simpler = refilled(drawing, (*before[:i], low), drawn)
    return simpler if high - low <= FEW or size(simpler) < size(before) else ()
