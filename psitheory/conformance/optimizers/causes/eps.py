"""Breaks of a scaling law that an eps causes, told from true breaks.

Where the eps of a method is known, it is made too small to count, and what is left decides.  Where types name lines,
the constants of these scale along.  Else it is known by how its effect depends on the scale of the start.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from psitheory.conformance.optimizers.causes.constants import cause_of, told
from psitheory.conformance.optimizers.causes.slopes import dies_out
from psitheory.conformance.optimizers.comparing.equivariance import START, Outcome, Trial, judge, outcome_at
from psitheory.conformance.optimizers.comparing.far_out import gap_at, shifted, strays_at
from psitheory.conformance.optimizers.comparing.limited import TOLERANCE, Limited, harmless, without_eps
from psitheory.conformance.optimizers.runs.bench import Bench
from psitheory.conformance.optimizers.runs.change import Change, CodeRaised, Mode
from psitheory.conformance.optimizers.runs.derived import Derived
from psitheory.conformance.optimizers.runs.run import EPS
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.optimizers.problem import TURNED
from psitheory.scaletypes.optimizers.types import Break

LEFT = 1e-3
"""The share of a break that may be left once its cause is taken away: rounding of generic scales remains."""
SEEN = 0.1
"""The share of a break that typed runs must see at least: one just above rounding may show after their last step."""
LEAST = 1e-13
"""A gap that rounding alone leaves where it is not amplified."""
GROWN = 16
"""How many times larger the effect of constants must be at a later step to be told of, a few doublings."""
OCTAVES = 4
"""Scales far out, where half as many more leave less than that, are multiples of so many: trials may share a run."""


def eps_limited(bench: Bench, mode: Mode, trial: Trial, *, p: float = 0.0, most: float = TOLERANCE) -> Limited | Trial:
    """Return the excuse for a broken trial, if an eps is the cause and it is at most ``most``; or what denies it."""
    outcome = trial.outcome
    if not outcome.gap.relative <= most or not outcome.gap.finite:
        return trial
    if bench.network.dtype == np.float32:
        return _in_double(bench, mode, trial, p, most)
    found: Limited | Trial
    if bench.derived is not None:
        found = _without_lines(bench, mode, trial, bench.derived, p)
        return _grown(bench, mode, trial, found, bench.derived, most) if isinstance(found, Limited) else found
    constants = without_eps(bench)
    if not constants or trial.change.constants or not harmless(bench, constants):
        return dies_out(bench, mode, trial, p)
    change = replace(trial.change, constants=constants)
    rest = Trial(change, judge(bench, change, Change(constants=constants))[mode])
    if rest.outcome.passed:
        gone = " and ".join(name for name, _ in constants)
        side = -1 if gap_at(bench, mode, trial.change, outcome.step, p, -8) < outcome.gap.relative else 1
        side = side if any(name in EPS for name, _ in constants) else 0  # a clamp dies out to neither
        return Limited(outcome.gap.relative, f"it vanishes with {gone}", side)
    if rest.outcome.status == "broken":  # there may be another eps, which is hidden
        found = eps_limited(bench, mode, rest, p=p, most=most)
        return replace(found, defect=max(found.defect, outcome.gap.relative)) if isinstance(found, Limited) else found
    return dies_out(bench, mode, trial, p)


def _without_lines(bench: Bench, mode: Mode, trial: Trial, derived: Derived, p: float) -> Limited | Trial:
    """Return the excuse if the break goes once the constants of lines that types name scale along.

    There is none where types name another term, however small it is beside the constants.  What is no eps may act at
    one scale and not at the next, as a clamp does: its effect is excused only where it is small.
    """
    gap, step = trial.outcome.gap, trial.outcome.step
    defect, rounding = gap.relative, trial.outcome.allowed / gap.motion
    if derived.hard_breaks:
        return trial
    clean, broken = in_whole_powers(trial.change), 0.0
    if clean != trial.change:  # no rounding beside what constants do, if these break it there as well
        broken = derived.gap(bench.network, clean, ())
        broken = broken if np.isfinite(broken) else 0.0
    change, most = (clean, LEFT * broken) if broken > SEEN * defect else (trial.change, max(LEFT * defect, rounding))
    found = derived.causes(bench.network, change, most)
    if not found and step > TURNED and derived.gap(bench.network, trial.change, ()) < SEEN * defect:
        found = derived.causes(bench.network, trial.change, max(LEFT * defect, rounding), step)
    lost = _lost(bench, mode, trial, derived) if not found else ""
    if lost:
        return Limited(defect, f"some numbers have few of their bits left, or are infinite, at {lost}", 0, "overflow")
    cause = cause_of(found)
    if not found or (cause != "eps" and defect > TOLERANCE):
        return trial
    later = _breaks_later(bench, mode, trial, derived, found, p)
    if later:
        return Trial(trial.change, outcome_at(bench, mode, trial.change, later))
    return Limited(defect, f"it vanishes if this scales along: {'; '.join(map(told, found))}", 0, cause)


def _grown(bench: Bench, mode: Mode, trial: Trial, limited: Limited, derived: Derived, most: float) -> Limited | Trial:
    """Return the excuse, or that of later steps, or what denies it there, if other constants come then.

    What the same constants do may grow as well, where runs are not stable: that is no new break.
    """
    if not trial.in_powers_of_two:  # one more run each, for some
        return limited
    base = Change(constants=trial.change.constants)
    try:
        for t in (t for t in bench.times if t > trial.outcome.step):
            gap = bench.gaps(base, trial.change, t, bench.steps)[mode]
            if not max(GROWN * limited.defect, bench.chaos) < gap.relative < np.inf:
                continue
            allowed = bench.explained(base, trial.change, t, bench.steps, mode)
            if not gap.defect > allowed or allowed > bench.chaos or not derived.has_new_constants(bench.steps):
                break
            if gap.relative > most:
                return Trial(trial.change, Outcome("broken", t, gap, allowed))
            bench.parted_later.setdefault((mode, limited.cause), (t, "constants or comparisons"))
            limited = replace(limited, defect=gap.relative)
    except CodeRaised as problem:
        if not problem.is_numerical:
            raise
    return limited


def _lost(bench: Bench, mode: Mode, trial: Trial, derived: Derived) -> str:
    """Return the line where numbers are lost, if nothing else breaks a trial but constants, and a little at most.

    So it is where gradients pass through half precision, of which the smallest have few bits there.
    """
    change, found = trial.change, derived.breaks_of(bench.network, mode, trial.change)
    if trial.outcome.gap.relative > TOLERANCE or found is None or any(b.kind is Kind.HARD for b in found):
        return ""
    step = trial.outcome.step
    return derived.overflow(bench.network, change, step if step > TURNED else 0)  # gaps are those of as many


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
    far = OCTAVES * math.ceil(0.5 + math.log2(trial.outcome.gap.relative / LEAST) / OCTAVES)
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
