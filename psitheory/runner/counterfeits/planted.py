"""Planted errors: an equality that holds is made false by a small relative error, which the check must see.

A check that knows its sides so roughly that an error of 2^-20 passes shows nothing; how small an error is seen tells
how much it shows.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

import numpy as np

from psitheory.checking import Interval, Observation, vacuous
from psitheory.errors import TimeUp
from psitheory.runner.judging.guard import CannotRun, guarded
from psitheory.runner.judging.outcome import Case, Outcome, observe, sides

BITS = (20, 28, 36, 44, 52)
"""An equality must see a relative error of 2^-20; smaller ones, down to an ulp of float64, tell how well it sees."""


class Kept:
    """A run that remembers inputs of equalities that passed: the first, second, fourth, eighth and so on.

    The first cases that are drawn are the simplest, later ones are rich.

    Attributes
    ----------
    inputs : list of mappings
    """

    def __init__(self, run: Callable[[Mapping[str, Any]], Outcome]) -> None:
        self._run, self._passed = run, 0
        self.inputs: list[Mapping[str, Any]] = []

    def __call__(self, inputs: Mapping[str, Any]) -> Outcome:
        """Judge a case."""
        outcome = self._run(inputs)
        if outcome.status == "passed" and outcome.relation == "equal":
            self._passed += 1
            if self._passed & (self._passed - 1) == 0:
                self.inputs.append(inputs)
        return outcome


def smallest_seen(
    kind: str, law: Case, cases: Sequence[Mapping[str, Any]], seed: int, *, finer: bool = False
) -> int | None:
    """Return the largest k of those tried for which a relative error of 2^-k is seen, 0 if not even 2^-20 is.

    None if no error could be planted: there is no case, its sides are intervals, or their floats are too short for it.

    Parameters
    ----------
    kind : str
        The arithmetic.
    law : callable
    cases : sequence of mappings
        Inputs on which the equality passes; the last is tried first, the others if it is not seen there.
    seed : int
        On which the place of the error depends.
    finer : bool
        Whether errors smaller than 2^-20 are tried too.
    """
    wrong = {bits: guarded(kind, with_error(law, bits, seed)) for bits in (BITS if finer else BITS[:1])}
    survived = False
    for inputs in reversed(cases):
        outcomes = ((bits, _became(run, inputs).status) for bits, run in wrong.items())
        seen = [bits for bits, status in takewhile(lambda told: told[1] == "failed", outcomes)]
        if seen:
            return seen[-1]
        survived = survived or _became(wrong[BITS[0]], inputs).note != NOTHING
    return 0 if survived else None


NOTHING = "no error can be planted here"


def _became(run: Callable[[Mapping[str, Any]], Outcome], inputs: Mapping[str, Any]) -> Outcome:
    try:
        return run(inputs)
    except (CannotRun, TimeUp):  # the case ran without it; what more it needs is not there
        return Outcome("vacuous", note=NOTHING)


def with_error(law: Case, bits: int, seed: int) -> Case:
    """Return the law with a relative error of 2^-bits in one entry of its right side, which the seed chooses.

    The error is relative to the mean size of all entries; where one side is exactly zero, the other has no size of its
    own, and the error is 2^-bits itself.
    """

    @functools.wraps(law)
    def wrong(**inputs: Any) -> Observation:
        seen = observe(law, inputs)
        intervals = isinstance(seen.left, Interval) or isinstance(seen.right, Interval)
        return vacuous(NOTHING) if not seen.moved or seen.relation != "equal" or intervals else _false(seen, bits, seed)

    return wrong


def _false(seen: Observation, bits: int, seed: int) -> Observation:
    left, right = sides(seen)
    zero = bool(np.all(left == 0)) or bool(np.all(right == 0))
    size = 1 + 0 * right[0] if zero else (abs(left).sum() + abs(right).sum()) / (2 * len(right))
    exact = left.dtype == object or right.dtype == object
    wrong = right.astype(object if exact else float if right.dtype.kind in "iub" else right.dtype)
    wrong[seed % len(right)] += size / 2**bits
    if wrong.dtype != object and not np.any(wrong != right):
        return vacuous(NOTHING)
    return replace(seen, left=left, right=wrong)
