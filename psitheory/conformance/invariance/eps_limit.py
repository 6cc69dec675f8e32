r"""Whether a break is the work of an eps: it dies out as the scale grows, at the rate an eps predicts.

Beside a variance of size :math:`s^2` an eps changes what is seen by a multiple of :math:`\epsilon/s^2`, beside a
deviation by :math:`\epsilon/s`.  A break that does not die out (weight decay), dies out faster (a saturated
activation) or is large at the weights' own scale is not excused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from psitheory.arithmetic import Array
from psitheory.conformance.invariance.scaling import Family
from psitheory.symmetry.baseline import Baseline
from psitheory.symmetry.function import LossFunction

SCALES = {8: range(-10, 45), 4: range(-10, 27)}
"""Exponents of two at which the scale is doubled, by the bytes of the precision."""
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
    exponent : float or None
        p of defect ∝ scale^p where the defect is small but above rounding; None where too little of it is seen.
    """

    scales: tuple[int, ...]
    defects: tuple[float, ...]
    exponent: float | None
    limited: bool

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
    exponent = _exponent(defects, base.allowed[aspect])
    own = defects[scales.index(0)]
    limited = exponent is not None and own < LARGEST and any(abs(exponent + p) < SLACK for p in (1, 2))
    return Decay(tuple(scales), tuple(defects), exponent, limited)


def _exponent(defects: Sequence[float], allowed: float) -> float | None:
    """Return p if the defect follows scale^p over the last doublings above rounding, and is rounding ever after."""
    d = np.array(defects)
    above = np.flatnonzero(d > 4 * allowed)
    if not len(above):
        return None
    last = int(above[-1])
    if last > len(d) - 4 or np.any(d[last + 3 :] > 2 * allowed):  # it never dies out
        return None
    first = last
    while first > 0 and d[first - 1] < LARGEST and d[first - 1] > d[first]:
        first -= 1
    window = d[max(first, last - 8) : last + 1]
    if len(window) < POINTS or np.any(window >= LARGEST):
        return None
    slopes = np.diff(np.log2(window))
    middle = float(np.median(slopes))
    return middle if np.max(np.abs(slopes - middle)) < 2 * SLACK else None


def is_eps_limited(function: LossFunction, family: Family, bases: Sequence[Baseline], aspect: str) -> Decay | None:
    """Return the decay if it is that of an eps at every point, else None."""
    found = None
    for base in [b for b in bases if not b.blind(aspect)][:2]:
        found = decay(function, family, base, aspect)
        if not found.limited:
            return None
    return found if found is not None and _each_unit_dies_out(function, family, bases, aspect) else None


def _each_unit_dies_out(function: LossFunction, family: Family, bases: Sequence[Baseline], aspect: str) -> bool:
    """Return whether factors of their own for the units change nothing where all of them are large."""
    rng = np.random.default_rng(0)
    far = 36 if function.dtype == np.float64 else 16
    for base in bases[:2]:
        large = np.full(family.count, float(far))
        here, there = (
            function.observe(family.scaled(base.w, x))[aspect].astype(float)
            for x in (large, large + rng.integers(0, 8, family.count))
        )
        if not np.max(np.abs(there - here), initial=0) <= 4 * base.allowed[aspect] * base.sizes[aspect]:
            return False
    return True
