"""Whole numbers that balls are taken for: towards zero, below, above, nearest; and what is left of a division."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from psitheory.arithmetic.ways import undecided
from psitheory.errors import BranchUndecided


def _taken(ball: Any, taken: Callable[[Any], int]) -> int:
    """Return what all points of a ball are taken for, where no point is taken for less than a smaller one."""
    what = f"the whole part of {ball.str(8)} is not decided"
    if not ball.is_finite():
        raise BranchUndecided(what)
    low, high = map(taken, ball.ends())
    if low == high:
        return low
    what = f"{what} for all points of the ball"
    if high - low > 1:
        raise BranchUndecided(what)
    return high if undecided(what) else low


def _below(exact: Any) -> int:
    return int(exact.floor().unique_fmpz())


def _above(exact: Any) -> int:
    return int(exact.ceil().unique_fmpz())


def _inwards(exact: Any) -> int:
    return _below(exact) if exact >= 0 else _above(exact)


def _nearest(exact: Any, unit: int = 1) -> int:
    """Return how many units are the nearest; of two numbers the even one, as Python and NumPy do."""
    ratio = exact.fmpq() / unit
    low = int(ratio.floor())
    twice = 2 * (ratio - low)
    return low + (low % 2 if twice == 1 else int(twice > 1))


def _dividing(told: Callable[[Any, Any], Any], *, swapped: bool = False) -> Callable[[Any, Any], Any]:
    """Return a method that tells how often one number goes into another, what is left, or both."""

    def method(self: Any, other: Any) -> Any:
        x, y = (other, self) if swapped else (self, other)
        quotient = x / y
        if not isinstance(quotient, Whole):  # but an array, which divides entry by entry
            return NotImplemented
        kind: Any = type(self)
        times = kind(_taken(quotient, _below))
        return told(times, x - times * y)

    return method


class Whole:
    """What a ball is taken for; where its points are taken for several whole numbers, it is refused."""

    __slots__ = ()

    def __int__(self) -> int:
        return _taken(self, _inwards)

    def __trunc__(self) -> int:
        return _taken(self, _inwards)

    def __floor__(self) -> int:
        return _taken(self, _below)

    def __ceil__(self) -> int:
        return _taken(self, _above)

    def __round__(self, digits: int | None = None) -> Any:
        if digits is None:
            return _taken(self, _nearest)
        kind: Any = type(self)
        unit = kind(10) ** abs(digits)
        if digits >= 0:
            return (unit * self).rint() / unit
        return unit * kind(_taken(self, partial(_nearest, unit=10**-digits)))  # a division would round the middle

    def rint(self) -> Any:
        """Return the nearest whole number as a ball; NumPy rounds by this name."""
        kind: Any = type(self)
        return kind(_taken(self, _nearest))

    __floordiv__ = _dividing(lambda times, left: times)
    __rfloordiv__ = _dividing(lambda times, left: times, swapped=True)
    __mod__ = _dividing(lambda times, left: left)
    __rmod__ = _dividing(lambda times, left: left, swapped=True)
    __divmod__ = _dividing(lambda times, left: (times, left))
    __rdivmod__ = _dividing(lambda times, left: (times, left), swapped=True)
