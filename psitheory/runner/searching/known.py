"""Cases at what anybody would try first: halves and tens, the ends of wide ranges, texts with equal parts."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hypothesis.internal.conjecture.choice import choice_permitted

from psitheory.runner.judging.outcome import Case, Outcome
from psitheory.runner.searching.draws import Choices, Drawing
from psitheory.runner.searching.redraw import Inputs, is_small, nodes
from psitheory.runner.searching.written import broken_at


def broken_at_what_is_known(
    drawing: Drawing, law: Case, run: Callable[[Inputs], Outcome], start: Choices, most: int
) -> tuple[Inputs, Outcome] | None:
    """Return a case that breaks the law where one choice, all real numbers, or two texts are what anybody would try.

    So are 1/2, 10 and π, of whole numbers in a wide range its ends and the smallest, and texts with equal parts.
    """
    drawn = nodes(drawing, start)
    alone = ((*start[:i], x, *start[i + 1 :]) for i, node in enumerate(drawn) for x in _known(node))
    cases = itertools.chain(_all_at_once(drawn), alone, _two_texts(drawn))
    return broken_at(drawing, law, run, itertools.islice(cases, most))


def _all_at_once(drawn: Sequence[Any]) -> Iterator[Choices]:
    """Yield the cases whose real numbers, if there are several, are all the same known one."""
    allowed = {i: set(known) for i, node in enumerate(drawn) if node.type == "float" and (known := _known(node))}
    for x in KNOWN if len(allowed) > 1 else ():
        yield tuple(x if x in allowed.get(i, ()) else node.value for i, node in enumerate(drawn))


def _known(node: Any) -> list[Any]:
    """Return what a choice may be: texts, real numbers, or whole ones of a range too wide to try all."""
    if node.type == "string" and not node.was_forced:
        return [text for text in (*_patterns(node), *DELICATE) if choice_permitted(text, node.constraints)]
    if node.was_forced or node.type not in ("integer", "float") or is_small(node):
        return []
    low, high = (node.constraints.get(name) for name in ("min_value", "max_value"))
    if node.type == "float":
        return [x for x in KNOWN if low <= x <= high and (not x or abs(x) >= node.constraints[LEAST])]
    middle = node.constraints.get("shrink_towards", 0)
    ends = [x for end, inwards in ((high, -1), (low, 1)) if end is not None for x in (end, end + inwards)]
    numbers = dict.fromkeys((*ends, middle, middle + 1, middle - 1, *(y for x in WHOLE for y in (x, -x))))
    return [x for x in numbers if (low is None or low <= x) and (high is None or x <= high)]


LEAST = "smallest_nonzero_magnitude"

_SIZES = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 0.25, 0.75, 0.1, 10.0, 0.01, 100.0, 1 / 3, math.pi, math.pi / 2, math.e)
KNOWN = (0.0, *_SIZES, *(-x for x in _SIZES))
"""Halves, quarters, powers of ten, a third and what roots and periods of functions are made of."""

WHOLE = (2, 3, *(10**k for k in range(1, 19)), *(1 << k for k in range(4, 64)))
"""Where digits, in any system that people write, become one more."""

DELICATE = (" ", "\n", "İ", "ß", "e\u0301", "²", "\u0663", "-1")
"""White space, letters that are two in the other case, or two that are seen as one, and what may be a digit."""

PATTERNS = ("aabb", "abab", "ba", "ab", "abba", "abc", "cba", "aaaa", "abcba", "abcabc")
"""Two halves that are equal, or mirrored; anagrams; parts and powers of each other."""


def _patterns(node: Any) -> list[str]:
    """Return the patterns in the first letters of an alphabet, as far as it has so many."""
    intervals = node.constraints["intervals"]
    letters = [intervals.char_in_shrink_order(i) for i in range(min(len(intervals), 3))]
    table = str.maketrans(dict(zip("abc", letters, strict=False)))
    return [pattern.translate(table) for pattern in PATTERNS if len({*pattern}) <= len(letters)]


def _two_texts(drawn: Sequence[Any]) -> Iterator[Choices]:
    """Yield the cases whose first two texts are two of the patterns."""
    texts = [i for i, node in enumerate(drawn) if node.type == "string" and not node.was_forced][:2]
    allowed = [[x for x in _patterns(drawn[i]) if choice_permitted(x, drawn[i].constraints)] for i in texts]
    for pair in itertools.product(*allowed) if len(texts) > 1 else ():
        of = dict(zip(texts, pair, strict=True))
        yield tuple(of.get(i, node.value) for i, node in enumerate(drawn))
