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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from psitheory.errors import ArgumentTypeError, EndedItself, TimeUp, exits_refused, said, shown

CASE_SECONDS = 60.0
"""For one case by default: some thirty times what the search of all cases of one law in one arithmetic is given."""

LOADING = "loading"
"""What the running of a file is called, when that is watched."""

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
    """What this process watches: its limit, the board where it is seen, how deep inside a watched piece it is.

    ``between`` is what runs between two pieces, if that is watched too; ``refused`` are pieces that are not run.
    """

    seconds: float = 0.0
    board: Any = None
    depth: int = 0
    what: str = ""
    between: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)

    def note(self, what: str) -> None:
        """Write on the board that something begins now; with no words, that nothing that is watched does."""
        self.what = what
        write(self.board, time.monotonic() if what else 0.0, what)


_WATCH = _Watch()
"""A timer belongs to the whole process, and so does this."""


@contextmanager
def limit(seconds: float, board: Any = None) -> Iterator[None]:
    """Watch every piece inside the block that is :func:`limited`, with an alarm and on a board."""
    before = (_WATCH.seconds, _WATCH.board, _WATCH.depth)
    _WATCH.seconds, _WATCH.board, _WATCH.depth = seconds, board, 0
    try:
        with _alarms_answered() if seconds else nullcontext():
            yield
    finally:
        _WATCH.seconds, _WATCH.board, _WATCH.depth = before


class limited:
    """Run one piece of somebody's code, such as "a case on floats"; raise :class:`TimeUp` if it does not end.

    A piece inside a piece is watched as part of it.  It is entered for each case and each draw, so that it does little.
    """

    def __init__(self, what: str) -> None:
        self._what, self._is_watched = what, False

    def __enter__(self) -> limited:
        """Set the alarm, unless nothing is watched or this is a piece of a piece."""
        if _WATCH.seconds and not _WATCH.depth:
            self._is_watched = True
            _WATCH.depth = 1
            _WATCH.note(self._what)
            if _has_alarms():
                signal.setitimer(signal.ITIMER_REAL, _WATCH.seconds, GRACE / 4)  # on and on, should the code catch it
        return self

    def goes_on_with(self, what: str) -> None:
        """Tell what the piece does from here on, within the same time."""
        if self._is_watched:
            _WATCH.note(what)

    def __exit__(self, *_: object) -> None:
        """Stop the alarm."""
        if self._is_watched:
            if _has_alarms():
                signal.setitimer(signal.ITIMER_REAL, 0)
            _WATCH.note(_WATCH.between)
            _WATCH.depth = 0


@contextmanager
def foreign(what: str) -> Iterator[None]:
    """Run one piece of somebody's code, which may end neither late, as in :func:`limited`, nor the process.

    Raises
    ------
    EndedItself
        In place of what is no Exception, such as SystemExit; a key and the alarm pass.  Of a piece that is refused,
        with the reason.
    """
    if what in _WATCH.refused:
        raise EndedItself(f"{what}: {_WATCH.refused[what]}")
    try:
        with exits_refused(), limited(what):
            yield
    except (Exception, KeyboardInterrupt, TimeUp):
        raise
    except BaseException as error:
        raise EndedItself(f"{type(error).__name__}: {said(error)}") from error


@contextmanager
def alive(what: str, refused: Mapping[str, str]) -> Iterator[None]:
    """Let the board show ``what`` between the pieces of the block, anew after each: a sign of life starts the time.

    ``refused`` are foreign pieces on which a process was lost before, each with the reason: they are not run again.
    """
    before = _WATCH.between, _WATCH.refused
    _WATCH.between, _WATCH.refused = what, refused
    _WATCH.note(what)
    try:
        yield
    finally:
        _WATCH.between, _WATCH.refused = before
        _WATCH.note(before[0])


def _has_alarms() -> bool:
    """Tell whether this thread can be interrupted by an alarm; elsewhere only the parent process watches."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


@contextmanager
def _alarms_answered() -> Iterator[None]:
    """Let an alarm inside the block end the piece that runs; one answer serves all pieces, since to set it is slow."""
    if not _has_alarms():
        yield
        return

    def ring(*_: Any) -> None:
        if _WATCH.depth:
            raise TimeUp(overdue(_WATCH.what, _WATCH.seconds))

    before = signal.signal(signal.SIGALRM, ring)
    try:
        yield
    finally:
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
