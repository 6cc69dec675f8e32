"""What a loss shows at one point, with one-ulp controls against which a change is judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from psitheory.arithmetic import Array
from psitheory.symmetry.function import HALF, LossFunction, Seen
from psitheory.symmetry.sampling import usable, wide

CONTROLS = 4
LARGEST_ROUNDING = 0.01
ALLOWED = 10
"""A change is rounding if it is at most this many times what one ulp of the parameters does."""
ROUNDED = 32
"""Units of rounding that are nothing, whatever controls show: sums are rounded otherwise from call to call."""
BEYOND = 2.0**20
"""What is so many times larger than anything that some controls show is not shown by others: rounding spreads less."""


@dataclass(frozen=True)
class Change:
    """How far one evaluation lies from a baseline.

    Attributes
    ----------
    size : float
        The largest change relative to the size of what is seen (infinite if it is not finite).
    allowed : float
        What rounding explains, on the same scale.
    exact : bool
        Whether every bit is the same.
    """

    size: float
    allowed: float
    exact: bool

    @property
    def seen(self) -> bool:
        """Return whether the change is more than rounding."""
        return not (self.exact or self.size <= self.allowed)


@dataclass(frozen=True, eq=False)
class Baseline:
    """What a loss shows at ``w``, and how much one ulp changes it."""

    w: Array
    seen: Seen
    sizes: dict[str, float]
    allowed: dict[str, float]
    ulp: float = 0.0
    """The relative distance of neighbouring numbers in the precision of the function."""

    def change(self, seen: Seen, aspect: str) -> Change:
        """Return how far another evaluation lies from this one, in its ``loss`` or its ``outputs``."""
        here, there = self.seen[aspect], seen[aspect]
        if here.shape != there.shape:
            return Change(float("inf"), self.allowed[aspect], False)
        if np.array_equal(here, there):
            return Change(0.0, self.allowed[aspect], True)
        with np.errstate(invalid="ignore", over="ignore"):
            gap = np.max(np.abs(there.astype(float) - here.astype(float)))
        size = float(gap) / self.sizes[aspect] if np.isfinite(gap) else float("inf")
        return Change(size, self.allowed[aspect], False)

    def explains(self, change: Change, function: LossFunction, w: Array, aspect: str, *, added: bool = False) -> bool:
        """Return whether rounding at ``w``, where the other evaluation was made, explains the change.

        Where a bias is much larger than what it is added to, digits are lost that are not lost here; with ``added``
        as many are taken to be lost everywhere.
        """
        if not change.seen or not change.size < max(LARGEST_ROUNDING, ALLOWED * self.ulp):
            return not change.seen
        rng = np.random.default_rng(0)
        here = baseline(function, w, rng, controls=0, added=added)
        most = 0.0
        for k in range(3 * CONTROLS):  # one by one, since the first ones are mostly enough
            if k == CONTROLS and change.size > BEYOND * most:
                return False
            there = baseline(function, w, rng, controls=1, added=added, seen=here.seen)
            most = max(most, there.allowed[aspect] * there.sizes[aspect] / self.sizes[aspect])
            if change.size <= most:
                return True
        return False

    def beside(self, seen: Seen, dtype: np.dtype[Any]) -> Baseline:
        """Return the baseline of a function that rounds as this one does, given what is ``seen`` of it at w."""
        sizes = {aspect: float(np.max(np.abs(x), initial=0)) or 1.0 for aspect, x in seen.items()}
        least = ROUNDED * float(np.finfo(dtype).eps)
        allowed = {a: max(self.allowed[a] * self.sizes[a] / size, least) for a, size in sizes.items()}
        return Baseline(self.w, seen, sizes, allowed, self.ulp)

    def blind(self, aspect: str) -> bool:
        """Return whether rounding is so large here that nothing can be told."""
        eps = max(self.ulp, float(np.finfo(self.seen[aspect].dtype).eps))
        return bool(self.allowed[aspect] > ALLOWED * eps**0.38)  # 1e-6 in float64, 2e-3 in float32


def baseline(
    function: LossFunction,
    w: Array,
    rng: np.random.Generator,
    *,
    controls: int = CONTROLS,
    added: bool = False,
    seen: Seen | None = None,
    still: Array | None = None,
) -> Baseline:
    """Return the baseline of ``function`` at ``w``, by moves of an ulp of each entry, or of the largest (``added``).

    What is ``seen`` there need not be computed again.  Entries that are ``still`` are not moved.
    """
    seen = function.observe(w) if seen is None else seen
    moved = [function.observe(_moved(function, w, rng, added=added, still=still)) for _ in range(controls)]
    sizes, allowed = {}, {}
    for aspect, here in seen.items():
        sizes[aspect] = float(np.max(np.abs(here), initial=0)) or 1.0
        spread = _largest(
            [np.abs(there[aspect].astype(float) - here) for there in moved if there[aspect].shape == here.shape]
        )
        eps = float(np.finfo(function.dtype).eps)
        allowed[aspect] = max(ALLOWED * spread / sizes[aspect], ROUNDED * eps)
    return Baseline(w, seen, sizes, allowed, function.ulp)


def agree(function: LossFunction, w: Array, one: Seen, other: Seen) -> bool:
    """Tell whether two evaluations at ``w`` are the same but for rounding, if not bit for bit.

    Sums that depend on where arrays lie in memory, or on which thread comes first, are rounded otherwise each time.
    """
    here = baseline(function, w, np.random.default_rng(0), controls=0, seen=one)
    unlike = [aspect for aspect in one if not np.array_equal(one[aspect], other[aspect], equal_nan=True)]
    return not any(here.change(other, aspect).seen for aspect in unlike)


def _moved(
    function: LossFunction, w: Array, rng: np.random.Generator, *, added: bool, still: Array | None = None
) -> Array:
    """Return w with each entry an ulp up, down or as it is; in one array, since new pages cost more than arithmetic."""
    out = np.full_like(w, np.abs(w).max(initial=0)) if added else np.abs(w)
    out *= function.ulp
    out *= rng.integers(-1, 2, w.shape, np.int8)
    if still is not None:
        out[still] = 0
    out += w
    return out


def usable_baselines(
    function: LossFunction, rng: np.random.Generator, count: int, *, controls: int = CONTROLS
) -> list[Baseline]:
    """Return the baselines of ``count`` points at which the loss is finite."""
    return [baseline(function, w, rng, controls=controls, seen=seen) for w, seen in usable(function, rng, count)]


def example_baselines(function: LossFunction, rng: np.random.Generator) -> list[Baseline]:
    """Return the baseline of the example point, and of one drawn around its whole numbers, where they tell anything.

    It is where f is used, and may be unlike all points that are drawn: f may read ``int(w)`` of entries that are 1.
    """
    if function.point is None:
        return []
    own = function.point.astype(function.dtype).astype(float)
    is_whole = (own == np.round(own)) & (own != 0)
    points = [own, np.where(is_whole, own, wide(function, rng, 1)[0])] if is_whole.any() else [own]
    bases = []
    for w in points:
        try:
            with np.errstate(all="ignore"):
                base = baseline(function, w, rng)
                if any(map(base.blind, function.aspects)):  # no rounding, if it steps at whole numbers
                    base = baseline(function, w, rng, still=w == np.round(w))
        except Exception:  # a layer that is not defined at its first values
            continue
        bases += [base] if np.isfinite(base.seen["loss"]) else []
    return bases


SMOOTH = 1e-10
"""Second differences of a function that computes in float64 are smaller."""


def _roughness(function: LossFunction, w: Array, seen: Seen, rng: np.random.Generator) -> float:
    """Return a second difference over steps of 2^-22, relative to the size of what is seen at w.

    It is nan where steps so short change nothing, which tells nothing, and infinite where all numbers are single ones:
    of these many a second difference is 0.
    """
    aspect = function.aspects[0]
    x = w * rng.choice(np.array([-1, 1], np.int8), size=w.shape)
    x *= 2.0**-22
    here, up, down = (one[aspect].astype(float) for one in (seen, function.observe(w + x), function.observe(w - x)))
    if np.array_equal(here, up) and np.array_equal(here, down):
        return float("nan")
    with np.errstate(invalid="ignore", over="ignore"):
        if all(np.array_equal(x, x.astype(np.float32)) for x in (here, up, down)):
            return float("inf")
        size = np.max(np.abs(here), initial=0) or 1.0
        return float(np.max(np.abs(up - 2 * here + down), initial=0) / size)


def in_own_precision(function: LossFunction, rng: np.random.Generator) -> LossFunction:
    """Return the function with the precision in which it really computes, for those that leave float64 on the way.

    Second differences over steps of 2^-22 are rounding: curvature adds 2^-44 alone.  The steps are longer than the
    rounding of float32 weights, which would not see shorter ones.
    """
    if function.ulp > HALF:
        said = f"it casts to a format of neighbours {function.ulp:.2g} apart on the way, and is judged so"
        return replace(function, notes=(*function.notes, said))
    if function.dtype != np.float64:
        return function
    found = []
    for w, seen in usable(function, rng, 3):
        found.append(_roughness(function, w, seen, rng))
        if found[-1] <= SMOOTH:  # one point at which it computes in float64 decides
            return function
    if np.all(np.isnan(found)) or not np.nanmin(found) > SMOOTH:
        return function
    single = np.dtype(np.float32)
    without = function.without_eps
    return replace(
        function,
        dtype=single,
        notes=(*function.notes, "it rounds as float32 does somewhere on the way, and is judged so"),
        without_eps=None if without is None else lambda: replace(without(), dtype=single),
        of_outputs=None if function.of_outputs is None else replace(function.of_outputs, dtype=single),
    )


def _largest(gaps: Sequence[Array]) -> float:
    with np.errstate(invalid="ignore"):
        return max((float(np.nan_to_num(np.max(gap, initial=0), nan=np.inf)) for gap in gaps), default=0.0)
