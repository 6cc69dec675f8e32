"""How a run begins: whether it repeats, where it starts, and whether it remembers the scale of its start."""

from __future__ import annotations

import numpy as np

from psitheory.conformance.optimizers.comparing.equivariance import START
from psitheory.conformance.optimizers.runs.bench import Bench
from psitheory.conformance.optimizers.runs.change import Change


def differs_at(bench: Bench) -> int | None:
    """Return the first step at which two equal runs differ, or None."""
    steps = min(bench.steps, 30)
    one, two = bench.points(START, steps), bench.afresh().points(START, steps)
    return next((t for t in one if t not in two or not np.array_equal(one[t], two[t], equal_nan=True)), None)


def moved_start(bench: Bench) -> Change | None:
    """Return the first start at which a run does not begin, or None."""
    m = bench.network.layout.m
    changes = (START, Change((1.0,) * m), Change((-1.0,) * m))
    return next((c for c in changes if not np.array_equal(bench.points(c, 1)[0], bench.start(c))), None)


def forgets_scale(bench: Bench) -> bool:
    """Tell whether after one step nothing is left of the scale of the start, as of a method that normalises."""
    m = bench.network.layout.m
    runs = [bench.points(Change((k,) * m), 1) for k in (0.0, 3.0, -2.5)]
    gaps = [np.abs(run[1] - runs[0][1]) for run in runs[1:]]
    moved = not np.array_equal(runs[0][0], runs[0][1])
    return moved and all(bool(np.all(gap <= 64 * bench.eps * np.abs(runs[0][1]))) for gap in gaps)
