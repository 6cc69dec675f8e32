r"""Whether a break is the work of an eps: it dies out as the scale grows, at the rate an eps predicts.

Beside a variance of size :math:`s^2` an eps changes what is seen by a multiple of :math:`\epsilon/s^2`, beside a
deviation by :math:`\epsilon/s`.  A break that does not die out (weight decay), dies out faster (a saturated
activation) or is large at the weights' own scale is not excused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from psitheory.arithmetic import Array
from psitheory.conformance.models.scaling import Family
from psitheory.symmetry.baseline import Baseline
from psitheory.symmetry.function import LossFunction

SCALES = {8: range(-10, 45), 4: range(-16, 27)}
"""Exponents of two at which the scale is doubled, by the bytes of the precision."""
OWN = -2
"""From this exponent on nothing but the eps may be seen."""
LARGEST = 0.02
"""At the weights' own scale an eps changes what is seen by less than this."""
POINTS = 4
"""Doublings over which the rate must be seen."""
SLACK = 0.2


@dataclass(frozen=True)
class Decay:
    """The change under doubling the scale, as a function of the scale.

    Attributes
    ----------
    scales : tuple of int
        Exponents k of two.
    defects : tuple of float
        :math:`|f(2^{k+1}w) - f(2^kw)|` relative to the size of f.
    dies : bool
        Whether the defect is rounding from some scale on.
    exponent : float or None
        p of defect ∝ scale^p where the defect is small but above rounding; None where too little of it is seen.
    limited : bool
        Whether the defect dies out as that of an eps, and is small at the weights' own scale.
    pure : bool
        Whether, besides, nothing but that is seen from the weights' own scale on.
    """

    scales: tuple[int, ...]
    defects: tuple[float, ...]
    dies: bool
    exponent: float | None
    limited: bool
    pure: bool

    @property
    def is_too_large(self) -> bool:
        """Return whether it dies out at a rate of an eps, but is large at the weights' own scale."""
        return self.dies and _is_rate(self.exponent) and not self.defects[self.scales.index(0)] < LARGEST

    @property
    def shown(self) -> dict[int, float]:
        """Return the defect at a few scales, to two digits."""
        pairs = zip(self.scales, self.defects, strict=True)
        return {k: float(f"{d:.1e}") for k, d in pairs if k in (-8, -4, 0, 4, 8) and np.isfinite(d)}

    def __str__(self) -> str:
        return ", ".join(f"{d:.1e} at 2**{k}" for k, d in self.shown.items())


def decay(function: LossFunction, family: Family, base: Baseline, aspect: str) -> Decay:
    """Return how the break of ``family`` depends on the scale at the point of ``base``."""
    scales = SCALES.get(function.dtype.itemsize, SCALES[4])
    defects = []
    previous: Array | None = None
    for k in (*scales, scales[-1] + 1):
        with np.errstate(all="ignore"):
            w = family.scaled(base.w, np.full(family.count, float(k))).astype(function.dtype).astype(float)
            try:
                seen = function.observe(w)[aspect].astype(float)
            except Exception:
                seen = np.full(base.seen[aspect].shape, np.nan)
            if previous is not None:
                gap = float(np.max(np.abs(seen - previous), initial=0)) / base.sizes[aspect]
                defects.append(gap if np.isfinite(gap) else float("inf"))
        previous = seen
    d, allowed, own = np.array(defects), base.allowed[aspect], scales.index(0)
    last = _last_seen(d, allowed)
    exponent = None if last is None else _exponent(d, last)
    largest = max(float(d[own]), 4 * allowed)  # the defect of an eps is never larger than at the smallest scale
    limited = _is_rate(exponent) and d[own] < LARGEST and bool(np.all(d[own:] <= largest))
    pure = limited and _is_pure(d, scales.index(OWN), allowed, -round(exponent or 0))
    return Decay(tuple(scales), tuple(defects), last is not None, exponent, limited, pure)


def _is_rate(exponent: float | None) -> bool:
    return exponent is not None and any(abs(exponent + p) < SLACK for p in (1, 2))


def _last_seen(d: Array, allowed: float) -> int | None:
    """Return where the defect is seen for the last time, or None if it is seen up to the largest scales."""
    above = np.flatnonzero(~(d <= allowed))
    last = int(above[-1]) if len(above) else 0
    return last if last <= len(d) - 4 else None


def _is_pure(d: Array, first: int, allowed: float, p: int) -> bool:
    r"""Return whether defects come to :math:`s^{-p}` as fast as those of an eps do, from one scale on.

    An eps changes f by a series in :math:`x = s^{-p}`, so one doubling divides the defect by
    :math:`2^p(1 + O(x))`, and x is about the defect over its largest value.
    """
    peak = float(np.max(d[np.isfinite(d)], initial=0))
    for here, there in pairwise(d[first:]):
        if not 8 * allowed < min(here, there) or here >= LARGEST:
            continue
        noise = 4 * allowed / there
        if abs(2**p * there / here - 1) > 10 * here / peak + noise:
            return False
    return True


def _exponent(d: Array, last: int) -> float | None:
    """Return p if the defect follows scale^p over the last doublings at which it is seen."""
    first = last
    while first > 0 and d[first - 1] < LARGEST and d[first - 1] > d[first]:
        first -= 1
    for start in range(max(first, last - 8), last - POINTS + 2):  # the rate is that of the end, if not of all
        window = d[start : last + 1]
        if np.any(window >= LARGEST):
            continue
        slopes = np.diff(np.log2(window))
        middle = float(np.median(slopes))
        if np.max(np.abs(slopes - middle)) < 2 * SLACK:
            return middle
    return None


def decays_of(function: LossFunction, family: Family, bases: Sequence[Baseline], aspect: str) -> list[Decay]:
    """Return how the break depends on the scale at each point if it dies out at all of them, else nothing."""
    if not dies_out(function, family, bases, aspect):
        return []
    found = []
    for base in [b for b in bases if not b.blind(aspect)]:
        found.append(decay(function, family, base, aspect))
        if not found[-1].dies:
            return []
    return found


def limited_one(decays: Sequence[Decay]) -> Decay | None:
    """Return a decay if they are those of an eps, else None.

    At one point units may cancel, or one that hardly counts may be felt late, so that the rate must be that of an eps
    at two points, and pure at one; a true break spoils it at all.
    """
    limited = [one for one in decays if one.limited]
    return limited[0] if len(limited) > 1 and any(one.pure for one in limited) else None


def too_large(decays: Sequence[Decay]) -> Decay | None:
    """Return a decay if most are at the rate of an eps, though the defect is large at the weights' own scale."""
    large = [one for one in decays if one.is_too_large]
    return large[0] if large and len(large) > len(decays) // 2 else None


def dies_out(function: LossFunction, family: Family, bases: Sequence[Baseline], aspect: str) -> bool:
    """Return whether factors of their own for the units change nothing where all of them are large.

    What a trade shrinks may be what stands beside the eps; then they must be small.
    """
    ways = (1, -1) if family.is_trade else (1,)
    return any(_dies_out(function, family, bases, aspect, sign) for sign in ways)


def _dies_out(function: LossFunction, family: Family, bases: Sequence[Baseline], aspect: str, sign: int) -> bool:
    rng = np.random.default_rng(0)
    far = sign * (36 if function.dtype == np.float64 else 16)
    for base in bases[:2]:
        large = np.full(family.count, float(far))
        try:
            here, there = (
                function.observe(family.scaled(base.w, x))[aspect].astype(float)
                for x in (large, large + sign * rng.integers(0, 8, family.count))
            )
        except Exception:  # not defined out there, so nothing is known
            return False
        with np.errstate(invalid="ignore"):
            change = np.max(np.abs(there - here), initial=0)
        if not change <= 4 * base.allowed[aspect] * base.sizes[aspect]:
            return False
    return True
