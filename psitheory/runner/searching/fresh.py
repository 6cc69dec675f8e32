"""Cases that are drawn anew: the simplest, simple ones, then any, some of them followed by copies with equal parts."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

from psitheory.runner.searching.draws import Choices, Draw, Drawing, drawn, kind_of
from psitheory.runner.searching.redraw import Inputs

SIMPLE = 10
"""One in so many cases is simple: all but its first choices are the simplest."""

FRESH = 3
"""One in so many cases that are drawn anew is followed by its copies."""

COPIES = 5
"""So many of each: a law that is false where two of its numbers are equal is met by chance only so."""

REPEATS = 10
"""A domain is exhausted if so many times as many draws as there are cases of it yield none that is new."""

REFUSED = 10
"""A domain that refuses so many times as many draws as are wanted is given up."""


def fresh_cases(drawing: Drawing, count: int, seed: int) -> Iterator[tuple[Choices, Inputs]]:
    """Yield up to ``count`` different cases with the choices that made them, the same for the same seed.

    Raises
    ------
    HypothesisException
        If Hypothesis refuses the strategy.
    """
    known: set[Choices] = set()
    refused = repeated = 0
    for data in itertools.islice(_draws(count, random.Random(seed), known), count * (1 + REPEATS + REFUSED)):
        inputs = drawn(drawing, data)
        choices = data.values
        if inputs is None:
            refused += 1
        elif choices in known:
            repeated += 1
        else:
            repeated = 0
            known.add(choices)
            yield choices, inputs
        if len(known) == count or refused > REFUSED * count or repeated > REPEATS * len(known) or known == {()}:
            return


def _draws(count: int, rng: random.Random, known: set[Choices]) -> Iterator[Draw]:
    """Yield what the next case is drawn by; ``known`` grows by those that were."""
    for rich in range(count // SIMPLE + 1):
        yield Draw((), rng, rich=rich)
    for k in itertools.count(1):
        before = len(known)
        data = Draw((), rng)
        yield data
        if k % FRESH == 0 and len(known) > before:
            yield from _copies(data, rng)


def _copies(data: Draw, rng: random.Random) -> Iterator[Draw]:
    """Yield draws with some of the choices in the place of others like them, more and more of them.

    They are what one strategy drew at two places, as two elements of a list, or a stretch of the same kinds.  Each is
    made of the last one, so that several pairs of numbers come to be equal.
    """
    for _ in range(COPIES):
        pairs = [pair for pair in (_of_one_strategy(data, rng), _of_one_kind(data, rng)) if pair is not None]
        if not pairs:
            return
        (begin, end), (other, after) = rng.choice(pairs)
        choices = data.values
        data = Draw((*choices[:other], *choices[begin:end], *choices[after:]), rng)
        yield data


Stretch = tuple[int, int]


def _of_one_strategy(data: Draw, rng: random.Random) -> tuple[Stretch, Stretch] | None:
    """Return where one strategy drew two values, one after the other, None if none did."""
    drawn: dict[int, list[Stretch]] = {}
    for strategy, begin, end in data.parts:
        drawn.setdefault(id(strategy), []).append((begin, end))
    several = list(dict.fromkeys(tuple(stretches) for stretches in drawn.values() if len(stretches) > 1))
    if not several:
        return None
    one, other = sorted(rng.sample(rng.choice(several), 2))
    return (one, other) if one[1] <= other[0] else None


def _of_one_kind(data: Draw, rng: random.Random) -> tuple[Stretch, Stretch] | None:
    """Return two stretches of choices of the same kinds, one of a single choice each or as long as kinds agree."""
    kinds = [kind_of(choice) for choice in data.made]
    values = [i for i, choice in enumerate(data.made) if choice.type != "boolean" and not choice.was_forced]
    twins = [(i, j) for i, j in itertools.combinations(values, 2) if kinds[i] == kinds[j]]
    if not twins:
        return None
    i, j = rng.choice(twins)
    alike = zip(kinds[i:j], kinds[j:], strict=False)
    length = rng.choice((1, sum(1 for _ in itertools.takewhile(lambda both: both[0] == both[1], alike))))
    return (i, i + length), (j, j + length)
