"""Claims about few things: where whole numbers alone are drawn, and few, all of them are tried."""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from psitheory.runner.judging.outcome import Case, Outcome
from psitheory.runner.searching.draws import Choices, Drawing
from psitheory.runner.searching.redraw import Inputs, first_broken, is_plain, largest_ratio, nodes, nodes_from, redrawn
from psitheory.runner.searching.worst import PATIENCE, patience

EACH = 12
"""So many times the cases of a climb are tried where all are: they are judged only if they seem to break the law."""


def broken_among_few(
    drawing: Drawing, law: Case, run: Callable[[Inputs], Outcome], most: int
) -> tuple[Inputs, Outcome] | None:
    """Compute all cases that a strategy draws, if they are few, and return one that breaks the law.

    Few are ``most``, up to 32 times as many where they cost little (at effort quick some twenty thousand, in three
    seconds), and none where they cost much.  They are computed on floats, in order; one whose sides are not plainly as
    claimed is judged.  Where there are more, as of dates, of real numbers in an interval or of the seeds of random
    numbers, some are drawn, each as likely as any other, and judged where they are clearly not as claimed; before
    them all with the smallest of whole numbers, among which such as are in a relation are common.
    """
    first = _bounded_choices(drawing)
    if not first:
        return None
    grows = _grows(first)  # what follows the first case costs more
    more = patience(drawing, law, [tuple(node.value for node in first)], most=PATIENCE if grows else CHEAP)
    if math.prod(map(_count, first)) > most * more:
        share = _share(first, more)
        count = most * more // share if share and not grows else 0
        small = count or (most * more // FEWER if more > 1 else 0)
        some = itertools.chain(_smallest_choices(drawing, first, small), _some_choices(first, count))
        return first_broken(drawing, law, run, some, share=CLEARLY)
    return first_broken(drawing, law, run, _few_choices(drawing, most, more))


def _share(drawn: Sequence[Any], more: int) -> int:
    """Return how many times fewer are drawn than all might be where they are too many; 0 if none are.

    Most of a case that has a seed is what grows of it.
    """
    if any(node.type == "integer" and _count(node) == math.inf for node in drawn):
        return CHEAP if more > 1 else 0
    return SOME if more >= CHEAP // 2 else 0


SOME = 4
"""Where all are too many a quarter as many are drawn of what costs next to nothing: up to 5,120, in half a second."""


FEWER = 4 * SOME
"""Of what costs more, as lists do, so many times fewer of the smallest are tried, and none at random."""


def instance_among_few(
    drawing: Drawing, law: Case, run: Callable[[Inputs], Outcome], most: int
) -> tuple[Inputs, Outcome] | None:
    """Return the first of all cases, if they are few in the same sense, of which a law is true."""
    first = _bounded_choices(drawing)
    if not first:
        return None
    more = patience(drawing, law, [tuple(node.value for node in first)], most=CHEAP)
    for choices in _few_choices(drawing, most, more):
        inputs = redrawn(drawing, choices)
        if inputs is not None and is_plain(law, inputs):
            outcome = run(inputs)
            if outcome.status == "passed":
                return inputs, outcome
    return None


def broken_for_some_number(
    drawing: Drawing, law: Case, run: Callable[[Inputs], Outcome], starts: Sequence[Choices], most: int
) -> tuple[Inputs, Outcome] | None:
    """Return a case that clearly breaks a law, and differs from a start in a whole number that is an input.

    Beside real numbers one that breaks it may be rare.  All of a range are tried from each start, or as many of them as
    cost no more than ``most`` cases that climbs have patience with.
    """
    more = patience(drawing, law, starts)
    rng = random.Random(0)
    for start in starts if more > 1 else ():
        for i, node in _whole_inputs(drawing, start):
            others = (
                (*start[:i], value, *start[i + 1 :]) for value in _some_values(node, most * more // PATIENCE, rng)
            )
            broken = first_broken(drawing, law, run, others, share=CLEARLY)
            if broken is not None:
                return broken
    return None


def _whole_inputs(drawing: Drawing, start: Choices) -> Iterator[tuple[int, Any]]:
    """Yield the place of each choice of a bounded whole number that is itself an input, and what is known of it."""
    before = redrawn(drawing, start) or {}
    whole = [name for name, value in before.items() if type(value) is int]
    for i, node in enumerate(nodes(drawing, start) if whole else ()):
        if node.was_forced or node.type != "integer" or not _is_bounded(node):
            continue
        low, high = node.constraints["min_value"], node.constraints["max_value"]
        other = low if node.value > low else high
        after = redrawn(drawing, (*start[:i], other, *start[i + 1 :]))
        if after is not None and any(
            before[name] == node.value and after[name] == other != node.value for name in whole
        ):
            yield i, node


def _some_values(node: Any, count: int, rng: random.Random) -> Sequence[int]:
    low, high = node.constraints["min_value"], node.constraints["max_value"]
    if high - low < count:
        return range(low, high + 1)
    return [rng.randint(low, high) for _ in range(count)]


def _bounded_choices(drawing: Drawing) -> Sequence[Any]:
    """Return the choices of a first case, if the range of each is bounded; else nothing."""
    first = nodes_from(drawing, ())
    return first if all(map(_is_bounded, first)) else ()


def _few_choices(drawing: Drawing, most: int, more: int) -> Iterator[Choices]:
    return itertools.islice(_all_choices(drawing, most * more), most * more if more > 1 else 0)


CLEARLY = 2.0**-20
"""Sides that differ by less than this share of their size differ by less than an error that is planted."""


CHEAP = 32
"""How many times as many cases are few where one takes no more calls than a sum or two."""

WIDEST = 1 << 15
"""A range of whole numbers wider than this is one of seeds, as the domains of the library have them."""


def _all_choices(drawing: Drawing, most: int) -> Iterator[Choices]:
    """Yield the choices of each case; none where numbers are drawn that are not whole, or where there are too many."""
    drawn = nodes_from(drawing, ())
    if drawn and math.prod(map(_count, drawn)) <= most:
        yield from _tree(drawing, most)


def _tree(drawing: Drawing, most: int, each: int | None = None) -> Iterator[Choices]:
    """Yield the choices of each case, or of each with one of so many smallest values of each; up to a real number.

    Those come first that take the fewest digits to tell, so that some of each kind are met where not all are; of the
    smallest values all are alike.  Each takes some draws, of which there are as many as ``most`` cases need.
    """
    waiting: list[_Waiting] = []
    size, prefix, spent = 0, Choices(()), 0
    for number in itertools.count():
        drawn = nodes_from(drawing, prefix)
        spent += max(len(drawn), 1)
        if spent > CHOICES * most or any(_count(node) == math.inf for node in drawn):
            return
        free = next((i for i in range(len(prefix), len(drawn)) if _count(drawn[i]) > 1), len(drawn))
        prefix = (*prefix, *(node.value for node in drawn[len(prefix) : free]))
        if free < len(drawn):
            values: Sequence[Any] = _values(drawn[free]) if each is None else _smallest(drawn[free], each)
            heapq.heappush(waiting, (size, -2 * number, prefix, values, 0))
        else:
            yield prefix
        if not waiting:
            return
        size, _, before, values, i = heapq.heappop(waiting)
        prefix = (*before, values[i])
        if i + 1 < len(values):
            more = (i + 1).bit_length() - i.bit_length() if each is None else 0
            heapq.heappush(waiting, (size + more, -2 * number - 1, before, values, i + 1))


_Waiting = tuple[int, int, Choices, Sequence[Any], int]
"""How many digits it takes, in which turn it comes, the choices before one, the values of that, and which is next."""


CHOICES = 32
"""So many choices are made for each case that is wanted: twice a dozen, as of lists of a few numbers."""


def _smallest_choices(drawing: Drawing, first: Sequence[Any], count: int) -> Iterator[Choices]:
    """Yield the choices of up to so many cases with the whole numbers that are the smallest of their ranges.

    First two values of each are combined, then four, and so on.  There are none where a number is real, and where there
    is but one, of which a smaller one is not rarer than others.
    """
    free = [node for node in first if not node.was_forced]
    whole = len(free) > 1 and all(node.type != "float" for node in free)
    each = (2**k for k in range(1, WIDEST.bit_length()) if whole)
    yield from itertools.islice(itertools.chain.from_iterable(_tree(drawing, count, size) for size in each), count)


def _smallest(node: Any, count: int) -> list[Any]:
    """Return so many values of a choice, or as many as there are, next to the one to which it shrinks."""
    if node.was_forced or node.type == "boolean":
        return [node.value] if node.was_forced else [False, True]
    low, high = node.constraints["min_value"], node.constraints["max_value"]
    middle = min(max(node.constraints.get("shrink_towards", 0), low), high)
    near = range(max(low, middle - count), min(high, middle + count) + 1)
    return sorted(near, key=lambda value: (abs(value - middle), value < middle))[:count]


def best_of_many(drawing: Drawing, law: Case, most: int) -> list[Choices]:
    """Return cases of real numbers in intervals where the ratio is largest among many, each in another place.

    Where a ratio has many peaks, the highest is climbed from its own foot alone.
    """
    first = _bounded_choices(drawing)
    if not any(node.type == "float" and not node.was_forced for node in first) or _grows(first):
        return []
    more = patience(drawing, law, [tuple(node.value for node in first)], most=CHEAP)
    drawn = list(_some_choices(first, most * more // (2 * SOME) if more > 1 else 0))
    drawn.sort(key=lambda choices: -largest_ratio(law, redrawn(drawing, choices)))
    chosen: list[Choices] = []
    for choices in drawn:
        if all(_is_elsewhere(first, choices, other) for other in chosen):
            chosen.append(choices)
        if len(chosen) == PEAKS:
            break
    return chosen


PEAKS = 8
"""So many peaks are climbed, of half as many cases as are tried where all are too many."""

ELSEWHERE = 2.0**-4
"""Cases are in other places if a number differs by this share of its range."""


def _is_elsewhere(drawn: Sequence[Any], one: Choices, other: Choices) -> bool:
    ranges = [node.constraints for node in drawn]
    spans = [of.get("max_value", 1) - of.get("min_value", 0) for of in ranges]
    return any(abs(x - y) > ELSEWHERE * span for x, y, span in zip(one, other, spans, strict=True))


def _grows(drawn: Sequence[Any]) -> bool:
    """Tell whether there are lists, which go on or stop."""
    return any(node.type == "boolean" and not node.was_forced for node in drawn)


def _some_choices(drawn: Sequence[Any], count: int) -> Iterator[Choices]:
    """Yield the choices of so many cases, each number of a range as likely as any other."""
    rng = random.Random(0)
    for _ in range(count):
        yield tuple(node.value if node.was_forced else _drawn(node, rng) for node in drawn)


def _drawn(node: Any, rng: random.Random) -> Any:
    if node.type == "boolean":
        return rng.random() < 0.5
    low, high = node.constraints["min_value"], node.constraints["max_value"]
    return rng.randint(low, high) if node.type == "integer" else rng.uniform(low, high)


def _is_bounded(node: Any) -> bool:
    if node.was_forced or node.type == "boolean":
        return True
    if node.type not in ("integer", "float"):
        return False
    low, high = node.constraints["min_value"], node.constraints["max_value"]
    return None not in (low, high) and math.isfinite(high - low)


def _count(node: Any) -> float:
    """Return how many values a choice has, infinitely many if it is no small whole number."""
    if node.was_forced:
        return 1
    if node.type == "boolean":
        return 2
    low, high = node.constraints.get("min_value"), node.constraints.get("max_value")
    bounded = node.type == "integer" and low is not None and high is not None
    return high - low + 1 if bounded and high - low < WIDEST else math.inf


def _values(node: Any) -> list[Any]:
    if node.was_forced:
        return [node.value]
    if node.type == "boolean":
        return [False, True]
    return list(range(node.constraints["min_value"], node.constraints["max_value"] + 1))
