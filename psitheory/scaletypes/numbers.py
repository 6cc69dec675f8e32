"""Python floats that carry a degree."""

from __future__ import annotations

import math
from typing import Any, Self

from psitheory.scaletypes.degrees import simple
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.trace import Trace


class Number(float):
    """A float with its degree; ``fixed`` if it is made of constants of the code alone."""

    trace: Trace
    degree: int
    fixed: bool

    def __new__(cls, value: float, trace: Trace, degree: int, fixed: bool) -> Self:
        """Make it, and let the trace know it again by its bits."""
        out = super().__new__(cls, value)
        out.trace, out.degree, out.fixed = trace, int(degree), fixed
        if degree or not fixed:
            trace.remember(float(out), out.degree, fixed)
        return out

    # -- its degree and that of another operand ----------------------------------------------------

    def _other(self, other: Any, *, added: bool) -> tuple[int, bool]:
        if isinstance(other, Number):
            return other.degree, other.fixed
        found = self.trace.known.get(float(other)) if isinstance(other, float) else None
        return found or (self.trace.literal(float(other)) if added else 0, True)

    def _sum(self, other: Any, value: float) -> Number:
        degree, fixed = self._other(other, added=True)
        if float(other) == 0:
            return Number(value, self.trace, self.degree, self.fixed)
        if float(self) == 0:
            return Number(value, self.trace, degree, fixed)
        if self.fixed == fixed:
            self.trace.demand(self.degree, degree, Kind.HARD, "sum")
            # a literal rather than a rate, and so that what follows is not blamed too
            simpler = min(degree, self.degree, key=self.trace.degrees.terms)
            return Number(value, self.trace, simpler, fixed)
        alike = (float(self) > 0) == (float(other) > 0)
        self.trace.constant(self.degree, degree, alike, self.degree if self.fixed else degree)
        if self.trace.follows(Kind.CONSTANT):
            value = self._followed(other, value, degree)
        return Number(value, self.trace, degree if self.fixed else self.degree, False)

    def _followed(self, other: Any, value: float, degree: int) -> float:
        """Return a sum whose constant scales along; ``value`` tells the signs of its terms."""
        x, y = float(self), float(other)
        sign_x, sign_y = next((s, t) for s in (1, -1) for t in (1, -1) if s * x + t * y == value)
        factor = self.trace.times(self.degree, degree)
        return sign_x * x / factor + sign_y * y if self.fixed else sign_x * x + sign_y * y * factor

    def _product(self, other: Any, value: float, mine: int, its: int) -> Number:
        degree, fixed = self._other(other, added=False)
        found = self.trace.degrees.pair(self.degree, degree, mine, its)
        return Number(value, self.trace, found, self.fixed and fixed)

    def __add__(self, other: Any) -> Any:
        return self._sum(other, float(self) + float(other)) if isinstance(other, (int, float)) else NotImplemented

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self._sum(other, float(self) - float(other)) if isinstance(other, (int, float)) else NotImplemented

    def __rsub__(self, other: Any) -> Any:
        return self._sum(other, float(other) - float(self)) if isinstance(other, (int, float)) else NotImplemented

    def __mul__(self, other: Any) -> Any:
        if not isinstance(other, (int, float)):
            return NotImplemented
        return self._product(other, float(self) * float(other), 1, 1)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        if not isinstance(other, (int, float)):
            return NotImplemented
        return self._product(other, float(self) / float(other), 1, -1)

    def __rtruediv__(self, other: Any) -> Any:
        if not isinstance(other, (int, float)):
            return NotImplemented
        return self._product(other, float(other) / float(self), -1, 1)

    def __neg__(self) -> Number:
        return Number(-float(self), self.trace, self.degree, self.fixed)

    def __pos__(self) -> Number:
        return self

    def __abs__(self) -> Number:
        return Number(abs(float(self)), self.trace, self.degree, self.fixed)

    def __pow__(self, power: Any, mod: None = None) -> Any:
        if not isinstance(power, (int, float)):
            return NotImplemented
        return raised(self, float(power), self.trace, float(self) ** float(power))

    def __rpow__(self, base: Any, mod: None = None) -> Any:
        self.trace.demand(self.degree, 0, Kind.HARD, "exponent")
        return float(base) ** float(self) if isinstance(base, (int, float)) else NotImplemented

    # -- comparisons -------------------------------------------------------------------------------

    def _compared(self, other: Any) -> Any:
        """Return what to compare with, after demanding its degree."""
        if isinstance(other, (int, float)) and float(self) and float(other) and math.isfinite(other):
            degree = self._other(other, added=True)[0]
            self.trace.compare(self.degree, degree, float(self), float(other), self.trace.comparing)
            if self.trace.follows(Kind.WINDOW):
                return float(other) * self.trace.times(self.degree, degree)
        return other

    def __lt__(self, other: Any) -> Any:
        return float(self).__lt__(self._compared(other))

    def __le__(self, other: Any) -> Any:
        return float(self).__le__(self._compared(other))

    def __gt__(self, other: Any) -> Any:
        return float(self).__gt__(self._compared(other))

    def __ge__(self, other: Any) -> Any:
        return float(self).__ge__(self._compared(other))

    def __eq__(self, other: object) -> Any:
        return float(self).__eq__(other)

    def __hash__(self) -> int:
        return hash(float(self))

    # -- ways in which a number leaves: sound for degree zero alone --------------------------------

    def _plain(self, what: str) -> float:
        self.trace.demand(self.degree, 0, Kind.HARD, what)
        return float(self)

    def __round__(self, *digits: Any) -> Any:
        return round(self._plain("rounding"), *digits)

    def __int__(self) -> int:
        return int(self._plain("cast to an integer"))

    def __floor__(self) -> int:
        return math.floor(self._plain("cast to an integer"))

    def __ceil__(self) -> int:
        return math.ceil(self._plain("cast to an integer"))

    def __floordiv__(self, other: Any) -> Any:
        return self._plain("floor") // other

    def __mod__(self, other: Any) -> Any:
        return self._plain("remainder") % other

    def __copy__(self) -> Number:
        return self

    def __deepcopy__(self, memo: Any) -> Number:
        return self

    def __reduce__(self) -> Any:
        return float, (float(self),)


def raised(x: Number, power: float, trace: Trace, value: float) -> Number:
    """Return a power of a number, whose exponent must be a simple fraction unless its degree is zero."""
    try:
        degree = int(trace.degrees.times(x.degree, nearly(power)))
    except ValueError:
        trace.demand(x.degree, 0, Kind.HARD, "power")
        degree = 0
    return Number(value, trace, degree, x.fixed)


def nearly(power: float) -> Any:
    """Return the simple fraction that an exponent is, to the 1e-7 by which hyper-parameters are marked."""
    from fractions import Fraction

    found = Fraction(power).limit_denominator(64)
    return found if abs(float(found) - power) <= 1e-7 * abs(power) else simple(power)


def known(x: Any, trace: Trace) -> Number | None:
    """Return a number with its degree, if it has one."""
    if isinstance(x, Number):
        return x
    found = trace.known.get(float(x)) if isinstance(x, float) else None
    return Number(x, trace, *found) if found else None
