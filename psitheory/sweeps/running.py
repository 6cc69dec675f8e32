"""Run a sweep: what is not in the store yet, chunk by chunk, on whatever runs them."""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from psitheory.errors import said
from psitheory.sweeps.cells import batches
from psitheory.sweeps.course import run_batch
from psitheory.sweeps.estimate import check_fits
from psitheory.sweeps.lanes import Lane, lanes
from psitheory.sweeps.order import STRETCHES, Order
from psitheory.sweeps.spec import Sweep
from psitheory.sweeps.store import Store

ATTEMPTS = 3
"""A chunk that failed so many times is reported as failed."""

Progress = Callable[[int, int], None]
"""Called as ``progress(cells_done, cells)``."""


@dataclass(frozen=True)
class Outcome:
    """What became of a sweep.

    Attributes
    ----------
    store : Store
    ran : int
        How many chunks were run now; the others were in the store.
    failed : dict
        The chunks that failed, with the reason.
    """

    store: Store
    ran: int
    failed: Mapping[int, str]


def sweep(
    spec: Sweep | Mapping[str, Any] | str | Path,
    store: str | Path,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Run every cell of a grid that is not in the store yet.

    What is written does not depend on who runs it, nor on how often it was broken off.

    Parameters
    ----------
    spec : Sweep, mapping, or path of a TOML file
        See :meth:`Sweep.of <psitheory.sweeps.Sweep.of>`.
    store : path
        A folder: a new one, or that of the same sweep, which is gone on with.
    workers : int, optional
        Processes, of one BLAS thread each; this process if left out.  With an executor: how many calls it makes at a
        time, if it does not tell.
    executor : concurrent.futures.Executor, optional
        Runs the chunks instead, such as ``distributed.Client(…).get_executor()``.
    progress : callable, optional
        Called as ``progress(cells_done, cells)`` whenever a chunk is done.

    Raises
    ------
    ArgumentError, UnknownName
        If the spec is wrong, the grid takes more memory or disk than there is, or the store is another sweep's or
        damaged; nothing is changed then.
    StoreFull
        If a chunk cannot be written; the store stays valid.

    Examples
    --------
    >>> import tempfile
    >>> spec = {"model": "circle", "optimizer": {"name": "psi-gd", "rate": [0.05, 0.1]}, "steps": 500, "target": 1e-6}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     outcome = sweep(spec, folder)
    >>> outcome.ran, outcome.failed
    (1, {})
    """
    if not isinstance(spec, Sweep):
        spec = Sweep.of(**spec) if isinstance(spec, Mapping) else Sweep.read(spec)
    check_fits(spec, Path(store), workers or 1)
    kept = Store.begin(store, spec)
    with kept.alone():
        done = kept.done()
        todo = [chunk for chunk in range(spec.chunks) if chunk not in done]
        if progress is not None:
            progress(_cells(spec, len(done)), spec.cells)
        with lanes(workers, executor) as opened:
            _Run(kept, opened, progress, todo, len(done)).all()
        return Outcome(kept, len(todo), kept.failed())


def run_chunk(written: str, chunk: int) -> dict[str, np.ndarray]:
    """Return the columns of a chunk of the sweep that ``written`` says in JSON."""
    from threadpoolctl import threadpool_limits

    spec = _read(written)
    with threadpool_limits(1):  # more threads change rounding, whoever runs it
        parts = [run_batch(spec, batch) for batch in batches(spec, chunk)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


class _Begun(NamedTuple):
    chunk: int
    lane: Lane
    at: float


class _Run:
    """Chunks that wait, those that are under way, and how often each failed."""

    def __init__(
        self, store: Store, opened: Sequence[Lane], progress: Progress | None, todo: Sequence[int], done: int
    ) -> None:
        self.store, self.progress, self.done = store, progress, done
        self.free, self.failures = deque(opened), Counter[int]()
        self.waiting = Order(todo, STRETCHES if len(opened) > 1 else 1)
        self.under_way: dict[Future[Any], _Begun] = {}
        self.written = json.dumps(store.sweep.to_dict())

    def all(self) -> None:
        while self.waiting or self.under_way:
            self._begin()
            finished, _ = wait(self.under_way, return_when=FIRST_COMPLETED)
            results = [(self.under_way.pop(future), future) for future in finished]
            for begun, future in results:
                if isinstance(future.exception(), BrokenExecutor):
                    begun.lane.renew()
                elif future.exception() is None:
                    self.waiting.took(begun.chunk, time.monotonic() - begun.at)
                self.free.append(begun.lane)
            self._begin()  # nobody waits while results are written
            for begun, future in results:
                self._take(begun.chunk, future)

    def _begin(self) -> None:
        while self.free and self.waiting:
            lane, chunk, at = self.free.popleft(), self.waiting.next(), time.monotonic()
            try:
                future = lane.submit(run_chunk, self.written, chunk)
            except BrokenExecutor:  # its process died while it had nothing to do
                lane.renew()
                future = lane.submit(run_chunk, self.written, chunk)
            self.under_way[future] = _Begun(chunk, lane, at)
            if future.done():
                return  # a lane of this process; its result is written before the next

    def _take(self, chunk: int, future: Future[Any]) -> None:
        error = future.exception()
        if error is None:
            self.store.write(chunk, future.result())
        else:
            # Dask has tried a call several times before it says that it kills workers
            self.failures[chunk] += ATTEMPTS if type(error).__name__ == "KilledWorker" else 1
            if self.failures[chunk] < ATTEMPTS:
                self.waiting.again(chunk)
                return
            self.store.write_failure(chunk, _reason(error))
        self.done += 1
        if self.progress is not None:
            self.progress(_cells(self.store.sweep, self.done), self.store.sweep.cells)


def _reason(error: BaseException) -> str:
    if isinstance(error, BrokenExecutor):
        return "the process that ran it died each time"
    return f"{type(error).__name__}: {said(error)}"


def _cells(spec: Sweep, chunks: int) -> int:
    return min(chunks * int(spec.run("chunk")), spec.cells)


@lru_cache(maxsize=4)
def _read(written: str) -> Sweep:
    return Sweep.from_dict(json.loads(written))
