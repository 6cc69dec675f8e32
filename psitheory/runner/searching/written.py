"""Cases at the numbers that are written in a law, and at those that anybody would try: chance meets neither."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from psitheory.runner.judging.branches import numbers_written
from psitheory.runner.judging.outcome import Case, Outcome
from psitheory.runner.searching.draws import Choices, Drawing
from psitheory.runner.searching.redraw import Inputs, first_broken, is_plain, is_small, nodes, redrawn, refilled
from psitheory.runner.searching.special import specials


def broken_at_a_written_number(
    drawing: Drawing, law: Case, run: Callable[[Inputs], Outcome], starts: Sequence[Choices], most: int
) -> tuple[Inputs, Outcome] | None:
    """Return a case that breaks the law where one number is one that is written in it, or that next to one.

    What a law says of one number alone, as by ``x == 97``, chance does not meet; and where it begins to say another
    thing, as by ``x < 0.7``, is where it may be wrong.
    """
    written = numbers_written(law, redrawn(drawing, starts[0]) or {})
    candidates = (
        (*start[:i], value, *start[i + 1 :])
        for start in (*starts, *_of_other_kinds(drawing, starts[0]))
        for i, node in enumerate(nodes(drawing, start))
        for value in _beside_written(node, written)
    )
    return _broken_at(drawing, law, run, itertools.islice(candidates, most))


def broken_at_a_known_number(
    drawing: Drawing, law: Case, run: Callable[[Inputs], Outcome], start: Choices, most: int
) -> tuple[Inputs, Outcome] | None:
    """Return a case that breaks the law where all real numbers, or one of them, or a whole one, is one known to all.

    So are 1/2, 10 and π, and of whole numbers in a wide range its ends, and the smallest.
    """
    drawn = nodes(drawing, start)
    alone = ((*start[:i], x, *start[i + 1 :]) for i, node in enumerate(drawn) for x in _known(node))
    return _broken_at(drawing, law, run, itertools.islice(itertools.chain(_all_at_once(drawn), alone), most))


def _all_at_once(drawn: Sequence[Any]) -> Iterator[Choices]:
    """Yield the cases whose real numbers, if there are several, are all the same known one."""
    allowed = {i: set(known) for i, node in enumerate(drawn) if node.type == "float" and (known := _known(node))}
    for x in KNOWN if len(allowed) > 1 else ():
        yield tuple(x if x in allowed.get(i, ()) else node.value for i, node in enumerate(drawn))


def _known(node: Any) -> list[Any]:
    """Return the known numbers that a choice may be: a real one, or a whole one of a range too wide to try all."""
    if node.was_forced or node.type not in ("integer", "float") or is_small(node):
        return []
    low, high = (node.constraints.get(name) for name in ("min_value", "max_value"))
    if node.type == "float":
        return [x for x in KNOWN if low <= x <= high and (not x or abs(x) >= node.constraints[LEAST])]
    middle = node.constraints.get("shrink_towards", 0)
    ends = [x for end, inwards in ((high, -1), (low, 1)) if end is not None for x in (end, end + inwards)]
    numbers = dict.fromkeys((*ends, middle, middle + 1, middle - 1, *WHOLE, *(-x for x in WHOLE)))
    return [x for x in numbers if (low is None or low <= x) and (high is None or x <= high)]


LEAST = "smallest_nonzero_magnitude"

_SIZES = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 0.25, 0.75, 0.1, 10.0, 0.01, 100.0, 1 / 3, math.pi, math.pi / 2, math.e)
KNOWN = (0.0, *_SIZES, *(-x for x in _SIZES))
"""Halves, quarters, powers of ten, a third and what roots and periods of functions are made of."""

WHOLE = (2, 3, 10, 100, 1000, 1 << 8, 1 << 16, 1 << 32)
"""Where digits, in any system that people write, become one more."""


def _broken_at(
    drawing: Drawing, law: Case, run: Callable[[Inputs], Outcome], candidates: Iterable[Choices]
) -> tuple[Inputs, Outcome] | None:
    """Return a case that breaks the law; a branch that is met counts as run if what it says is plainly so."""
    unwatched = getattr(law, "function", law)
    for choices in candidates:
        inputs = redrawn(drawing, choices)
        if inputs is not None and is_plain(unwatched, inputs):
            is_plain(law, inputs)
        elif inputs is not None:
            broken = first_broken(drawing, unwatched, run, [choices])
            if broken is not None:
                return broken
    return None


def _of_other_kinds(drawing: Drawing, start: Choices) -> Iterator[Choices]:
    """Yield the cases where a domain is one of several, and another one of them is drawn from."""
    drawn = nodes(drawing, start)
    for i, node in enumerate(drawn):
        if is_small(node) and node.constraints["max_value"] - node.constraints["min_value"] < KINDS:
            for kind in range(node.constraints["min_value"], node.constraints["max_value"] + 1):
                if kind != node.value:
                    yield refilled(drawing, (*start[:i], kind), drawn)


KINDS = 4
"""A range of so few whole numbers may tell which of several domains is drawn from."""


def _beside_written(node: Any, written: Sequence[int | float]) -> list[int | float]:
    """Return the numbers that a choice may be, of those that are written, their negatives, and those beside."""
    if node.was_forced or node.type not in ("integer", "float") or specials(node):
        return []
    kind = int if node.type == "integer" else float
    numbers = [kind(x) for x in written if abs(x) < FLOATS_END and kind(x) == x]
    low, high = (node.constraints.get(name) for name in ("min_value", "max_value"))
    beside = [value for x in numbers for value in ((x, -x, x + 1, x - 1) if kind is int else (x, -x))]
    return [x for x in dict.fromkeys(beside) if (low is None or low <= x) and (high is None or x <= high)]


FLOATS_END = 2.0**1000
"""Whole numbers beyond are no floats."""
