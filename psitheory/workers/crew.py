"""Run somebody's code in worker processes: what does not end is killed, what dies is told, everything else goes on."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection
from typing import Any

from psitheory.errors import said
from psitheory.limits import BOARD_SIZE, GRACE, overdue, read
from psitheory.workers.children import end_group, plain_children
from psitheory.workers.inside import Answer, Call, work
from psitheory.workers.laws import loaded, one_law

LOOK = 0.2
"""Seconds between two looks at the boards; far below any limit, and nothing beside the time of a law."""

_NUMBERS = "psitheory.geometry"
_PRELOADED, _LIBRARY = "psitheory.workers.preloaded", "psitheory.workers.preloaded_library"
"""What the server of workers imports before it makes any, so that each has it: little, if nobody said what comes."""

_PRELOADS: list[str] = []


@dataclass(frozen=True)
class Task:
    """One law of one claim, by their numbers, and what names the claim."""

    claim: int
    law: int
    target: str


def tried(
    tasks: Sequence[Task], *, workers: int, effort: str, seed: int, seconds: float
) -> Iterator[tuple[Task, Answer, float]]:
    """Run laws in up to ``workers`` processes; yield each, its report or why there is none, and its seconds.

    Each case may take up to ``seconds`` (0: as long as it likes).  All processes end with the iteration.
    """
    waiting = list(tasks)
    crew = [_Worker(seconds) for _ in range(min(workers, len(waiting)))]
    try:
        while waiting or any(worker.task for worker in crew):
            for worker in crew:
                if worker.task is None and waiting:
                    new = _next(waiting, worker, crew)
                    worker.take(Call(one_law, (new.target, new.law, effort, seed)), new)
            connection.wait([x for worker in crew if worker.task for x in worker.signs], timeout=LOOK)
            for worker in crew:
                task, found = worker.task, worker.answer()
                if task is not None and found is not None:
                    yield task, found, time.monotonic() - worker.since
    finally:
        for worker in crew:
            worker.end()


def loading_fails(target: str, seconds: float) -> str:
    """Load a file in a process of its own, and return why that did not come to an end, an empty string if it did."""
    with watched(seconds) as ask:
        answer = ask(loaded, target)
    return answer.reason if answer.lost else ""  # what is raised on purpose is raised again by who loads it


@contextmanager
def watched(seconds: float) -> Iterator[Callable[..., Answer]]:
    """Open a worker, and yield a function that makes one call in it: ``ask(function, *arguments)``.

    Each piece of somebody's code may take up to ``seconds``.  A worker that is lost is replaced for the next call.
    With no limit (0) calls are made in this process, where a debugger sees them, and what they raise is raised.
    """
    if not seconds:
        yield lambda function, *arguments: Answer(function(*arguments))
        return
    worker = _Worker(seconds)

    def ask(function: Callable[..., Any], *arguments: Any) -> Answer:
        worker.take(Call(function, arguments), Task(0, 0, ""))
        while (found := worker.answer()) is None:
            connection.wait(worker.signs, timeout=LOOK)
        return found

    try:
        yield ask
    finally:
        worker.end()


def _next(waiting: list[Task], worker: _Worker, crew: Sequence[_Worker]) -> Task:
    """Take out a law of the claim that the worker is at, whose data it has; else of one that is nobody's; else any."""
    others = {other.claim for other in crew if other is not worker and other.task}
    own = (task for task in waiting if task.claim == worker.claim)
    free = (task for task in waiting if task.claim not in others)
    task = next(own, None) or next(free, waiting[0])
    waiting.remove(task)
    return task


class _Worker:
    """A process that runs one law at a time, and another in its place when it does not answer."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.task: Task | None = None
        self.claim: int | None = None
        self.since = 0.0
        self._process: Any = None

    def _start(self) -> None:
        context = _context()
        self._board = context.RawArray(ctypes.c_ubyte, BOARD_SIZE)
        self._line, theirs = context.Pipe()
        self._process = context.Process(
            target=work, args=(theirs, self._board, os.getcwd(), self._seconds), daemon=True
        )
        with plain_children():
            self._process.start()
        theirs.close()

    @property
    def signs(self) -> tuple[Any, Any]:
        """Return what becomes ready when the worker answers or dies."""
        return self._line, self._process.sentinel

    def take(self, call: Call, task: Task) -> None:
        """Give the worker something to do."""
        if self._process is None:
            self._start()
        self.task, self.claim, self.since = task, task.claim, time.monotonic()
        with suppress(BrokenPipeError):  # it died while it waited, which its answer tells
            self._line.send(call)

    def answer(self) -> Answer | None:
        """Return what became of the call, None if it is still at work."""
        if self.task is None:
            return None
        try:
            if self._line.poll():
                found: Answer = self._line.recv()
                self.task = None
                return found
            if self._process.is_alive():
                return self._late()
        except (EOFError, OSError):
            pass
        except Exception as error:  # somebody's object in it
            return self._lost(f"its answer cannot be read: {type(error).__name__}: {said(error)}")
        self._process.join()
        return self._lost(_death(self._process.exitcode))

    def _late(self) -> Answer | None:
        since, what = self._seen()
        if not (self._seconds and since and time.monotonic() > since + self._seconds + GRACE):
            return None
        return self._lost(overdue(what, self._seconds))

    def _seen(self) -> tuple[float, str]:
        """Return since when a piece runs, and which."""
        return read(memoryview(self._board).cast("B"))

    def _lost(self, reason: str) -> Answer:
        _, at = self._seen()
        self.end()
        self.task = None
        return Answer(reason=reason, lost=True, at=at)

    def end(self) -> None:
        """End the process at once, and what it started."""
        if self._process is not None:
            end_group(self._process.pid)
            self._process.kill()
            self._process.join()
            self._line.close()
            self._process = None


def _death(code: int | None) -> str:
    if code is not None and code < 0:
        return f"the process that ran it was ended by signal {-code} ({signal.Signals(-code).name})"
    return f"the process that ran it ended with exit code {code}"


def warm_up(*, library: bool) -> None:
    """Let the server of workers start beside what the caller does next, and load the library of theorems if wanted."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        from multiprocessing.forkserver import ensure_running

        _PRELOADS[:] = [_PRELOADED, *([_LIBRARY] if library else [])]
        _context().set_forkserver_preload(_PRELOADS)
        with plain_children():
            ensure_running()


def _context() -> Any:
    """Return how processes are made: by a server that has imported the library, where there is one: that is fast."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    if not _PRELOADS:
        _PRELOADS.append(_NUMBERS)
        context.set_forkserver_preload(_PRELOADS)
    return context
