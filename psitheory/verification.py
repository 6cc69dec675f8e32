"""Verify theorems: one process a core, one BLAS thread each, the same report from any number of them."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from multiprocessing import active_children, get_context
from pathlib import Path
from types import ModuleType

from psitheory.checking import ClaimReport, Report, Theorem
from psitheory.environment import cpus, environment
from psitheory.errors import ArgumentError, ArgumentTypeError, PsitheoryError, shown
from psitheory.registry import Entry, find, select

Progress = Callable[[int, ClaimReport], None]
"""Called after each claim with its place in the order asked, and its report."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""The environment in which BLAS keeps to one thread, if it is set before NumPy is imported."""


class WorkerDied(PsitheoryError, RuntimeError):
    """A worker process ended before it answered."""


def verify(
    targets: str | Path | Theorem | Iterable[str | Path | Theorem] | None = None,
    *,
    chapter: str | None = None,
    effort: str = "quick",
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Verify theorems and return a report with a verdict, its evidence and the fate of each counterfeit.

    Parameters
    ----------
    targets : str, Path, Theorem or several, optional
        Ids (``"B1"``), files (``"my_theorem.py"``) or theorems; every installed theorem if left out.
    chapter : str, optional
        Only this chapter: its letter or its name.
    effort : {"quick", "standard", "deep"}
        How many cases are tried, and for how long.
    seed : int
        All randomness derives from it.
    workers : int, optional
        Processes; as many as there are processors if left out.  The report does not depend on it.
        Theorems that are given as objects run in this process.
    progress : callable, optional
        Called as ``progress(i, claim_report)`` when the i-th claim is done.

    Returns
    -------
    Report
        Its claims stand in the order asked.

    Raises
    ------
    UnknownName
        If an id, a file or a chapter is not to be found.
    ArgumentError, ArgumentTypeError
        If an option is out of its range or a file cannot be run.

    Examples
    --------
    >>> import psitheory
    >>> psitheory.verify("A3").claim("A3").verdict  # doctest: +SKIP
    <Verdict.HOLDS: 'HOLDS'>
    """
    check_options(effort, seed, workers)
    return verify_entries(
        select(targets, chapter=chapter), effort=effort, seed=seed, workers=workers, progress=progress
    )


def verify_entries(
    entries: Sequence[Entry],
    *,
    effort: str = "quick",
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Verify theorems that were selected already; see :func:`verify`."""
    check_options(effort, seed, workers)
    start = time.monotonic()
    named = {i: entry.target for i, entry in enumerate(entries) if entry.target is not None}
    workers = min(cpus() if workers is None else workers, len(named))
    if workers <= 1:
        named, workers = {}, 1
    done: dict[int, ClaimReport] = {}

    def take(i: int, claim: ClaimReport) -> None:
        done[i] = claim
        if progress is not None:
            progress(i, claim)

    with _pool(named, workers, effort, seed) as futures:
        for i, entry in enumerate(entries):
            if i not in named:
                take(i, _check(entry.theorem, effort, seed))
        for future in as_completed(futures):
            i = futures[future]
            try:
                take(i, future.result())
            except BrokenProcessPool as error:
                waiting = ", ".join(entries[j].theorem.id for j in named if j not in done)
                raise WorkerDied(f"a worker process ended abruptly while it checked one of {waiting}") from error
    claims = tuple(done[i] for i in range(len(entries)))
    return Report(claims, effort, seed, time.monotonic() - start, environment())


def check_options(effort: str, seed: int, workers: int | None) -> None:
    """Raise unless the options of a verification are in their ranges."""
    from psitheory.runner import EFFORTS

    if effort not in EFFORTS:
        raise ArgumentError(f"effort is {effort!r}; one of {', '.join(EFFORTS)} is needed")
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise ArgumentTypeError(f"seed is {shown(seed)}; a non-negative integer is needed")
    if workers is not None and (not isinstance(workers, int) or isinstance(workers, bool) or workers < 1):
        raise ArgumentTypeError(f"workers is {shown(workers)}; a positive integer is needed")


def _check(theorem: Theorem, effort: str, seed: int) -> ClaimReport:
    """Check one theorem in this process, on one BLAS thread as in a worker, since threads change rounding."""
    from threadpoolctl import threadpool_limits

    from psitheory import runner

    try:
        with threadpool_limits(1):
            return runner.check_theorem(theorem, effort=effort, seed=seed)
    except PsitheoryError as error:
        raise ArgumentError(f"theorem {theorem.id} cannot be tried: {error}") from error


@contextmanager
def _pool(named: dict[int, str], workers: int, effort: str, seed: int) -> Iterator[dict[Future[ClaimReport], int]]:
    """Start workers on the named theorems; stop them at once when the block is left early."""
    if not named:
        yield {}
        return
    others = set(active_children())
    executor = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_leave_interrupts_to_parent)
    try:
        with _plain_children():
            futures = {executor.submit(_check_named, target, effort, seed): i for i, target in named.items()}
        yield futures
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        for child in set(active_children()) - others:
            child.terminate()
        raise
    executor.shutdown()


def _check_named(target: str, effort: str, seed: int) -> ClaimReport:
    return _check(_theorem_of(target), effort, seed)


@cache
def _theorem_of(target: str) -> Theorem:
    return find(target)[0].theorem


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _plain_children() -> Iterator[None]:
    """Let processes that start in this block have one thread each and not run the caller's script again.

    A spawned process runs its parent's main script once more, which would make ``verify`` in a script
    without a ``__name__`` guard call itself; a blank main module leaves it nothing to run.
    """
    main, before = sys.modules["__main__"], {name: os.environ.get(name) for name in ONE_THREAD}
    sys.modules["__main__"] = ModuleType("__main__")
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
