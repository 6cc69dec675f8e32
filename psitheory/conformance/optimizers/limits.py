r"""Where a scaling law stops: an eps, a clamp or a floor, an overflow, or a weak term that breaks it for good.

An eps in a denominator is told from a true break by how its effect depends on the scale s of the start:

* it dies out towards one end like a power of s, such as :math:`s^{\pm1}` beside a norm or a root of squares and
  :math:`s^{\pm2}` under the root;
* an eps beside gradients, which are large for small s, dies out towards small s, and at large s leaves steps that
  vanish or still go along the gradient.  A decay dies out towards small s too, but at large s moves the weights along
  themselves; it is a true break.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from psitheory.conformance.optimizers.bench import ENOUGH, Bench, Change, Constants, Mode
from psitheory.conformance.optimizers.equivariance import START, Outcome, judge
from psitheory.conformance.optimizers.runs import EPS, LIMITS

TOLERANCE = 1e-2
"""A gap, relative to the motion, within which a law that an eps limits counts as holding."""
VANISHING = 2.0**-60
SLOPES = (0.2, 2.3)
"""Powers of the scale that an eps can bring: 1, 2, and less under further roots."""
Cause = Literal["", "eps", "clamp", "weak term", "overflow", "unknown"]


@dataclass(frozen=True)
class Limited:
    """A break that an eps causes.

    Attributes
    ----------
    defect : float
        Its size at scale 1, relative to the motion.
    how : str
        How that is known.
    side : {-1, 0, 1}
        Whether it dies out towards small or towards large weights, or neither.
    """

    defect: float
    how: str
    side: int


def without_eps(bench: Bench, *, limits: bool = True) -> Constants:
    """Return the eps of the method made too small to count (zero would divide 0 by 0), and limits made wide."""
    known = bench.method.constants.items()
    small = [(name, x * VANISHING) for name, x in known if name in EPS]
    wide = [(name, (low * VANISHING, high / VANISHING)) for name, (low, high) in _pairs(known)]
    return (*small, *(wide if limits else ()))


def _pairs(constants: object) -> list[tuple[str, tuple[float, float]]]:
    return [(name, x) for name, x in constants if name in LIMITS]  # type: ignore[attr-defined]


def eps_limited(
    bench: Bench, mode: Mode, change: Change, outcome: Outcome, *, p: float = 0.0, most: float = TOLERANCE
) -> Limited | None:
    """Return the excuse for a broken rescaling, if an eps is the cause of it and it is at most ``most``."""
    if not outcome.gap.finite or outcome.gap.relative > most:
        return None
    if bench.network.dtype == np.float32:
        return _in_double(bench, mode, change, outcome, p, most)
    constants = without_eps(bench)
    if constants:
        rest = judge(bench, replace(change, constants=constants), Change(constants=constants))[mode]
        if rest.passed:
            gone = " and ".join(name for name, _ in constants)
            side = -1 if _gap(bench, mode, change, outcome.step, p, -8) < outcome.gap.relative else 1
            side = side if any(name in EPS for name, _ in constants) else 0  # a clamp dies out to neither
            return Limited(outcome.gap.relative, f"it vanishes with {gone}", side)
        if rest.status == "broken" and rest.gap.relative > outcome.gap.relative / 100:
            return None
    return _dies_out(bench, mode, change, outcome, p)


def _in_double(bench: Bench, mode: Mode, change: Change, outcome: Outcome, p: float, most: float) -> Limited | None:
    """Return the excuse found in double precision, where an eps is told from rounding."""
    found = judge(bench.in_double, change)[mode]
    if found.passed:
        return Limited(outcome.gap.relative, "it is not there in double precision", 0)
    excuse = eps_limited(bench.in_double, mode, change, found, p=p, most=most) if found.status == "broken" else None
    return excuse and replace(excuse, defect=outcome.gap.relative)


def _dies_out(bench: Bench, mode: Mode, change: Change, outcome: Outcome, p: float) -> Limited | None:
    for side in (-1, 1):
        slopes = _slopes(bench, mode, change, outcome.step, p, side)
        order = round(2 * float(np.median(slopes))) / 2 if slopes else 0.0
        if not 0 < order <= 2 or any(abs(slope - order) > 0.3 for slope in slopes):
            continue
        # towards large weights any constant beside them dies out, so that it is excused only if it is small
        if not follows_the_gradient(bench, p) if side < 0 else outcome.gap.relative > TOLERANCE:
            return None
        where = "small" if side < 0 else "large"
        how = f"it dies out like the power {order:g} of the scale towards {where} weights"
        return Limited(outcome.gap.relative, how, side)
    return None


def _slopes(bench: Bench, mode: Mode, change: Change, t: int, p: float, side: int) -> list[float]:
    """Return by how many powers of the scale the gap falls towards a side: from where it is small to rounding."""
    floor = bench.noise(START, t, t, mode) / bench.gaps(START, change, t, t)[mode].motion
    octaves, gaps = 4, [_gap(bench, mode, change, t, p, 0)]
    for k in range(octaves, 10 * octaves, octaves):
        gaps.append(_gap(bench, mode, change, t, p, side * k))
        if not floor < gaps[-1] < gaps[-2]:
            break
    if gaps[-1] > floor:
        return []
    del gaps[-1]
    for k in range(octaves, 6 * octaves, octaves):  # the other way it grows: more octaves to see the power
        gap = _gap(bench, mode, change, t, p, -side * k)
        if not gaps[0] < gap < TOLERANCE:
            break
        gaps.insert(0, gap)
    return [math.log2(x / y) / octaves for x, y in pairwise(gaps) if x < TOLERANCE]


def _gap(bench: Bench, mode: Mode, change: Change, t: int, p: float, k: int) -> float:
    base, moved = shifted(bench, START, k, p), shifted(bench, change, k, p)
    return bench.gaps(base, moved, t, t)[mode].relative


def shifted(bench: Bench, change: Change, k: float, p: float) -> Change:
    """Return the change with all weights larger by :math:`2^k`, and the rate by :math:`2^{kp}`."""
    exponents = change.exponents or (0.0,) * bench.network.layout.m
    return replace(change, exponents=tuple(e + k for e in exponents), rate=change.rate + k * p)


def follows_the_gradient(bench: Bench, p: float) -> bool:
    """Tell whether the first step from very large weights is none at all, or goes along the gradient more than along w.

    So it is where an eps beside gradients takes over; where a decay does, the weights move along themselves.
    """
    top = reach(bench, p) if bench.eps < 1e-12 else 50  # in single precision an eps shows late
    network, change = bench.network, shifted(bench, START, top, p)
    points = bench.points(change, 1)
    w = network.first.astype(float)
    step = (points[1] - points[0]).astype(float) * 2.0**-top
    blocks = [
        np.concatenate([x.ravel() for x in network.layout.rows(y)])
        for y in (step, w, network.evaluate(network.first).gradient)
    ]
    if not np.all(np.isfinite(blocks[0])):
        return False
    along_w, along_gradient = (abs(blocks[0] @ x) / np.linalg.norm(x) for x in blocks[1:])
    return bool(along_gradient >= along_w)


def reach(bench: Bench, p: float) -> int:
    """Return the largest exponent of a scale that is tried: 300 in double precision, 30 in single."""
    top, whole = (300, 900) if bench.eps < 1e-12 else (30, 90)
    return min(top, int(whole / abs(p))) if p else top


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
    """

    exponent: int
    cause: Cause = ""
    change: Change | None = None
    outcome: Outcome | None = None


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
        return judge(self.bench, self.at(k), self.base, steps=ENOUGH)[self.mode]

    def holds(self, k: int) -> bool:
        """Tell whether the law holds there, within the tolerance."""
        found = self.outcome(k)
        if found.passed or not found.gap.finite:
            return found.passed
        times = [t for t in self.bench.times if t <= ENOUGH]
        return all(self.gap(self.at(k), t) <= self.tolerance for t in times)

    def gap(self, change: Change, t: int) -> float:
        """Return the gap relative to the motion."""
        return self.bench.gaps(self.base, change, t, ENOUGH)[self.mode].relative


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
        if judge(path.bench, changed, base, steps=ENOUGH)[path.mode].passed:
            return "eps"
    near, far = max(bad - 4, 0), bad - 2
    gaps = [path.gap(path.at(k), first.step) for k in (near, far)]
    growth = math.log2(gaps[1] / gaps[0]) / (far - near) if all(0 < gap < np.inf for gap in gaps) else np.inf
    if not SLOPES[0] < growth < SLOPES[1]:
        return "clamp"
    return "eps" if sign < 0 or follows_the_gradient(path.bench, path.p) else "weak term"
