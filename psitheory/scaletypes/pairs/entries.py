"""Entries of object arrays that carry a degree, and the namespace that computes with them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.numbers import Number, raised
from psitheory.scaletypes.trace import Step

WHOLE = ("rint", "floor", "ceil", "trunc")
"""Functions that round to whole numbers."""
FURTHER = ("log2", "log10", "exp2", "sinh", "cosh", "arcsin", "arccos", "arcsinh", "arccosh", "arctanh")
"""Functions of numbers without a degree that NumPy has beside those of our arithmetic, under its names."""


class Degreed(ObjectNamespace):
    """Floats with degrees: sums and comparisons ask for equal degrees, transcendental functions for degree zero."""

    name = "scale types"

    def __init__(self) -> None:
        super().__init__()
        for name in (*WHOLE, *FURTHER):
            setattr(self, name, self._lifted(name, 1))
        self.hypot = self._lifted("hypot", 2)

    def element(self, value: Any) -> Any:
        """Return an entry as it is, and anything else as a float: a constant of the code."""
        return value if isinstance(value, Entry) or value == 0 else float(value)

    def scalar_sqrt(self, x: Any) -> Any:
        """Return the root, of half the degree."""
        if not isinstance(x, Entry):
            return math.sqrt(x)
        return Entry(raised(x.number, 0.5, x.number.trace, math.sqrt(float(x.number))))

    def scalar_abs(self, x: Any) -> Any:
        """Return the absolute value, of the same degree."""
        return abs(x)

    def scalar_sign(self, x: Any) -> Any:
        """Return the sign, of degree zero."""
        return _of_degree_zero(x, float(np.sign(_float(x))))

    def scalar_atan2(self, y: Any, x: Any) -> Any:
        """Return the angle, of degree zero; both must have one degree."""
        quotient = y / x if x else y
        value = math.atan2(_float(y), _float(x))
        return _transcendental("atan2", lambda _: value)(self, quotient)

    def scalar_hypot(self, x: Any, y: Any) -> Any:
        """Return the length of (x, y), by its definition."""
        return self.scalar_sqrt(x * x + y * y)

    def scalar_maximum(self, x: Any, y: Any) -> Any:
        """Return the larger one: a comparison."""
        return _limit(x, y) if x > y else _limit(y, x)

    def scalar_minimum(self, x: Any, y: Any) -> Any:
        """Return the smaller one: a comparison."""
        return _limit(x, y) if x < y else _limit(y, x)

    def scalar_greater(self, x: Any, y: Any) -> bool:
        """Compare, which asks for equal degrees."""
        return bool(x > y)

    def scalar_less(self, x: Any, y: Any) -> bool:
        """Compare, which asks for equal degrees."""
        return bool(x < y)


def _transcendental(name: str, function: Callable[[float], float]) -> Callable[[Any, Any], Any]:
    def of(_: Degreed, x: Any) -> Any:
        if isinstance(x, Entry):
            x.number.trace.demand(x.number.degree, 0, Kind.HARD, name)
        return _of_degree_zero(x, float(function(_float(x))))

    return of


for _name in ("exp", "log", "log1p", "expm1", "sin", "cos", "tan", "atan", "tanh"):
    setattr(Degreed, f"scalar_{_name}", _transcendental(_name, getattr(math, _name)))
for _name in (*WHOLE, *FURTHER):
    setattr(Degreed, f"scalar_{_name}", _transcendental(_name, getattr(np, _name)))

DEGREED = Degreed()
"""The namespace of arrays whose entries carry degrees."""


class Entry:
    """An entry of an array: a number with its degree, which NumPy keeps as it is (a float it would convert)."""

    __slots__ = ("number",)
    arithmetic: ClassVar[ObjectNamespace] = DEGREED
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, number: Number) -> None:
        self.number = number

    def __float__(self) -> float:
        """Return the number without its degree, of which nothing is known from then on unless it is zero."""
        if self.number.degree or not self.number.fixed:
            self.number.trace.missing("a number leaves its array by float")
        return float(self.number)

    def astype(self, dtype: Any) -> Any:
        """Return it as an array of one entry would be cast."""
        return np.array(self, dtype=object).view(Entries).astype(dtype)[()]

    def item(self) -> Number:
        """Return the number with its degree, as a Python float."""
        return self.number

    def conjugate(self) -> Entry:
        """Return itself, for NumPy."""
        return self

    def __bool__(self) -> bool:
        return bool(float(self.number))

    def __repr__(self) -> str:
        return f"Entry({_float(self)!r}, {self.number.trace.degrees.form(self.number.degree)})"

    def __neg__(self) -> Entry:
        return Entry(-self.number)

    def __abs__(self) -> Entry:
        return Entry(abs(self.number))

    def __eq__(self, other: object) -> Any:
        return _float(self) == _float(other)


class Entries(np.ndarray):
    """An array of entries that keeps their degrees where it is cast."""

    arithmetic: ClassVar[ObjectNamespace] = DEGREED

    def astype(self, dtype: Any, *args: Any, **options: Any) -> Any:
        """Return entries rounded to a floating-point type, each of the degree it has; integers must have none."""
        kind = np.dtype(dtype)
        if kind.kind == "f" and self.dtype == object:
            return _kept(np.reshape([_rounded(x, kind) for x in self.flat], self.shape).view(Entries), kind)
        if kind.kind in "iu" and self.dtype == object:
            return np.reshape(np.array([int(_plain(x)) for x in self.flat], kind), self.shape)
        return super().astype(dtype, *args, **options)

    def round(self, decimals: Any = 0, out: Any = None) -> Any:
        """Return entries rounded to decimals, which must have degree zero."""
        if out is not None or self.dtype != object:
            return super().round(decimals, out)
        return DEGREED.rint(self * 10.0**decimals).view(Entries) / 10.0**decimals

    def tobytes(self, order: Any = "C") -> bytes:
        """Return the bytes of the numbers, of whose degrees nothing is known from then on."""
        return bytes(in_memory(self, "tobytes").tobytes(order))

    def __bytes__(self) -> bytes:
        return self.tobytes()

    @property
    def data(self) -> Any:
        """Return the memory of the numbers, likewise."""
        return in_memory(self, "data").data

    @property
    def ctypes(self) -> Any:
        """Return the address of the numbers, likewise."""
        return in_memory(self, "ctypes").ctypes

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        """Return what NumPy computed: one number as an entry, what are no entries as an ordinary array."""
        if return_scalar or not array.ndim:
            return array[()]
        return array.view(Entries if array.dtype == object else np.ndarray)


def _beside_one(name: str) -> Callable[[Any, Any], Any]:
    """Return a sum or a difference in which an array of the code has one unknown for all its numbers."""
    plain = getattr(np.ndarray, name)
    return lambda self, other: plain(self, as_one(other, self))


def as_one(x: Any, beside: Any) -> Any:
    """Return an array of floats as entries that scale together, so that its signs are seen; anything else as it is."""
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f" or x.size < 2:
        return x
    trace = next((e.number.trace for e in np.asarray(beside, object).flat if isinstance(e, Entry)), None)
    degree = trace.literal(float(np.max(np.abs(x)))) if trace is not None else 0
    if trace is None or not degree:  # all are zero, or one is no number
        return x
    out = np.empty(x.shape, dtype=object)
    out.ravel()[:] = [Entry(Number(v, trace, degree, fixed=True)) for v in x.ravel().tolist()]
    return out.view(Entries)


def in_memory(entries: Any, what: str) -> Any:
    """Return entries as floats, whose memory is asked for: that of objects holds but where they are."""
    for x in entries.flat:
        if isinstance(x, Entry):
            x.number.trace.missing(f"numbers leave their array by {what}")
            break
    return floats(entries)


def floats(entries: Any) -> Any:
    """Return entries as floats, without their degrees."""
    return np.vectorize(_float, otypes=[float])(np.asarray(entries))  # plain, since these have a memory of their own


def _kept(cast: Any, kind: np.dtype[Any]) -> Any:
    """Return entries that were cast, after keeping the step where steps are kept: there numbers may lose their bits."""
    trace = next((x.number.trace for x in cast.flat if isinstance(x, Entry)), None)
    if trace is not None and trace.log is not None:
        degrees = np.array([x.number.degree if isinstance(x, Entry) else 0 for x in cast.flat]).reshape(cast.shape)
        trace.log.append(Step("astype", trace.here(), floats(cast), degrees, float(np.finfo(kind).tiny)))
    return cast


def _rounded(x: Any, kind: np.dtype[Any]) -> Any:
    value = float(kind.type(_float(x)))
    return Entry(Number(value, x.number.trace, x.number.degree, x.number.fixed)) if isinstance(x, Entry) else value


def _float(x: Any) -> float:
    return float(x.number if isinstance(x, Entry) else x)


def _limit(taken: Any, left: Any) -> Any:
    """Return the number of two that were compared which is taken: a constant with the unknown that it was given."""
    if isinstance(taken, Entry) or not isinstance(left, Entry):
        return taken
    trace, value = left.number.trace, float(taken)
    degree = trace.literal(value)
    return Entry(Number(value, trace, degree, fixed=True)) if degree else taken


def _of_degree_zero(x: Any, value: float) -> Any:
    return Entry(Number(value, x.number.trace, 0, x.number.fixed)) if isinstance(x, Entry) else value


def _plain(x: Any) -> Any:
    """Return the number in an entry, and other numbers as Python has them; NotImplemented for arrays."""
    if isinstance(x, Entry):
        return x.number
    if isinstance(x, (Fraction, np.number)):
        return float(x)
    return x if isinstance(x, (int, float)) else NotImplemented


def _operator(name: str) -> Any:
    apply = getattr(operator, name)
    swapped = getattr(Number, f"__r{name}__", None)

    def forward(self: Entry, other: Any) -> Any:
        other = _plain(other)
        return other if other is NotImplemented else _entry(apply(self.number, other))

    def backward(self: Entry, other: Any) -> Any:
        other = _plain(other)
        return other if other is NotImplemented or swapped is None else _entry(swapped(self.number, other))

    return forward, backward


def _entry(x: Any) -> Any:
    return Entry(x) if isinstance(x, Number) else x


def _method(name: str) -> Callable[[Entry], Any]:
    return lambda x: getattr(DEGREED, f"scalar_{name}")(x)


CALLED = {"arctan": "atan"} | {
    n: n for n in ("sqrt", "exp", "log", "log1p", "expm1", "sin", "cos", "tan", "tanh", *WHOLE, *FURTHER)
}
"""Our names of the functions for which NumPy asks objects, by its own."""
for _name, _own in CALLED.items():
    setattr(Entry, _name, _method(_own))
for _name in ("add", "sub", "mul", "truediv", "pow"):
    for _special, _function in zip((f"__{_name}__", f"__r{_name}__"), _operator(_name), strict=True):
        setattr(Entry, _special, _function)
for _name in ("add", "radd", "iadd", "sub", "rsub", "isub"):
    setattr(Entries, f"__{_name}__", _beside_one(f"__{_name}__"))
for _name in ("lt", "le", "gt", "ge"):
    setattr(Entry, f"__{_name}__", _operator(_name)[0])
