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

from psitheory.runner.judging.branches import numbers_written
from psitheory.runner.judging.outcome import Case, Outcome
from psitheory.runner.searching.nudges import stretched
from psitheory.runner.searching.redraw import (
    Choices,
    Drawing,
    Inputs,
    first_broken,
    is_plain,
    is_small,
    largest_ratio,
    nodes,
    nodes_from,
    redrawn,
)

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

LONGEST = 64
"""No list is made longer than this where its domain sets no limit."""


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
    one_way = _all_in_one_way(nodes(drawing, simplest)) if simplest != start else ()
    return first_broken(drawing, law, run, [*special_cases(drawing, start)[:most], *one_way])


LENGTHS = (2.0**12, -(2.0**12), 2.0**-12)
"""Beyond most constants of theorems, and within what rounding leaves of sums with numbers of ordinary size.

Long ones are tried with both signs, one of which may overflow, as in exp.
"""


def broken_at_a_written_number(
    drawing: Drawing, law: Case, run: Callable[[Inputs], Outcome], starts: Sequence[Choices], most: int
) -> tuple[Inputs, Outcome] | None:
    """Return a case that breaks the law where one number is one that is written in it, or that next to one.

    What a law says of one number alone, as by ``x == 97``, chance does not meet; and where it begins to say another
    thing, as by ``x < 0.7``, is where it may be wrong.  A branch that is met there counts as run if what it says is
    plainly so.
    """
    unwatched = getattr(law, "function", law)
    written = numbers_written(law, redrawn(drawing, starts[0]) or {})
    candidates = (
        (*start[:i], value, *start[i + 1 :])
        for start in starts
        for i, node in enumerate(nodes(drawing, start))
        for value in _beside_written(node, written)
    )
    for choices in itertools.islice(candidates, most):
        inputs = redrawn(drawing, choices)
        if inputs is not None and is_plain(unwatched, inputs):
            is_plain(law, inputs)
        elif inputs is not None:
            broken = first_broken(drawing, unwatched, run, [choices])
            if broken is not None:
                return broken
    return None


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


def special_cases(drawing: Drawing, start: Choices) -> list[Choices]:
    """Return the choices of the special cases beside one: in special ways, then extreme in size, with few values."""
    drawn = nodes(drawing, start)
    sized = list(_of_extreme_size(drawing, drawn))
    large = nodes(drawing, next((choices for choices in sized if choices[:1] != start[:1]), ()))
    ways, large_ways = _in_each_way(drawn), _in_each_way(large)
    equal = [with_equal_entries(nodes(drawing, choices)) for choices in (*sized, start)]
    few = [with_equal_entries(drawn, pattern) for pattern in PATTERNS]
    corners = [at_ends(nodes(drawing, choices), turn) for choices in (*sized[:1], start) for turn in TURNS]
    arrays = _as_arrays(drawn)
    every = (*_all_in_one_way(drawn), *ways, *equal, *few, *arrays, *corners, *sized, *large_ways)
    return [choices for choices in dict.fromkeys(every) if choices and choices != start]


def _as_arrays(drawn: Sequence[Any]) -> list[Choices]:
    """Return the cases whose numbers are 1, 2, 3 and so on, one and zeros, or entries of up to three identities.

    So arrays have them, too, whose domains are lists of numbers: matrices are singular there, or orthogonal.
    """
    kinds = {i: _kind(node) for i, node in enumerate(drawn) if _is_entry(node)}
    most = max(kinds.values(), key=[*kinds.values()].count, default="")
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


def far_starts(drawing: Drawing, law: Case, start: Choices, most: int) -> list[Choices]:
    """Return up to ``most`` cases where a search for the worst begins that no move uphill leads to from ``start``.

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
    near = special_cases(drawing, start) if most > 2 else []
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


def _of_extreme_size(drawing: Drawing, drawn: Sequence[Any]) -> Iterator[Choices]:
    """Yield a case with each list as long, and as short, as it gets, and with each whole number at its ends."""
    choices = tuple(node.value for node in drawn)
    for i in _stops(drawn):
        yield _lengthened(drawing, drawn, i, LONGEST)
    for i, node in enumerate(drawn):
        if node.type == "boolean" and node.value and not node.was_forced:
            yield shortened(drawn, i)
        if is_small(node) and not node.was_forced and not specials(node):
            for end in (node.constraints["max_value"], node.constraints["min_value"]):
                yield refilled(drawing, (*choices[:i], end), drawn)
        if _is_wide(node):
            low, high = node.constraints["min_value"], node.constraints["max_value"]
            for end in (high, high - 1, *(() if low is None else (low, low + 1))):
                yield (*choices[:i], end, *choices[i + 1 :])


def _is_wide(node: Any) -> bool:
    """Tell whether a whole number may be so large that floats do not hold it and all beside it."""
    return node.type == "integer" and not node.was_forced and (node.constraints["max_value"] or 0) > 1 << 53


def other_lengths(drawing: Drawing, drawn: Sequence[Any]) -> Iterator[Choices]:
    """Yield a case with each list one entry longer, with an entry twice, and each without what follows an entry."""
    for i in _stops(drawn):
        yield _lengthened(drawing, drawn, i, 1)
    for i, node in enumerate(drawn):
        if node.type == "boolean" and node.value and not node.was_forced:
            yield shortened(drawn, i)


def _stops(drawn: Sequence[Any]) -> list[int]:
    """Return where a list ends that might have gone on: there Hypothesis chose False, and before each entry True."""
    return [i for i, node in enumerate(drawn) if node.type == "boolean" and not node.value and not node.was_forced]


def _lengthened(drawing: Drawing, drawn: Sequence[Any], stop: int, times: int) -> Choices:
    """Return the choices with the last entry before a stop repeated as often as the domain allows, up to ``times``."""
    choices = tuple(node.value for node in drawn)
    begin = next((i for i in reversed(range(stop)) if type(choices[i]) is bool), None)
    if begin is None or not choices[begin]:  # an empty list gets its first entry
        first = refilled(drawing, (*choices[:stop], True), drawn)
        begun = nodes(drawing, first)
        further = next((i for i in _stops(begun) if i > stop), None)
        return first if times == 1 or further is None else _lengthened(drawing, begun, further, times // 2) or first
    entry: Choices = choices[begin:stop]
    best: Choices = ()
    for k in range(1, times + 1):
        longer = (*choices[:stop], *entry * k, *choices[stop:])
        drawn = nodes(drawing, longer)
        if len(drawn) != len(longer) or any(node.value != x for node, x in zip(drawn, longer, strict=True)):
            break
        best = longer
    return best


def shortened(drawn: Sequence[Any], i: int) -> Choices:
    """Return the choices of a list that stops at ``i``, where it went on; without its later entries."""
    choices = tuple(node.value for node in drawn)
    end = next((j for j in range(i + 1, len(choices)) if choices[j] is False), len(choices) - 1)
    return (*choices[:i], False, *choices[end + 1 :])


def refilled(drawing: Drawing, first: Choices, known: Sequence[Any]) -> Choices:
    """Return choices that begin so; what follows is what is known of its kind, in turn, and at random where nothing is.

    Whether a list goes on is left to chance: of lists in lists the one does not tell of the other.
    """
    by_kind: dict[str, list[Any]] = {}
    for node in known:
        if node.type != "boolean":
            by_kind.setdefault(_kind(node), []).append(node.value)
    out = list(first)
    for node in nodes_from(drawing, first)[len(first) :]:
        values = by_kind.get(_kind(node)) if not node.was_forced else None
        out.append(values[len(out) % len(values)] if values else node.value)
    return tuple(out)


def with_equal_entries(
    drawn: Sequence[Any], pattern: bytes = EQUAL, fixed: Mapping[int, Any] = MappingProxyType({})
) -> Choices:
    """Return the choices with all numbers of one kind as the largest of them, and whole arrays without their noise.

    The bytes of an array are those of the ``pattern``, again and again.  Where ``fixed`` choices are given, by their
    places, other numbers stay as they are.
    """
    largest: dict[str, Any] = {}
    for node in drawn if not fixed else ():
        if _is_entry(node):
            largest[_kind(node)] = max(largest.get(_kind(node), node.value), node.value, key=abs)
    return tuple(fixed[i] if i in fixed else _evened(node, largest, pattern) for i, node in enumerate(drawn))


def at_ends(drawn: Sequence[Any], turn: Sequence[bool]) -> Choices:
    """Return the choices with each number at the lower or the upper end of its range, as they come in turn."""
    upper = itertools.cycle(turn)
    return tuple(_end(node, upper=next(upper)) if _is_entry(node) else node.value for node in drawn)


def _end(node: Any, *, upper: bool) -> Any:
    low, high = node.constraints["min_value"], node.constraints["max_value"]
    return (high if upper else low) if math.isfinite(high - low) else node.value


def _evened(node: Any, largest: dict[str, Any], pattern: bytes) -> Any:
    if _is_entry(node):
        return largest.get(_kind(node), node.value)
    if specials(node):  # a vector in a relation has the entries of another one
        return 0
    if node.type == "bytes" and not node.was_forced:
        return (pattern * len(node.value))[: len(node.value)]
    seed = node.type == "integer" and not node.was_forced and node.constraints.get("min_value") == 0
    return 0 if seed and not is_small(node) else node.value


def _is_entry(node: Any) -> bool:
    plain = node.type == "float" or (is_small(node) and not specials(node))
    return plain and not node.was_forced


def _kind(node: Any) -> str:
    return f"{node.type} {sorted(node.constraints.items(), key=str)}"
