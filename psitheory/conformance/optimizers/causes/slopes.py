r"""A hidden eps, known by how its effect depends on the scale s of the start, where there are no types of a method.

* It dies out towards one end like a power of s, such as :math:`s^{\pm1}` beside a norm or a root of squares and
  :math:`s^{\pm2}` under the root, and no faster at any step, as the effect of a clamp would;
* far enough out nothing is left of it at any step;
* towards the other end, where it takes over, steps vanish or go along the gradient.  A decay moves the weights along
  themselves there, a drift goes its own way: they are true breaks.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from psitheory.conformance.optimizers.comparing.equivariance import Trial, judge, outcome_at
from psitheory.conformance.optimizers.comparing.far_out import gap_at, shifted, strays_at
from psitheory.conformance.optimizers.comparing.limited import TOLERANCE, Limited
from psitheory.conformance.optimizers.runs.bench import Bench
from psitheory.conformance.optimizers.runs.change import Change, Mode

SLOPES = (0.2, 2.3)
"""Powers of the scale that an eps can bring: 1, 2, and less under further roots."""
STEEPEST = 3.2
"""A power that no eps brings at any step, even where its effect has grown beyond what is linear."""
OCTAVES = 4
"""Between two scales at which a gap is compared."""
CLEAR = 100
"""How far above rounding a gap must be for its power to be seen: rounding may grow as an eps leaves."""


def dies_out(bench: Bench, mode: Mode, trial: Trial, p: float) -> Limited | Trial:
    """Return the excuse for a broken trial, if it dies out as the effect of an eps does, or what denies it."""
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
            return Trial(trial.change, outcome_at(bench, mode, trial.change, later))
        where = "small" if side < 0 else "large"
        return Limited(size, f"it dies out like the power {order:g} of the scale towards {where} weights", side)
    return trial


def _slopes(bench: Bench, mode: Mode, change: Change, t: int, p: float, side: int) -> tuple[list[float], int]:
    """Return by how many powers of the scale the gap falls towards a side, and where it has fallen to rounding."""
    clear = CLEAR * _floor(bench, mode, change, t)
    gaps, k = [gap_at(bench, mode, change, t, p, 0)], 0
    while k < 10 * OCTAVES:
        k += OCTAVES
        gaps.append(gap_at(bench, mode, change, t, p, side * k))
        if not clear < gaps[-1] < gaps[-2]:
            break
    if gaps[-1] > clear:
        return [], k
    far = k
    del gaps[-1]
    for k in range(OCTAVES, 6 * OCTAVES, OCTAVES):  # the other way it grows: more octaves to see the power
        gap = gap_at(bench, mode, change, t, p, -side * k)
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
        gaps = [max(gap_at(bench, mode, change, t, p, side * k, last), floor) for k in range(0, 4 * OCTAVES, OCTAVES)]
        falls = [math.log2(x / y) / OCTAVES for x, y in pairwise(gaps)]
        seen = [x < TOLERANCE and y > CLEAR * floor for x, y in pairwise(gaps)]
        slow = [is_seen and fall < SLOPES[0] for is_seen, fall in zip(seen, falls, strict=True)]
        if max(falls) > STEEPEST or any(slow) or gaps[-1] > max(TOLERANCE, floor):
            return t
    return None


def _floor(bench: Bench, mode: Mode, change: Change, t: int) -> float:
    """Return the gap, relative to the motion, that rounding explains."""
    base = Change(constants=change.constants)
    return bench.noise(base, t, t, mode) / bench.gaps(base, change, t, t)[mode].motion
