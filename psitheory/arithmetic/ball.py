"""Balls that take no branch by guess: an ordinary comparison is decided for every pair of points, or refused.

Neither do they turn into floats in a law, as ``math.sqrt`` would have them, which would then pass for exact.

``flint.arb`` answers False both to x < y and to x >= y where the balls overlap, and counts a ball as true that holds
zero.  The namespace of balls knows that; ``if x < y`` in a law does not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flint import acb, arb

from psitheory.arithmetic.rounded import blurred
from psitheory.arithmetic.ways import undecided
from psitheory.arithmetic.whole import Whole
from psitheory.errors import MadeAFloat

_LIBRARY = str(Path(__file__).resolve().parents[1])
_LAWS = str(Path(_LIBRARY, "laws"))

_OF_TWO = ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "rpow")
_OF_ONE = ("neg", "pos", "abs")


DIGITS = 15
"""A ball that is exactly a number of so many digits is a float; one of more digits may be none."""


class Ball(Whole, arb):
    """A ball whose comparisons and truth value raise BranchUndecided where its points disagree."""

    __slots__ = ()

    def __eq__(self, other: object) -> Any:
        if isinstance(other, complex):
            return ComplexBall(self) == other
        y = _number(other)
        if y is None:
            return NotImplemented
        if self is y or (self.is_exact() and y.is_exact()):
            return self is y or bool(arb.__eq__(self, y))
        return _refused(self, "==", y) if self.overlaps(y) else False

    def __ne__(self, other: object) -> Any:
        same = self.__eq__(other)
        return same if same is NotImplemented else not same

    __hash__ = None  # type: ignore[assignment]  # a set would compare by guess

    def __lt__(self, other: Any) -> Any:
        return _ordered(self, "<", other, arb.__lt__, arb.__ge__)

    def __le__(self, other: Any) -> Any:
        return _ordered(self, "<=", other, arb.__le__, arb.__gt__)

    def __gt__(self, other: Any) -> Any:
        return _ordered(self, ">", other, arb.__gt__, arb.__le__)

    def __ge__(self, other: Any) -> Any:
        return _ordered(self, ">=", other, arb.__ge__, arb.__lt__)

    def __bool__(self) -> bool:
        return bool(self != 0)

    def __float__(self) -> float:
        asking = sys._getframe(1).f_code.co_filename
        if asking.startswith(_LIBRARY) and not asking.startswith(_LAWS):  # which knows what it rounds
            return float(arb.mid(self))
        raise MadeAFloat("a float was made of a number that is no float, as by the functions of math")

    __complex__ = __float__

    def __str__(self) -> str:
        """Return text that a float reads only where it is that number: all others have more digits, and a radius."""
        return self.str(DIGITS)

    __repr__ = __str__

    def ends(self) -> tuple[arb, arb]:
        """Return the lowest and the highest point, to within the precision outwards, as exact balls."""
        return arb(arb.lower(self)), arb(arb.upper(self))

    def __pow__(self, exponent: Any, modulo: None = None) -> Any:
        """Return a power; one with a whole exponent is finite about zero, where flint goes through a logarithm."""
        if type(exponent) is not int or exponent < 1 or not self.contains(0):
            return type(self)(arb.__pow__(self, exponent))
        low, high = self.ends()
        least = -arb.__pow__(-low, exponent) if exponent % 2 else arb(0)
        most = high if exponent % 2 or high > -low else -low
        return type(self)(least.union(arb.__pow__(most, exponent)))

    @staticmethod
    def atan2(y: Any, x: Any) -> Any:
        """Return the angle of (x, y)."""
        return Ball(arb.atan2(y, x))


def _number(other: Any) -> Any:
    if isinstance(other, arb):
        return other
    try:
        return arb(other)
    except (TypeError, ValueError):
        return None


def _ordered(x: Ball, sign: str, y: Any, says_so: Callable[..., Any], denies: Callable[..., Any]) -> Any:
    y = _number(y)
    if y is None:
        return NotImplemented
    if says_so(x, y):
        return True
    return False if denies(x, y) else _refused(x, sign, y)


def _refused(x: Any, sign: str, y: Any) -> bool:
    return undecided(f"whether {x.str(8)} {sign} {y.str(8)} is not decided for all points of the balls")


class ComplexBall(acb):
    """A complex ball, likewise: what compares it for all of its points is decided or refused."""

    __slots__ = ()

    def __eq__(self, other: Any) -> Any:
        try:
            y = acb(other)
        except (TypeError, ValueError):
            return NotImplemented
        if self is other or (self.is_exact() and y.is_exact()):
            return self is other or bool(acb.__eq__(self, y))
        return _refused(self, "==", y) if self.overlaps(y) else False

    __ne__, __hash__, __bool__ = Ball.__ne__, None, Ball.__bool__  # type: ignore[assignment]

    def __complex__(self) -> complex:
        raise MadeAFloat("a float was made of a number that is no float, as by the functions of cmath")

    @property
    def real(self) -> Any:
        """Return the real part."""
        return watching(type(self), acb.real.__get__(self))

    @property
    def imag(self) -> Any:
        """Return the imaginary part."""
        return watching(type(self), acb.imag.__get__(self))


def watching(kind: type[Any], number: Any) -> Any:
    """Return a ball of that ``kind``, or a complex one of the like; what is none as it is."""
    if isinstance(number, acb):
        return (BlurredComplexBall if issubclass(kind, _BLURRED) else ComplexBall)(number)
    if isinstance(number, arb):
        return (BlurredBall if issubclass(kind, _BLURRED) else Ball)(number)
    return number


def _made(kind: type[Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of ``flint`` whose answer is of that ``kind``, if it is a ball."""

    def method(self: Any, *args: Any, **options: Any) -> Any:
        return watching(kind, function(self, *args, **options))

    method.__name__, method.__doc__ = getattr(function, "__name__", "method"), getattr(function, "__doc__", None)
    return method


def _operator(kind: type[Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the same for an operator of two numbers, of which a run is made; the general way takes twice as long."""

    def method(self: Any, other: Any) -> Any:
        out = function(self, other)
        if out is NotImplemented and isinstance(other, (complex, acb)):  # which flint's real balls do not know
            out = getattr(acb, function.__name__)(acb(self), other)
        return kind(out) if type(out) is flints else watching(kind, out)

    flints = arb if issubclass(kind, arb) else acb

    return method


def _blurring(kind: type[Any], function: Callable[..., Any]) -> Callable[..., Any]:
    plain = _operator(kind, function)
    return lambda self, other: plain(self, blurred(other))


def _install(kind: type[Any], base: type[Any], operator: Callable[..., Any]) -> None:
    for name in _OF_TWO:
        setattr(kind, f"__{name}__", operator(kind, getattr(base, f"__{name}__")))
    for name in (*(f"__{name}__" for name in _OF_ONE), *(name for name in dir(base) if not name.startswith("_"))):
        if callable(getattr(base, name)) and not isinstance(vars(base).get(name), staticmethod):
            setattr(kind, name, _made(kind, getattr(base, name)))


def _install_power(kind: type[ComplexBall], blurring: Callable[[Any], Any]) -> None:
    def power(self: Any, exponent: Any, modulo: None = None) -> Any:
        return watching(kind, acb.__pow__(self, blurring(exponent)))

    kind.__pow__ = power  # type: ignore[method-assign]


class BlurredBall(Ball):
    """A ball that takes a float which it meets for what it was rounded from."""

    __slots__ = ()

    def __pow__(self, exponent: Any, modulo: None = None) -> Any:
        return super().__pow__(blurred(exponent))

    @staticmethod
    def atan2(y: Any, x: Any) -> Any:
        """Return the angle of (x, y)."""
        return BlurredBall(arb.atan2(y, x))


class BlurredComplexBall(ComplexBall):
    """A complex ball likewise."""

    __slots__ = ()


_BLURRED = (BlurredBall, BlurredComplexBall)
_install(Ball, arb, _operator)
_install(ComplexBall, acb, _operator)
_install(BlurredBall, arb, _blurring)
_install(BlurredComplexBall, acb, _blurring)
_install_power(ComplexBall, lambda exponent: exponent)
_install_power(BlurredComplexBall, blurred)
