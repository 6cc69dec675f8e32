"""How far a scaling law holds as scales grow, shrink and spread, and what ends it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from psitheory.conformance.optimizers.causes.slopes import SLOPES
from psitheory.conformance.optimizers.comparing.equivariance import START, Outcome, judge
from psitheory.conformance.optimizers.comparing.far_out import strays_at
from psitheory.conformance.optimizers.comparing.limited import TOLERANCE, without_eps
from psitheory.conformance.optimizers.runs.bench import Bench
from psitheory.conformance.optimizers.runs.change import Cause, Change, CodeRaised, Gap, Mode


@dataclass(frozen=True)
class Edge:
    """Where a law stops towards one side.

    Attributes
    ----------
    exponent : int
        The law was seen to hold up to :math:`2^k`.
    cause : str
        Why it stops there; empty if that is the farthest that was tried.
    change : Change or None
        The rescaling by the next exponent.
    outcome : Outcome or None
        There.
    how : str
        The line whose constant is the cause, if taking it away there leaves no break.
    """

    exponent: int
    cause: Cause = ""
    change: Change | None = None
    outcome: Outcome | None = None
    how: str = ""


@dataclass(frozen=True)
class Path:
    r"""The rescalings :math:`2^{o + k\,d}` for k = 0, 1, … along which a law is followed, with its rate.

    ``origin`` o is where the law surely holds: 0, or far to the side on which an eps dies out, if one limits it.
    """

    bench: Bench
    mode: Mode
    p: float
    direction: tuple[float, ...]
    origin: int = 0
    tolerance: float = TOLERANCE

    def at(self, k: int) -> Change:
        """Return the k-th rescaling."""
        exponents = tuple(float(self.origin + round(k * d)) for d in self.direction)
        return Change(exponents, rate=self.p * exponents[0])

    @property
    def base(self) -> Change:
        """Return the run with which the others are compared."""
        return self.at(0) if self.origin else START

    def outcome(self, k: int) -> Outcome:
        """Return what becomes of the k-th rescaling over the first steps."""
        try:
            return judge(self.bench, self.at(k), self.base, steps=self.bench.moved_by)[self.mode]
        except CodeRaised as problem:
            if not problem.is_numerical:
                raise
            return Outcome("broken", problem.step, Gap(np.inf, np.inf, False, False), 0.0)

    def holds(self, k: int) -> bool:
        """Tell whether the law holds there, within the tolerance."""
        found = self.outcome(k)
        if found.passed or not found.gap.finite:
            return found.passed
        times = [t for t in self.bench.times if t <= self.bench.moved_by]
        return all(self.gap(self.at(k), t) <= self.tolerance for t in times)

    def gap(self, change: Change, t: int) -> float:
        """Return the gap relative to the motion."""
        return self.bench.gaps(self.base, change, t, self.bench.moved_by)[self.mode].relative


def edge(path: Path, top: int) -> Edge:
    """Follow a law up to the ``top``-th rescaling, or until it fails; and find out why."""
    good, bad = 0, 0
    for k in (*(k for k in (2, 8, 16, 32, 100) if k < top), top):
        if not path.holds(k):
            bad = k
            break
        good = k
    sign = 1 if path.direction[0] > 0 or min(path.direction) < max(path.direction) else -1
    if not bad:
        return Edge(path.origin + sign * top)
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if path.holds(middle) else (good, middle)
    first = path.outcome(bad)
    return Edge(path.origin + sign * good, _cause(path, sign, bad, top, first), path.at(bad), first)


def _cause(path: Path, sign: int, bad: int, top: int, first: Outcome) -> Cause:
    if not first.gap.finite:
        return "overflow"
    if first.status != "broken":
        return "unknown"
    constants = without_eps(path.bench, limits=False)
    if constants:
        changed = replace(path.at(bad), constants=constants)
        base = replace(path.base, constants=constants)
        if judge(path.bench, changed, base, steps=path.bench.moved_by)[path.mode].passed:
            return "eps"
    near, far = max(bad - 4, 0), bad - 2
    gaps = [path.gap(path.at(k), first.step) for k in (near, far)]
    growth = math.log2(gaps[1] / gaps[0]) / (far - near) if all(0 < gap < np.inf for gap in gaps) else np.inf
    if not SLOPES[0] < growth < SLOPES[1]:
        return "clamp"
    if strays_at(path.bench, path.p, sign) is None:
        return "eps"
    return "weak term" if sign > 0 else "clamp"  # beside small weights: something of a fixed size, or an underflow
