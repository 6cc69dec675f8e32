"""Where chunks are run: in this process, in processes of one BLAS thread each, or by somebody's executor.

A lane runs one chunk at a time.  Each process is a lane of its own, so that when one dies it is known which chunk it
ran, and the others go on.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from typing import Any, Protocol

from psitheory.errors import ArgumentError, ArgumentTypeError, shown
from psitheory.workers import end_with_parent, plain_children


class Lane(Protocol):
    """Runs one call at a time."""

    def submit(self, function: Callable[..., Any], /, *args: Any) -> Future[Any]:
        """Begin a call."""
        ...

    def renew(self) -> None:
        """Be ready again after the process that ran a call has died.

        Raises
        ------
        ArgumentError
            If that is not in our hands.
        """
        ...

    def close(self) -> None:
        """Stop at once, whatever is under way."""
        ...


class Here:
    """The calling process."""

    def submit(self, function: Callable[..., Any], /, *args: Any) -> Future[Any]:
        """Make the call, and return it done."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args))
        except Exception as error:
            future.set_exception(error)
        return future

    def renew(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class OwnProcess:
    """A process of its own, begun afresh when it dies."""

    def __init__(self) -> None:
        self._pool = _one_process()

    def submit(self, function: Callable[..., Any], /, *args: Any) -> Future[Any]:
        """Hand the call to the process."""
        with plain_children():
            return self._pool.submit(function, *args)

    def renew(self) -> None:
        """Begin another process."""
        self.close()
        self._pool = _one_process()

    def close(self) -> None:
        """Kill the process."""
        children = list((getattr(self._pool, "_processes", None) or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for child in children:
            child.kill()
            child.join()


class Foreign:
    """One of several calls at a time of an executor that somebody else owns."""

    def __init__(self, executor: Executor) -> None:
        self._executor, self._last = executor, Future[Any]()

    def submit(self, function: Callable[..., Any], /, *args: Any) -> Future[Any]:
        """Hand the call to the executor."""
        self._last = self._executor.submit(function, *args)
        return self._last

    def renew(self) -> None:
        """Raise: a broken executor cannot be mended from here."""
        raise ArgumentError(
            f"executor {shown(self._executor)} is broken, since one of its processes died; what was written is whole, "
            "and the same call with a new executor goes on"
        )

    def close(self) -> None:
        """Withdraw a call that has not begun."""
        self._last.cancel()


@contextmanager
def lanes(workers: int | None, executor: Executor | None) -> Iterator[Sequence[Lane]]:
    """Open lanes, and close them at the end.

    Parameters
    ----------
    workers : int, optional
        So many processes; this one if 1.
    executor : Executor, optional
        Used instead; twice as many chunks as it has workers are under way at a time.

    Raises
    ------
    ArgumentTypeError
        If ``workers`` is no positive integer, or ``executor`` has no ``submit``.
    """
    if executor is not None and not hasattr(executor, "submit"):
        raise ArgumentTypeError(f"executor is {shown(executor)}; a concurrent.futures.Executor is needed")
    if workers is not None and (type(workers) is not int or workers < 1):
        raise ArgumentTypeError(f"workers is {shown(workers)}; a positive integer is needed")
    with ExitStack() as stack:
        if executor is not None:
            opened: list[Lane] = [Foreign(executor) for _ in range(2 * (workers or _size(executor)))]
        elif workers is None or workers == 1:
            opened = [Here()]
        else:
            opened = [OwnProcess() for _ in range(workers)]
        for lane in opened:
            stack.callback(lane.close)
        yield opened


def _size(executor: Executor) -> int:
    """Return how many calls an executor makes at a time, as far as it tells."""
    client = getattr(executor, "_client", None)  # Dask's executor is the face of a client
    if client is not None:
        return max(1, int(sum(client.ncores().values())))
    return int(getattr(executor, "_max_workers", None) or 1)


def _one_process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """Leave interrupts to the parent, and end when it does: a parent that is killed cannot tell its children."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
