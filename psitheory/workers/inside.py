"""What a worker process does: take a law, run it, answer; and end when its parent does."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import connection, parent_process
from multiprocessing.connection import Connection
from typing import Any

from psitheory.checking import LawReport
from psitheory.errors import PsitheoryError, UnknownName, said
from psitheory.limits import limit
from psitheory.registry import find, theorem_of


@dataclass(frozen=True)
class Order:
    """One thing to do: run law number ``law`` of what ``target`` names, or only load it (None)."""

    target: str
    law: int | None
    effort: str
    seed: int


Answer = LawReport | str | UnknownName | None
"""The report of the law; or why there is none, in words; or a slip of the pen; or None, for a file that was loaded."""


def work(orders: Connection, board: Any, folder: str, seconds: float) -> None:
    """Answer orders until there are no more."""
    _end_with_parent()
    _leave_signals_to_parent()
    _say_nothing()
    os.chdir(folder)
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), limit(seconds, memoryview(board).cast("B")):  # threads change rounding
        while True:
            try:
                order = orders.recv()
            except EOFError:
                return
            orders.send(_answer(order))


def _answer(order: Order) -> Answer:
    from psitheory.runner import check_law

    try:
        if order.law is None:
            find(order.target)
            return None
        theorem = theorem_of(order.target)
        law = theorem.laws[order.law]
        return check_law(law, effort=order.effort, seed=order.seed, of=theorem.id)
    except UnknownName as error:  # a domain that names no input: told at once, for nothing else can be meant
        return UnknownName(said(error)) if order.law is not None else said(error)
    except PsitheoryError as error:
        return said(error)
    except BaseException as error:
        return f"it cannot be run: {type(error).__name__}: {said(error)}"


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


def _end_with_parent() -> None:
    """End when the parent does, however it ended: by the kernel where it can, else by a thread that waits for it."""
    if sys.platform == "linux":
        _let_server_end()
        set_death_signal = 1
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_wait_for_the_end_of, args=(parent.sentinel, _ending()), daemon=True).start()


def _let_server_end() -> None:
    """Close what tells the server of workers that somebody needs it: it is to end with the parent, and its workers so.

    Nothing public does; where it is not to be found, the thread is left.
    """
    from multiprocessing import forkserver

    server: Any = getattr(forkserver, "_forkserver", None)
    alive = getattr(server, "_forkserver_alive_fd", None)
    if alive is not None:
        os.close(alive)
        server._forkserver_alive_fd = None


def _wait_for_the_end_of(sentinel: int, end: Callable[[], None]) -> None:
    connection.wait([sentinel])
    end()


def _ending() -> Callable[[], None]:
    leave = os._exit  # the true one: inside a law it is another
    return lambda: leave(1)
