"""Verify theorems: one process a core, one BLAS thread each, the same report from any number of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from psitheory.checking import ClaimReport, LawReport, Report, Theorem
from psitheory.environment import cpus, environment
from psitheory.errors import ArgumentError, ArgumentTypeError, PsitheoryError, UnknownName, said, shown
from psitheory.limits import CASE_SECONDS, checked_limit, limit
from psitheory.registry import Entry, is_file, select
from psitheory.workers import ONE_THREAD, Answer, Task, loading_fails, tried, warm_up

__all__ = ["ONE_THREAD", "Interrupted", "Progress", "check_options", "selected", "verify", "verify_entries"]

Progress = Callable[[int, ClaimReport], None]
"""Called after each claim with its place in the order asked, and its report."""


class Interrupted(KeyboardInterrupt):
    """A verification was interrupted; ``report`` holds the claims that were done."""

    def __init__(self, report: Report) -> None:
        super().__init__("interrupted")
        self.report = report


def verify(
    targets: str | Path | Theorem | Iterable[str | Path | Theorem] | None = None,
    *,
    chapter: str | None = None,
    effort: str = "quick",
    seed: int = 0,
    workers: int | None = None,
    case_limit: float = CASE_SECONDS,
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
    case_limit : float
        Seconds that one case, one draw from a domain, or the loading of a file may take: a law that takes longer is
        inconclusive, and the others run.  With 0 nothing is limited, and with one worker all runs in this process,
        which is what a debugger needs.  Of a theorem that is given as an object, a loop inside compiled code cannot
        be stopped.
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
    Interrupted
        In place of KeyboardInterrupt; its ``report`` holds the claims that were done.

    Examples
    --------
    >>> import psitheory
    >>> psitheory.verify("A3").claim("A3").verdict  # doctest: +SKIP
    <Verdict.HOLDS: 'HOLDS'>
    """
    check_options(effort, seed, workers, case_limit)
    entries = selected(targets, chapter=chapter, case_limit=case_limit)
    return verify_entries(entries, effort=effort, seed=seed, workers=workers, case_limit=case_limit, progress=progress)


def selected(
    targets: str | Path | Theorem | Iterable[str | Path | Theorem] | None = None,
    *,
    chapter: str | None = None,
    case_limit: float = CASE_SECONDS,
) -> tuple[Entry, ...]:
    """Return the theorems that are asked for, as :func:`psitheory.registry.select`; no file may load for ever."""
    if targets is not None and (isinstance(targets, (str, Path, Theorem)) or not isinstance(targets, Iterable)):
        targets = [targets]
    targets = list(targets) if targets is not None else None
    names = [target for target in targets or [] if not isinstance(target, Theorem)]
    if targets is None or names:
        warm_up(library=targets is None or not all(map(_is_path, names)))
    for target in targets or []:
        if case_limit and _is_path(target):
            reason = loading_fails(str(target), case_limit)
            if reason:
                raise ArgumentError(f"target '{target}' cannot be loaded: {reason}")
    with limit(case_limit):
        return select(targets, chapter=chapter)


def _is_path(target: object) -> bool:
    return isinstance(target, (str, Path)) and is_file(target)


def verify_entries(
    entries: Sequence[Entry],
    *,
    effort: str = "quick",
    seed: int = 0,
    workers: int | None = None,
    case_limit: float = CASE_SECONDS,
    progress: Progress | None = None,
) -> Report:
    """Verify theorems that were selected already; see :func:`verify`."""
    check_options(effort, seed, workers, case_limit)
    start = time.monotonic()
    claims = _Claims(entries, progress)
    own = [entry for entry in entries if entry.target is None]
    workers = cpus() if workers is None else workers
    if workers == 1 and not case_limit:
        own = list(entries)
    tasks = [
        Task(i, j, entry.target)
        for i, entry in enumerate(entries)
        if entry.target is not None and entry not in own
        for j in range(len(entry.theorem.laws))
    ]
    try:
        claims.take_empty()
        for task, found, took in tried(tasks, workers=workers, effort=effort, seed=seed, seconds=case_limit):
            claims.take(task.claim, task.law, found, took)
        for i, entry in enumerate(entries):
            if entry in own:
                _in_this_process(claims, i, entry.theorem, effort, seed, case_limit)
    except KeyboardInterrupt as stop:
        raise Interrupted(claims.report(effort, seed, time.monotonic() - start)) from stop
    return claims.report(effort, seed, time.monotonic() - start)


class _Claims:
    """The claims that are asked for, and the laws of them that are done."""

    def __init__(self, entries: Sequence[Entry], progress: Progress | None) -> None:
        self._entries, self._progress = entries, progress
        self._laws: list[dict[int, LawReport]] = [{} for _ in entries]
        self._seconds = [0.0 for _ in entries]
        self._done: dict[int, ClaimReport] = {}

    def take_empty(self) -> None:
        """Note the claims without a law, for which there is nothing to run."""
        for i, entry in enumerate(self._entries):
            if not entry.theorem.laws:
                self._close(i)

    def take(self, i: int, j: int, found: Answer, seconds: float) -> None:
        """Note what became of law ``j`` of claim ``i``: its report, or why there is none; raise what is a slip."""
        from psitheory.runner import unfinished

        if isinstance(found.error, UnknownName):  # a domain that names no input: nothing else can be meant
            raise found.error
        theorem = self._entries[i].theorem
        self._seconds[i] += seconds
        self._laws[i][j] = unfinished(theorem.laws[j], found.reason) if found.reason else found.value
        if len(self._laws[i]) == len(theorem.laws):
            self._close(i)

    def _close(self, i: int) -> None:
        from psitheory.runner import claim_report

        laws = [self._laws[i][j] for j in sorted(self._laws[i])]
        self._done[i] = claim_report(self._entries[i].theorem, laws, self._seconds[i])
        if self._progress is not None:
            self._progress(i, self._done[i])

    def report(self, effort: str, seed: int, seconds: float) -> Report:
        """Return the report of what is done."""
        done = tuple(self._done[i] for i in sorted(self._done))
        left = tuple(e.theorem.id for i, e in enumerate(self._entries) if i not in self._done)
        return Report(done, effort, seed, seconds, environment(), left)


def _in_this_process(claims: _Claims, i: int, theorem: Theorem, effort: str, seed: int, case_limit: float) -> None:
    """Check one theorem in this process, on one BLAS thread as in a worker, since threads change rounding."""
    from threadpoolctl import threadpool_limits

    from psitheory.runner import check_law

    with threadpool_limits(1), limit(case_limit):
        for j, law in enumerate(theorem.laws):
            start = time.monotonic()
            try:
                found = Answer(check_law(law, effort=effort, seed=seed, of=theorem.id))
            except PsitheoryError as error:
                found = Answer(reason=said(error) or type(error).__name__, error=error)
            claims.take(i, j, found, time.monotonic() - start)


def check_options(effort: str, seed: int, workers: int | None, case_limit: float = CASE_SECONDS) -> None:
    """Raise unless the options of a verification are in their ranges."""
    from psitheory.runner import EFFORTS

    if not isinstance(effort, str) or effort not in EFFORTS:
        raise ArgumentError(f"effort is {shown(effort)}; one of {', '.join(EFFORTS)} is needed")
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise ArgumentTypeError(f"seed is {shown(seed)}; a non-negative integer is needed")
    if workers is not None and (not isinstance(workers, int) or isinstance(workers, bool) or workers < 1):
        raise ArgumentTypeError(f"workers is {shown(workers)}; a positive integer is needed")
    checked_limit(case_limit)
