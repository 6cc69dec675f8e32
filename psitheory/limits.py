"""Limits of time for somebody else's code: a piece of it that does not end is told as such.

Two things watch it.  An alarm of this process raises TimeUp in code that still comes back to the interpreter;
that keeps what was found before.  Code that does not (a loop in C) is watched from outside: what runs, and since when,
stands on a *board* in shared memory, and the parent process kills the worker.
"""

from __future__ import annotations

import math
import signal
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psitheory.errors import ArgumentTypeError, TimeUp, shown

CASE_SECONDS = 60.0
"""For one case by default: some thirty times what the search of all cases of one law in one arithmetic is given."""

GRACE = 2.0
"""Seconds after the limit, when an alarm that nobody answered is followed by a kill."""

_HEAD = struct.Struct("d")
_TEXT = 240
BOARD_SIZE = _HEAD.size + _TEXT


def checked_limit(seconds: object) -> float:
    """Return a limit in seconds, 0 for none; raise unless it is a number that is not negative."""
    good = isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and 0 <= seconds < math.inf
    if not good:
        raise ArgumentTypeError(f"case_limit is {shown(seconds)}; seconds, or 0 for no limit, are needed")
    return float(seconds)  # type: ignore[arg-type]


def overdue(what: str, seconds: float) -> str:
    """Return the sentence that tells what did not end."""
    return f"{what} did not end within {seconds:g} s"


@dataclass
class _Watch:
    """What this process watches: its limit, the board where it is seen, and how deep inside a watched piece it is."""

    seconds: float = 0.0
    board: Any = None
    depth: int = 0


_WATCH = _Watch()
"""A timer belongs to the whole process, and so does this."""


@contextmanager
def limit(seconds: float, board: Any = None) -> Iterator[None]:
    """Watch every piece inside the block that is :func:`limited`, with an alarm and on a board."""
    before = (_WATCH.seconds, _WATCH.board, _WATCH.depth)
    _WATCH.seconds, _WATCH.board, _WATCH.depth = seconds, board, 0
    try:
        yield
    finally:
        _WATCH.seconds, _WATCH.board, _WATCH.depth = before


@contextmanager
def limited(what: str) -> Iterator[None]:
    """Run one piece of somebody's code, such as "a case on floats"; raise :class:`TimeUp` if it does not end.

    A piece inside a piece is watched as part of it.
    """
    if not _WATCH.seconds or _WATCH.depth:
        yield
        return
    _WATCH.depth = 1
    write(_WATCH.board, time.monotonic(), what)
    try:
        with _alarm(what, _WATCH.seconds):
            yield
    finally:
        write(_WATCH.board, 0.0, "")
        _WATCH.depth = 0


@contextmanager
def _alarm(what: str, seconds: float) -> Iterator[None]:
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield  # only the parent process watches
        return

    def ring(*_: Any) -> None:
        raise TimeUp(overdue(what, seconds))

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, GRACE / 4)  # again and again, should the code catch it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def write(board: Any, since: float, what: str) -> None:
    """Write on a board what runs, and since when (0: nothing does)."""
    if board is not None:
        text = what.encode("utf-8", "replace")[:_TEXT]
        board[:BOARD_SIZE] = _HEAD.pack(since) + text.ljust(_TEXT, b"\0")


def read(board: Any) -> tuple[float, str]:
    """Return since when something runs (0: nothing does), and what."""
    data = bytes(board[:BOARD_SIZE])
    return _HEAD.unpack_from(data)[0], data[_HEAD.size :].rstrip(b"\0").decode("utf-8", "replace")
