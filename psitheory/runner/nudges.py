"""Small numbers by which a search for the worst case moves what a domain draws, without leaving the domain.

A domain that draws real numbers adds what :func:`nudge` returns to them, and keeps its own constraints on the result:
zeros while cases are drawn at random, the coordinates of the search while one is looked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass
class _Tape:
    """Numbers that are handed out one after the other; zeros after the last."""

    numbers: Sequence[float]
    used: int = 0

    def next(self, count: int) -> Any:
        out = np.zeros(count)
        given = np.asarray(self.numbers[self.used : self.used + count], dtype=float)
        out[: len(given)] = given
        self.used += count
        return out


_tape: ContextVar[_Tape | None] = ContextVar("tape", default=None)


def nudge(shape: tuple[int, ...] = ()) -> Any:
    """Return by how much to move an array of ``shape`` that was just drawn; zero outside of a search."""
    tape = _tape.get()
    if tape is None:
        return np.zeros(shape) if shape else 0.0
    moved = tape.next(math.prod(shape)).reshape(shape)
    return moved if shape else float(moved)


@contextmanager
def nudged(numbers: Sequence[float]) -> Iterator[_Tape]:
    """Hand out ``numbers`` inside the block; the tape tells in the end how many were asked for."""
    tape = _Tape(numbers)
    token = _tape.set(tape)
    try:
        yield tape
    finally:
        _tape.reset(token)
