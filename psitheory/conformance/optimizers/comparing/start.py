"""How a run begins: whether it repeats, where it starts, and whether it remembers the scale of its start."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from psitheory.conformance.optimizers.comparing.equivariance import START
from psitheory.conformance.optimizers.runs.bench import ONSET, Bench
from psitheory.conformance.optimizers.runs.change import Change


@dataclass(frozen=True)
class Repeated:
    """Two runs from one start with one seed.

    Attributes
    ----------
    parted : int or None
        The first step compared at which they differ by more than rounding.
    by : float
        The largest difference up to there, relative to the weights.
    """

    parted: int | None
    by: float


def run_twice(bench: Bench) -> Repeated:
    """Run a method twice and return how far the runs are apart.

    Kernels whose sums depend on where arrays lie in memory, or on which thread comes first, round otherwise each time:
    runs may part by some units of rounding, and what these grow to may take the last half of the digits.
    """
    steps = min(bench.steps, 30)
    one, two = bench.points(START, steps), bench.afresh().points(START, steps)
    worst = 0.0
    for t in sorted(one):
        if t in two and np.array_equal(one[t], two[t], equal_nan=True):
            continue
        gap = bench.apart(one[t], two[t]) if t in two else np.inf
        allowed = math.sqrt(bench.eps) if worst else ONSET * bench.eps
        worst = max(worst, gap)
        if not gap <= allowed:
            return Repeated(t, worst)
    return Repeated(None, worst)


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
