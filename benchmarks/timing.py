"""Contenders for one piece of work, timed in turns, after their answers were found to agree."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

AGREEMENT = 1e-10
"""Largest difference, relative to the largest entry, that rounding may make of short runs and single operations."""


CLOCKS = {"wall": time.perf_counter, "process": time.process_time}
"""Time that passes, or time that this process alone was given: steadier where others are at work."""

Clock = Callable[[], float]


@dataclass(frozen=True)
class Contender:
    """One way to do the work; ``run`` is timed, ``answer`` is what it computes, None for a limit that has none."""

    name: str
    run: Callable[[], Any]
    answer: Callable[[], Any] | None = None
    share: float = 1.0  # of the work that one run does: a slow peer may do a part


@dataclass(frozen=True)
class Case:
    """A piece of work: ours first, then the peers and the limits; ``units`` is how much of it one run does."""

    group: Literal["geometry", "rayleigh", "mlp", "ragged", "import"]
    name: str
    contenders: list[Contender]
    units: float = 1.0
    what: str = "µs a call"
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    """Seconds for each unit of work by name, one for each round."""

    case: Case
    seconds: dict[str, np.ndarray]
    refused: list[str]

    def median(self, name: str) -> float:
        """Return the median time for a unit, in microseconds."""
        return float(np.median(self.seconds[name])) * 1e6

    def ratio(self, name: str, to: str) -> float:
        """Return the median over rounds of the time of ``name`` over that of ``to``."""
        return float(np.median(self.seconds[name] / self.seconds[to]))


def compared(
    case: Case, rounds: int, seconds: float, rng: np.random.Generator, clock: Clock = time.perf_counter
) -> Result:
    """Time those contenders whose answers agree with the first's, in turns of random order."""
    ours, *others = case.contenders
    expected = np.asarray(ours.answer()) if ours.answer else None
    believed, refused = [ours], []
    for other in others:
        difference = _difference(expected, other)
        if difference <= AGREEMENT:
            believed.append(other)
        else:
            refused.append(f"{case.name}: {other.name} differs by {difference:.1e}; its time is not taken")
    calls = {one.name: _calls(one.run, seconds, clock) for one in believed}
    found: dict[str, list[float]] = {one.name: [] for one in believed}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for k in rng.permutation(len(believed)):
                one = believed[k]
                took = _time(one.run, calls[one.name], clock)
                found[one.name].append(took / calls[one.name] / case.units / one.share)
    finally:
        gc.enable()
    return Result(case, {name: np.array(times) for name, times in found.items()}, refused)


def _difference(expected: Any, other: Contender) -> float:
    if other.answer is None or expected is None:
        return 0.0
    came = np.asarray(other.answer())
    expected = expected[: len(came)] if other.share < 1 else expected
    if came.shape != expected.shape:
        return float("inf")
    return float(np.max(np.abs(came - expected)) / max(float(np.max(np.abs(expected))), 1e-300))


def _time(run: Callable[[], Any], calls: int, clock: Clock) -> float:
    start = clock()
    for _ in range(calls):
        run()
    return clock() - start


def _calls(run: Callable[[], Any], seconds: float, clock: Clock) -> int:
    run()
    once = min(_time(run, 1, clock) for _ in range(2))
    return max(1, round(seconds / max(once, 1e-7)))
