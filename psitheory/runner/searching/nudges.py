"""Small numbers by which a search for the worst case moves what a domain draws, without leaving the domain.

A domain that draws real numbers adds what :func:`nudge` returns to them, and keeps its own constraints on the result:
zeros while cases are drawn at random, the coordinates of the search while one is looked for.  What it chooses by the
size or the sign of a number stays as it was :func:`decided` before that was moved, or the case would jump.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

Decision = TypeVar("Decision")

FARTHEST = 700.0
"""No nudge is larger, however far a slope leads: domains take exponentials of nudges, which are floats up to 709."""


@dataclass
class _Tape:
    """Numbers that are handed out one after the other, zeros after the last; and what was decided, in turn."""

    numbers: Sequence[float]
    unmoved: Callable[[], Sequence[Any]] | None = None
    """Gives what was decided where nothing is moved."""
    used: int = 0
    decided: list[Any] = field(default_factory=list)

    def next(self, count: int) -> Any:
        out = np.zeros(count)
        given = np.asarray(self.numbers[self.used : self.used + count], dtype=float)
        out[: len(given)] = np.clip(given, -FARTHEST, FARTHEST)
        self.used += count
        return out

    def decide(self, make: Callable[[], Any]) -> Any:
        before = self.unmoved() if self.unmoved else ()
        k = len(self.decided)
        self.decided.append(before[k] if k < len(before) else make())
        return self.decided[k]


_tape: ContextVar[_Tape | None] = ContextVar("tape", default=None)


_stretch: ContextVar[float] = ContextVar("stretch", default=1.0)


def stretch() -> float:
    """Return how many times as long as usual vectors are that may be of any length; 1 outside of a search."""
    return _stretch.get()


@contextmanager
def stretched(factor: float) -> Iterator[None]:
    """Draw them so long inside the block."""
    token = _stretch.set(factor)
    try:
        yield
    finally:
        _stretch.reset(token)


def nudge(shape: tuple[int, ...] = ()) -> Any:
    """Return by how much to move an array of ``shape`` that was just drawn; zero outside of a search."""
    tape = _tape.get()
    if tape is None:
        return np.zeros(shape) if shape else 0.0
    moved = tape.next(math.prod(shape)).reshape(shape)
    return moved if shape else float(moved)


def decided(make: Callable[[], Decision]) -> Decision:
    """Return what a domain chooses by the numbers that were drawn; inside a search, what it chose before they moved."""
    tape = _tape.get()
    return make() if tape is None else tape.decide(make)


@contextmanager
def nudged(numbers: Sequence[float], unmoved: Callable[[], Sequence[Any]] | None = None) -> Iterator[_Tape]:
    """Hand out ``numbers`` inside the block; the tape tells in the end how many were asked for, and what was decided.

    ``unmoved`` gives what is decided where nothing is moved, if it is asked for.
    """
    tape = _Tape(numbers, unmoved)
    token = _tape.set(tape)
    try:
        yield tape
    finally:
        _tape.reset(token)
