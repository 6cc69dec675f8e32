"""What a worker process does: take a call, make it, answer; and end when its parent does."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from psitheory.errors import PsitheoryError, TimeUp, said
from psitheory.limits import limit
from psitheory.workers.children import end_with_parent


@dataclass(frozen=True)
class Call:
    """One thing to do: a function of a module and what it is called with, all of which can be sent."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What became of a call: its value; or why there is none.

    Attributes
    ----------
    reason : str
        Why there is no value, in words; empty if there is one.
    error : PsitheoryError or None
        What was raised on purpose.
    at : str
        What the process was lost on, a piece of somebody's code that was watched; empty if it was not lost.
    """

    value: Any = None
    reason: str = ""
    error: PsitheoryError | None = None
    lost: bool = False
    at: str = ""


def work(orders: Connection, board: Any, folder: str, seconds: float) -> None:
    """Answer calls until there are no more."""
    me, leave = os.getpid(), os._exit
    end_with_parent()
    _be_the_first_to_go()
    _leave_signals_to_parent()
    _say_nothing()
    os.chdir(folder)
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), limit(seconds, memoryview(board).cast("B")):  # threads change rounding
        while True:
            try:
                call = orders.recv()
            except EOFError:
                return
            answer = _answer(call)
            if os.getpid() != me:  # somebody's code forked, and came back here twice
                leave(0)
            _send(orders, answer)


def _answer(call: Call) -> Answer:
    try:
        return Answer(call.function(*call.arguments))
    except PsitheoryError as error:
        return Answer(reason=said(error), error=_alike(error))
    except TimeUp as late:
        return Answer(reason=said(late))
    except BaseException as error:
        return Answer(reason=f"it cannot be run: {type(error).__name__}: {said(error)}")


def _alike(error: PsitheoryError) -> PsitheoryError:
    """Return the sentence of an error as one of the same kind, without what it came from, which may not be sent."""
    kind = next(kind for kind in type(error).__mro__ if kind.__module__ == PsitheoryError.__module__)
    return kind(said(error))  # type: ignore[no-any-return]


def _send(orders: Connection, answer: Answer) -> None:
    try:
        orders.send(answer)
    except BrokenPipeError:
        raise
    except Exception as error:  # somebody's object in it that cannot be sent
        orders.send(Answer(reason=f"its answer cannot be handed over: {type(error).__name__}: {said(error)}"))


def _be_the_first_to_go() -> None:
    """Let the kernel take this process first when memory ends: code that allocates without end is here."""
    if sys.platform == "linux":
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")


def _leave_signals_to_parent() -> None:
    """Let a key or a closed terminal, which reach a whole group, end the parent alone: it ends its workers."""
    for name in ("SIGINT", "SIGHUP", "SIGTERM"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def _say_nothing() -> None:
    """Send to nowhere what laws print: it may be without end, and would stand inside the report."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
