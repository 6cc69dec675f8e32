"""Cases at the numbers that are written in a law, which chance does not meet."""

from __future__ import annotations

import itertools
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
    return broken_at(drawing, law, run, itertools.islice(candidates, most))


def broken_at(
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
