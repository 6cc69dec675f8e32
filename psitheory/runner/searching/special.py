"""Cases that chance hardly ever makes: in a special relation, as long or as short as lists get, with equal entries.

They are made of a case that was drawn, by other choices in its place, and so they too lie inside the domains.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from psitheory.runner.judging.outcome import Case, Outcome
from psitheory.runner.searching.draws import Choices, Drawing, Kind, kind_of
from psitheory.runner.searching.lists import LONGEST, lengthened, shortened, stops
from psitheory.runner.searching.nudges import stretched
from psitheory.runner.searching.redraw import Inputs, first_broken, is_small, nodes, refilled

EQUAL = bytes([3])
"""An array of equal entries, as domains spell them: byte by byte 0, 1, -1, 2, -2 and so on."""

PATTERNS = (
    bytes([4]),
    bytes([3, 4]),
    bytes([3, 3, 4, 4]),
    bytes([3, *[0] * 63]),
    bytes(range(1, 19, 2)),
    bytes([255]),
)
"""Equal and negative entries, ±2 in turn, two by two, a basis vector, 1 to 9; and all bits of bytes that are meant so.

Sums of absolute values, largest entries and differences are extreme there, at corners of cubes and of their duals.
"""

TURNS = ((False,), (True,), (False, True))
"""All at the lower ends, all at the upper ones, and at either in turn."""

COMMON = 2
"""A domain draws what is common so many times as often as what is special."""

LEAST = 8
"""There are so many special ways at least, so that hardly any other range of whole numbers is taken for theirs."""


@cache
def special(count: int) -> st.SearchStrategy[int | None]:
    """Draw which of ``count`` special ways, at least eight, a value is made in, mostly None; it shrinks to None."""
    return st.integers(-count, COMMON * count - 1).map(lambda k: -k - 1 if k < 0 else None)


def specials(node: Any) -> range:
    """Return the values of a choice that are special ways, if it is one of :func:`special`."""
    low, high = node.constraints.get("min_value"), node.constraints.get("max_value")
    is_special = node.type == "integer" and low is not None and low <= -LEAST and high == -COMMON * low - 1
    return range(low, 0) if is_special else range(0)


def broken_specially(
    drawing: Drawing, law: Case, run: Callable[[Inputs], Outcome], starts: Sequence[Choices], most: int
) -> tuple[Inputs, Outcome] | None:
    """Return a special case beside the one in the middle of ``starts`` that breaks the law, if there is one.

    There are ``most`` of them, and those with all in one way beside the simplest start.  The case itself is special
    where vectors that may be of any length are long in it, or short.
    """
    start = starts[len(starts) // 2]
    for factor in LENGTHS:
        with stretched(factor):
            broken = first_broken(drawing, law, run, [start])
        if broken is not None:
            return broken
    simplest = min(starts, key=len)
    one_way = _all_in_one_way(nodes(drawing, simplest)) if simplest != start else iter(())
    return first_broken(
        drawing, law, run, itertools.chain(itertools.islice(special_cases(drawing, start), most), one_way)
    )


LENGTHS = (2.0**12, -(2.0**12), 2.0**-12)
"""Beyond most constants of theorems, and within what rounding leaves of sums with numbers of ordinary size.

Long ones are tried with both signs, one of which may overflow, as in exp.
"""


def special_cases(drawing: Drawing, start: Choices) -> Iterator[Choices]:
    """Yield the choices of the special cases beside one: in special ways, then extreme in size, with few values."""
    known = {start, ()}
    for choices in _special_cases(drawing, start):
        if choices not in known:
            known.add(choices)
            yield choices


def _special_cases(drawing: Drawing, start: Choices) -> Iterator[Choices]:
    """Yield them one by one: each takes a draw, and few may be wanted."""
    drawn = nodes(drawing, start)
    yield from _all_in_one_way(drawn)
    yield from (with_equal_entries(drawn, pattern) for pattern in PATTERNS)  # few, while ways are many
    yield from _in_each_way(drawn)
    sized = list(_of_extreme_size(drawing, drawn))
    yield from (with_equal_entries(nodes(drawing, choices)) for choices in (*sized, start))
    yield from _as_arrays(drawn)
    yield from (at_ends(nodes(drawing, choices), turn) for choices in (*sized[:1], start) for turn in TURNS)
    yield from sized
    yield from _in_each_way(nodes(drawing, next((choices for choices in sized if choices[:1] != start[:1]), ())))


def _as_arrays(drawn: Sequence[Any]) -> list[Choices]:
    """Return the cases whose numbers are 1, 2, 3 and so on, one and zeros, or entries of up to three identities.

    So arrays have them, too, whose domains are lists of numbers: matrices are singular there, or orthogonal.
    """
    kinds = {i: kind_of(node) for i, node in enumerate(drawn) if _is_entry(node)}
    most = max(kinds.values(), key=[*kinds.values()].count, default=())
    places = [i for i, kind in kinds.items() if kind == most]
    count, roots = len(places), range(2, math.isqrt(len(places)) + 1)
    sides = [d for d in roots if count % (d * d) == 0 and count // (d * d) <= MATRICES]
    values = [[k + 1 for k in range(count)], [int(k == 0) for k in range(count)]] if count > 1 else []
    values += [[int(k % (d * d) % (d + 1) == 0) for k in range(count)] for d in sides]
    return [
        tuple(_within(node, of[i]) if i in of else node.value for i, node in enumerate(drawn))
        for of in (dict(zip(places, numbers, strict=True)) for numbers in values)
    ]


MATRICES = 3
"""A law of numbers for so many matrices at most is tried on identities."""


def _within(node: Any, value: int) -> Any:
    nearest = min(max(value, node.constraints["min_value"]), node.constraints["max_value"])
    return float(nearest) if node.type == "float" else nearest


def _in_each_way(drawn: Sequence[Any]) -> list[Choices]:
    """Return the cases with one of what may be made in special ways made in each."""
    choices = tuple(node.value for node in drawn)
    return [(*choices[:i], k, *choices[i + 1 :]) for i, node in enumerate(drawn) for k in reversed(specials(node))]


def _all_in_one_way(drawn: Sequence[Any]) -> Iterator[Choices]:
    """Yield the cases with all that may be made in a special way made in one, where there are two or more.

    So they are as they were drawn, and with equal entries, positive or negative, of what all are made from.
    """
    ranges = [(i, specials(node)) for i, node in enumerate(drawn) if specials(node)]
    for way in reversed(ranges[0][1]) if len(ranges) > 1 else ():
        places = {i: way for i, ways in ranges if way in ways}
        yield tuple(places.get(i, node.value) for i, node in enumerate(drawn))
        yield from (with_equal_entries(drawn, pattern, places) for pattern in (EQUAL, PATTERNS[0]))


def _of_extreme_size(drawing: Drawing, drawn: Sequence[Any]) -> Iterator[Choices]:
    """Yield a case with each list as long, and as short, as it gets, and with each whole number at its ends."""
    choices = tuple(node.value for node in drawn)
    for i in stops(drawn):
        yield lengthened(drawing, drawn, i, LONGEST)
    for i, node in enumerate(drawn):
        if node.type == "boolean" and node.value and not node.was_forced:
            yield shortened(drawn, i)
        if is_whole(node):
            for end in (node.constraints["max_value"], node.constraints["min_value"]):
                yield refilled(drawing, (*choices[:i], end), drawn)


def with_equal_entries(
    drawn: Sequence[Any], pattern: bytes = EQUAL, fixed: Mapping[int, Any] = MappingProxyType({})
) -> Choices:
    """Return the choices with all numbers of one kind as the largest of them, and whole arrays without their noise.

    The bytes of an array are those of the ``pattern``, again and again.  Where ``fixed`` choices are given, by their
    places, other numbers stay as they are.
    """
    largest: dict[Kind, Any] = {}
    for node in drawn if not fixed else ():
        if _is_entry(node):
            largest[kind_of(node)] = max(largest.get(kind_of(node), node.value), node.value, key=abs)
    return tuple(fixed[i] if i in fixed else _evened(node, largest, pattern) for i, node in enumerate(drawn))


def at_ends(drawn: Sequence[Any], turn: Sequence[bool]) -> Choices:
    """Return the choices with each number at the lower or the upper end of its range, as they come in turn."""
    upper = itertools.cycle(turn)
    return tuple(_end(node, upper=next(upper)) if _is_entry(node) else node.value for node in drawn)


def _end(node: Any, *, upper: bool) -> Any:
    low, high = node.constraints["min_value"], node.constraints["max_value"]
    return (high if upper else low) if math.isfinite(high - low) else node.value


def _evened(node: Any, largest: dict[Kind, Any], pattern: bytes) -> Any:
    if _is_entry(node):
        return largest.get(kind_of(node), node.value)
    if specials(node):  # a vector in a relation has the entries of another one
        return 0
    if node.type == "bytes" and not node.was_forced:
        return (pattern * len(node.value))[: len(node.value)]
    seed = node.type == "integer" and not node.was_forced and node.constraints.get("min_value") == 0
    return 0 if seed and not is_small(node) else node.value


def _is_entry(node: Any) -> bool:
    return is_whole(node) or (node.type == "float" and not node.was_forced)


def is_whole(node: Any) -> bool:
    """Tell whether a choice is a whole number of a small range, and no special way."""
    return is_small(node) and not node.was_forced and not specials(node)
