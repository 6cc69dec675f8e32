"""Rigorous enclosures: object arrays of ``flint.arb``, at the precision of a context manager."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from psitheory.arithmetic.objects import ObjectNamespace


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Compute with ``bits`` bits inside the block, and restore the precision after it.

    The precision of balls is a global of the process; this is the only place that sets it.
    """
    from flint import ctx

    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


@cache
def _types() -> tuple[Any, Any, Any]:
    """Return the types of balls, ratios and complex balls; the statement that imports them takes long."""
    from flint import acb, arb, fmpq

    return arb, fmpq, acb


class Balls(ObjectNamespace):
    """Midpoint-radius arithmetic.  A comparison of overlapping balls answers None, never False.

    Attributes
    ----------
    hulls : int
        How many times so far both branches were enclosed, and both signs, as no more precision may decide.
    """

    name, hulls = "balls", 0

    def element(self, value: Any) -> Any:
        """Return an enclosure of ``value``: exact for floats and ints, rounded outwards for ratios."""
        arb, ratio, acb = _types()
        if isinstance(value, (arb, acb)):
            return value
        if isinstance(value, (Fraction, Decimal)):
            return arb(ratio(*value.as_integer_ratio()))
        if isinstance(value, np.generic):
            value = value.item()
        return acb(value) if isinstance(value, complex) else arb(value)

    def either(self, x: Any, y: Any) -> Any:
        """Return the hull of both branches."""
        self.hulls += 1
        return self.element(x).union(self.element(y))

    def isfinite(self, x: Any) -> Any:
        """Return whether each ball is finite."""
        finite = np.frompyfunc(lambda ball: bool(self.element(ball).is_finite()), 1, 1)(x)
        return np.asarray(finite, dtype=bool)

    def sinc(self, x: Any) -> Any:
        """Return sin(x)/x, 1 at 0, without dividing by a ball that holds zero."""
        return np.frompyfunc(lambda ball: self.element(ball).sinc(), 1, 1)(x)

    def zero_rows(self, rows: Any) -> Any:
        """Tell of each row (..., d) whether all of it is the exact zero."""
        flags = np.frompyfunc(lambda ball: bool(self.element(ball).is_zero()), 1, 1)(rows)
        return np.all(np.asarray(flags, dtype=bool), axis=-1)

    def scalar_is_zero(self, x: Any) -> bool | None:
        """Return True for the exact 0, False for a ball without 0, else None."""
        ball = self.element(x)
        return True if ball.is_zero() else (None if ball.contains(0) else False)

    def scalar_greater(self, x: Any, y: Any) -> bool | None:
        """Return True or False where every pair of points agrees, else None."""
        arb, *_ = _types()
        left, right = self.element(x), self.element(y)
        return True if arb.__gt__(left, right) else (False if arb.__le__(left, right) else None)

    def scalar_less(self, x: Any, y: Any) -> bool | None:
        """Return True or False where every pair of points agrees, else None."""
        return self.scalar_greater(y, x)

    def scalar_maximum(self, x: Any, y: Any) -> Any:
        """Return an enclosure of the maximum."""
        return self.element(x).max(self.element(y))

    def scalar_minimum(self, x: Any, y: Any) -> Any:
        """Return an enclosure of the minimum."""
        return self.element(x).min(self.element(y))

    def scalar_abs(self, x: Any) -> Any:
        """Return an enclosure of the absolute value."""
        return abs(self.element(x))

    def scalar_sign(self, x: Any) -> Any:
        """Return an enclosure of the sign."""
        ball = self.element(x)
        self.hulls += ball.contains(0) and not ball.is_zero()
        return ball.sgn()

    def scalar_atan2(self, y: Any, x: Any) -> Any:
        """Return an enclosure of the angle of (x, y)."""
        one, other = self.element(y), self.element(x)
        return type(one).atan2(one, other)

    def sqrt_of_square(self, x: Any) -> Any:
        """Return the root of what is known to be no less than zero, though its ball may reach below."""
        return np.frompyfunc(lambda ball: self.element(ball).nonnegative_part().sqrt(), 1, 1)(x)


def _analytic(name: str) -> Any:
    def function(self: Balls, x: Any) -> Any:
        return getattr(self.element(x), name)()

    function.__doc__ = f"Return an enclosure of {name}(x)."
    return function


for _name in ("sqrt", "exp", "log", "log1p", "expm1", "sin", "cos", "tan", "atan", "tanh"):
    setattr(Balls, f"scalar_{_name}", _analytic(_name))

BALLS = Balls()
"""The namespace of ball arrays."""


def is_complex(value: Any) -> bool:
    """Tell whether a number is a complex float or ball."""
    *_, acb = _types()
    return isinstance(value, (complex, acb))


def is_infinity(ball: Any) -> bool:
    """Tell whether a real ball is infinity itself, as a distance between two components is, or less infinity.

    One that has grown without bound on the way has an infinite radius, or none that is a number.
    """
    return bool(ball.rad().is_finite() and not ball.is_finite() and not ball.is_nan())


def enclosure(value: Any) -> Any:
    """Return ``value`` as ``flint.arb``: what a runner judges, which knows that balls may overlap."""
    arb, *_ = _types()
    return arb(BALLS.element(value))
