r"""Breaks of a scaling law that an eps causes, told from true breaks.

Where the eps of a method is known, it is made too small to count, and what is left decides.  Where it is hidden, it is
known by how its effect depends on the scale s of the start:

* it dies out towards one end like a power of s, such as :math:`s^{\pm1}` beside a norm or a root of squares and
  :math:`s^{\pm2}` under the root, and no faster at any step, as the effect of a clamp would;
* far enough out nothing is left of it at any step;
* towards the other end, where it takes over, steps vanish or go along the gradient.  A decay moves the weights along
  themselves there, a drift goes its own way: they are true breaks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from psitheory.conformance.optimizers.bench import Bench
from psitheory.conformance.optimizers.change import Cause, Change, CodeRaised, Constants, Mode
from psitheory.conformance.optimizers.derived import Derived, cause_of, told
from psitheory.conformance.optimizers.equivariance import START, Outcome, Trial, judge
from psitheory.conformance.optimizers.runs import EPS, LIMITS
from psitheory.scaletypes.optimizers.types import Break

TOLERANCE = 1e-2
"""A gap, relative to the motion, within which a law that an eps limits counts as holding."""
LEFT = 1e-3
"""The share of a break that may be left once its cause is taken away: rounding of generic scales remains."""
LEAST = 1e-13
"""A gap that rounding alone leaves where it is not amplified."""
VANISHING = 2.0**-60
SLOPES = (0.2, 2.3)
"""Powers of the scale that an eps can bring: 1, 2, and less under further roots."""
STEEPEST = 3.2
"""A power that no eps brings at any step, even where its effect has grown beyond what is linear."""
OCTAVES = 4
"""Between two scales at which a gap is compared."""
MOSTLY = 0.7
"""The cosine above which a step goes along the weights."""
CLEAR = 100
"""How far above rounding a gap must be for its power to be seen: rounding may grow as an eps leaves."""


@dataclass(frozen=True)
class Limited:
    """A break that an eps causes, or another constant, which is excused only where its effect is small.

    Attributes
    ----------
    defect : float
        Its size at scale 1, relative to the motion.
    how : str
        How that is known.
    side : {-1, 0, 1}
        Whether it dies out towards small or towards large weights, or neither.
    cause : str
        What it is, if not an eps.
    """

    defect: float
    how: str
    side: int
    cause: Cause = "eps"


def without_eps(bench: Bench, *, limits: bool = True) -> Constants:
    """Return the eps of the method made too small to count (zero would divide 0 by 0), and limits made wide."""
    known = bench.method.constants.items()
    small = [(name, x * VANISHING) for name, x in known if name in EPS]
    wide = [(name, (x[0] * VANISHING, x[1] / VANISHING)) for name, x in known if name in LIMITS]
    return (*small, *(wide if limits else ()))


def harmless(bench: Bench, constants: Constants) -> bool:
    """Tell whether a run with these constants is still much as it was: some methods live on their eps."""
    try:
        gap = bench.gaps(START, Change(constants=constants), bench.moved_by, bench.moved_by)["class"]
    except CodeRaised as problem:
        if not problem.is_numerical:
            raise
        return False
    return gap.finite and gap.relative < 0.5


def eps_limited(bench: Bench, mode: Mode, trial: Trial, *, p: float = 0.0, most: float = TOLERANCE) -> Limited | Trial:
    """Return the excuse for a broken trial, if an eps is the cause and it is at most ``most``; or what denies it."""
    outcome = trial.outcome
    if not outcome.gap.relative <= most or not outcome.gap.finite:
        return trial
    if bench.network.dtype == np.float32:
        return _in_double(bench, mode, trial, p, most)
    if bench.derived is not None:
        return _without_lines(bench, mode, trial, bench.derived, p)
    constants = without_eps(bench)
    if not constants or trial.change.constants or not harmless(bench, constants):
        return _dies_out(bench, mode, trial, p)
    change = replace(trial.change, constants=constants)
    rest = Trial(change, judge(bench, change, Change(constants=constants))[mode])
    if rest.outcome.passed:
        gone = " and ".join(name for name, _ in constants)
        side = -1 if _gap(bench, mode, trial.change, outcome.step, p, -8) < outcome.gap.relative else 1
        side = side if any(name in EPS for name, _ in constants) else 0  # a clamp dies out to neither
        return Limited(outcome.gap.relative, f"it vanishes with {gone}", side)
    if rest.outcome.status == "broken":  # there may be another eps, which is hidden
        found = eps_limited(bench, mode, rest, p=p, most=most)
        return replace(found, defect=max(found.defect, outcome.gap.relative)) if isinstance(found, Limited) else found
    return _dies_out(bench, mode, trial, p)


def _without_lines(bench: Bench, mode: Mode, trial: Trial, derived: Derived, p: float) -> Limited | Trial:
    """Return the excuse if the break goes once the constants of lines that types name scale along.

    There is none where types name another term, however small it is beside the constants.  What is no eps may act at
    one scale and not at the next, as a clamp does: its effect is excused only where it is small.
    """
    gap = trial.outcome.gap
    defect, rounding = gap.relative, trial.outcome.allowed / gap.motion
    if derived.hard_breaks:
        return trial
    clean, broken = in_whole_powers(trial.change), 0.0
    if clean != trial.change:  # no rounding beside what constants do, if these break it there as well
        broken = derived.gap(bench.network, clean, ())
        broken = broken if np.isfinite(broken) else 0.0
    change, most = (clean, LEFT * broken) if broken > defect / 10 else (trial.change, max(LEFT * defect, rounding))
    found = derived.causes(bench.network, change, most)
    lost = _lost(bench, mode, trial, derived) if not found else ""
    if lost:
        return Limited(defect, f"some numbers have few of their bits left, or are infinite, at {lost}", 0, "overflow")
    cause = cause_of(found)
    if not found or (cause != "eps" and defect > TOLERANCE):
        return trial
    later = _breaks_later(bench, mode, trial, derived, found, p)
    if later:
        return Trial(trial.change, _outcome(bench, mode, trial.change, later))
    return Limited(defect, f"it vanishes if this scales along: {'; '.join(map(told, found))}", 0, cause)


def _lost(bench: Bench, mode: Mode, trial: Trial, derived: Derived) -> str:
    """Return the line where numbers are lost, if types know of nothing else that breaks a trial, and a little at most.

    So it is where gradients pass through half precision, of which the smallest have few bits there.
    """
    change = trial.change
    if trial.outcome.gap.relative > TOLERANCE or not derived.commutes(bench.network, mode, change):
        return ""
    return derived.overflow(bench.network, change, trial.outcome.step)


def _breaks_later(
    bench: Bench, mode: Mode, trial: Trial, derived: Derived, found: Sequence[Break], p: float
) -> int | None:
    """Return a step at which there is another break than that of constants, after those that types have seen.

    Far to the side on which the constants die out, runs must agree at every step; on the other, where they take over,
    steps vanish or go along the gradient.  Where either is not so, types of as many steps decide.
    """
    side = derived.fades(found)
    try:
        step = _parts_far_out(bench, mode, trial, side, p) if side else None
    except CodeRaised as problem:
        if not problem.is_numerical:
            raise
        side, step = 0, None  # far out there is nothing to be seen, as where a matrix is no longer regular
    if side and not step:
        return None
    gone = _goes_with_constants(bench, mode, in_whole_powers(trial.change), derived)
    return None if gone else step or bench.steps


def _goes_with_constants(bench: Bench, mode: Mode, change: Change, derived: Derived) -> bool:
    """Tell whether constants alone break a rescaled run: types of all its steps say so, once a run confirms them."""
    by_types = derived.broken_by_constants(bench.network, mode, change, bench.steps)
    if by_types and bench.network.fixed in derived.confirmed:
        return True
    try:
        base, other = (bench.points(each, bench.steps) for each in (START, change))
    except CodeRaised as problem:
        if not problem.is_numerical:
            raise
        return False
    broken = derived.plain_gap(bench.network, change, base[0], base[bench.steps], other[bench.steps])
    rest = derived.gap(bench.network, change, derived.soft_breaks, bench.steps)
    gone = bool(np.isfinite(broken)) and rest <= max(LEFT * broken, LEAST)
    if gone and by_types:
        derived.confirmed.add(bench.network.fixed)
    return gone


def _parts_far_out(bench: Bench, mode: Mode, trial: Trial, side: int, p: float) -> int | None:
    """Return a step at which runs part where constants have died out, or are no steps of an eps where they rule."""
    far = 4 + math.ceil(math.log2(trial.outcome.gap.relative / LEAST))
    left = judge(bench, *(shifted(bench, each, side * far, p) for each in (trial.change, START)))[mode]
    if left.status == "broken":
        return left.step
    if (p, side) not in bench.strays:
        bench.strays[p, side] = strays_at(bench, p, -side)
    return bench.strays[p, side]


def in_whole_powers(change: Change) -> Change:
    """Return a rescaling like the given one in even powers of two, where numbers are rescaled without rounding."""
    whole = tuple(2 * math.copysign(max(1, round(abs(k) / 2)), k) if k else 0.0 for k in change.exponents)
    first = next((i for i, k in enumerate(change.exponents) if k), None)
    by = whole[first] / change.exponents[first] if first is not None else 1.0
    return replace(change, exponents=whole, rate=change.rate * by)


def _in_double(bench: Bench, mode: Mode, trial: Trial, p: float, most: float) -> Limited | Trial:
    """Return the excuse found in double precision, where an eps is told from rounding."""
    there = Trial(trial.change, judge(bench.in_double, trial.change)[mode])
    size = trial.outcome.gap.relative
    if there.outcome.passed:
        return Limited(size, "it is not there in double precision", 0)
    found = eps_limited(bench.in_double, mode, there, p=p, most=most) if there.outcome.status == "broken" else None
    return replace(found, defect=size) if isinstance(found, Limited) else trial


# -- an eps that cannot be removed ----------------------------------------------------------------


def _dies_out(bench: Bench, mode: Mode, trial: Trial, p: float) -> Limited | Trial:
    size, constants = trial.outcome.gap.relative, trial.change.constants
    for side in (-1, 1):
        slopes, far = _slopes(bench, mode, trial.change, trial.outcome.step, p, side)
        order = round(2 * float(np.median(slopes))) / 2 if slopes else 0.0
        if not 0 < order <= 2 or any(abs(slope - order) > 0.3 for slope in slopes):
            continue
        # towards large weights any constant beside them dies out, so that it is excused only if it is small
        if side > 0 and size > TOLERANCE:
            return trial
        later = strays_at(bench, p, -side, constants) or _stays_at(bench, mode, trial, p, side, far)
        if later:
            return Trial(trial.change, _outcome(bench, mode, trial.change, later))
        where = "small" if side < 0 else "large"
        return Limited(size, f"it dies out like the power {order:g} of the scale towards {where} weights", side)
    return trial


def _slopes(bench: Bench, mode: Mode, change: Change, t: int, p: float, side: int) -> tuple[list[float], int]:
    """Return by how many powers of the scale the gap falls towards a side, and where it has fallen to rounding."""
    clear = CLEAR * _floor(bench, mode, change, t)
    gaps, k = [_gap(bench, mode, change, t, p, 0)], 0
    while k < 10 * OCTAVES:
        k += OCTAVES
        gaps.append(_gap(bench, mode, change, t, p, side * k))
        if not clear < gaps[-1] < gaps[-2]:
            break
    if gaps[-1] > clear:
        return [], k
    far = k
    del gaps[-1]
    for k in range(OCTAVES, 6 * OCTAVES, OCTAVES):  # the other way it grows: more octaves to see the power
        gap = _gap(bench, mode, change, t, p, -side * k)
        if not gaps[0] < gap < TOLERANCE:
            break
        gaps.insert(0, gap)
    return [math.log2(x / y) / OCTAVES for x, y in pairwise(gaps) if x < TOLERANCE], far


def _stays_at(bench: Bench, mode: Mode, trial: Trial, p: float, side: int, far: int) -> int | None:
    """Return a step at which the gap is not that of an eps: it stays, or falls too fast."""
    change, first, last = trial.change, trial.outcome.step, bench.steps
    base = Change(constants=change.constants)
    ends = (shifted(bench, each, side * (far + 4 * OCTAVES), p) for each in (change, base))
    left = judge(bench, *ends)[mode]
    if left.status == "broken":
        return left.step
    for t in bench.times:
        if t <= first or bench.noise(base, t, last, mode) > bench.chaos:
            continue
        floor = _floor(bench, mode, change, t)
        growth = floor / _floor(bench, mode, change, first)
        if growth > CLEAR and growth * trial.outcome.gap.relative > TOLERANCE:  # as far as chaos takes an eps by then
            continue
        gaps = [max(_gap(bench, mode, change, t, p, side * k, last), floor) for k in range(0, 4 * OCTAVES, OCTAVES)]
        falls = [math.log2(x / y) / OCTAVES for x, y in pairwise(gaps)]
        seen = [x < TOLERANCE and y > CLEAR * floor for x, y in pairwise(gaps)]
        slow = [is_seen and fall < SLOPES[0] for is_seen, fall in zip(seen, falls, strict=True)]
        if max(falls) > STEEPEST or any(slow) or gaps[-1] > max(TOLERANCE, floor):
            return t
    return None


def _outcome(bench: Bench, mode: Mode, change: Change, t: int) -> Outcome:
    base = Change(constants=change.constants)
    gap = bench.gaps(base, change, t, bench.steps)[mode]
    return Outcome("broken", t, gap, bench.noise(base, t, bench.steps, mode))


def _floor(bench: Bench, mode: Mode, change: Change, t: int) -> float:
    """Return the gap, relative to the motion, that rounding explains."""
    base = Change(constants=change.constants)
    return bench.noise(base, t, t, mode) / bench.gaps(base, change, t, t)[mode].motion


def _gap(bench: Bench, mode: Mode, change: Change, t: int, p: float, k: int, steps: int | None = None) -> float:
    base, moved = (shifted(bench, each, k, p) for each in (Change(constants=change.constants), change))
    return bench.gaps(base, moved, t, steps or t)[mode].relative


# -- far out --------------------------------------------------------------------------------------


def shifted(bench: Bench, change: Change, k: float, p: float) -> Change:
    """Return the change with all weights larger by :math:`2^k`, and the rate by :math:`2^{kp}`."""
    exponents = change.exponents or (0.0,) * bench.network.layout.m
    return replace(change, exponents=tuple(e + k for e in exponents), rate=change.rate + k * p)


def reach(bench: Bench, p: float) -> int:
    """Return the largest exponent of a scale that is tried: 300 in double precision, 30 in single."""
    top, whole = (300, 900) if bench.eps < 1e-12 else (30, 90)
    return min(top, int(whole / abs(p))) if p else top


def strays_at(bench: Bench, p: float, side: int, constants: Constants = ()) -> int | None:
    """Return a time at which steps from very large weights are not those that an eps leaves, or None.

    It makes them smaller than the law would, and the first goes along the gradient, none along the weights.  For
    ``side`` -1 weights are very small, and the first step alone is looked at: it leaves for large ones.
    """
    top = reach(bench, p) if bench.eps < 1e-12 else 50  # in single precision an eps shows late
    usual = bench.points(Change(constants=constants), bench.steps)
    run = bench.every_point(shifted(bench, Change(constants=constants), side * top, p), bench.steps if side > 0 else 1)
    first = before = _blocks(bench, next(run)) * 2.0 ** (-side * top)
    for t, w in enumerate(run, start=1):
        now = _blocks(bench, w) * 2.0 ** (-side * top)
        step, size = now - before, float(np.max(np.abs(now - before)))
        if not np.isfinite(size):
            return _time_from(bench, t)
        if size > 16 * bench.eps * np.max(np.abs(now)):
            along_w = abs(_unit(step / size) @ _unit(before))
            gradient = _blocks(bench, bench.network.evaluate(bench.network.first).gradient)
            if along_w > MOSTLY or (t == 1 and abs(_unit(step / size) @ _unit(gradient)) < max(along_w, 0.5)):
                return _time_from(bench, t)
        if side > 0 and t in usual:
            moved = np.max(np.abs(_blocks(bench, usual[t] - usual[0])))
            if np.max(np.abs(now - first)) > 4 * moved:
                return t
        before = now
    return None


def _time_from(bench: Bench, t: int) -> int:
    """Return the first of the bench's times that is not before ``t``."""
    return next(time for time in bench.times if time >= t)


def _unit(x: np.ndarray) -> np.ndarray:
    return np.asarray(x / np.linalg.norm(x))


def _blocks(bench: Bench, w: np.ndarray) -> np.ndarray:
    """Return the weights in blocks."""
    return np.concatenate([x.ravel() for x in bench.network.layout.rows(w.astype(float))])
