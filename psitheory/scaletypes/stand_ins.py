"""Stand-ins for ``math``, ``float``, ``max`` and ``min`` that keep the degrees of numbers, and for NumPy."""

from __future__ import annotations

import functools
import math
import operator
import types
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.nested import leaves
from psitheory.scaletypes.numbers import Number, known, raised
from psitheory.scaletypes.trace import Trace

Read = Callable[[Any], "Number | None"]
"""Reads the number in an array of one element, or returns None."""
Like = Callable[[Any, Number], Any]
"""Returns a number in what holds another one."""


class Math(types.ModuleType):
    """A stand-in for :mod:`math` that keeps degrees, and that what holds a number holds the result."""

    def __init__(self, trace: Trace, read: Read, like: Like = lambda _, number: number) -> None:
        super().__init__("math")
        self._trace, self._read, self._like = trace, read, like

    def __getattr__(self, name: str) -> Any:
        function = getattr(math, name)
        return self._typed(name, function) if callable(function) else function

    def _number(self, x: Any) -> Any:
        return known(x, self._trace) or self._read(x) or x

    # -- by their definitions, whose sums, products and comparisons ask for degrees -----------------

    def fsum(self, xs: Iterable[Any]) -> Any:
        """Return a sum."""
        return sum(map(self._number, xs), 0.0)

    def prod(self, xs: Iterable[Any], *, start: Any = 1) -> Any:
        """Return a product."""
        return functools.reduce(operator.mul, map(self._number, xs), self._number(start))

    def hypot(self, *xs: Any) -> Any:
        """Return a length."""
        numbers = list(map(self._number, xs))
        return self.sqrt(sum((x * x for x in numbers), 0.0))

    def dist(self, p: Iterable[Any], q: Iterable[Any]) -> Any:
        """Return a distance."""
        return self.hypot(*(self._number(x) - self._number(y) for x, y in zip(p, q, strict=True)))

    def atan2(self, y: Any, x: Any) -> float:
        """Return an angle, which has no degree; its sides have the same."""
        y, x = self._number(y), self._number(x)
        if y and x:
            self.atan(y / x)
        return math.atan2(y, x)

    def isclose(self, a: Any, b: Any, *, rel_tol: float = 1e-9, abs_tol: float = 0.0) -> bool:
        """Tell whether two numbers are nearly the same."""
        x, y = self._number(a), self._number(b)
        return bool(x == y or abs(x - y) <= max(rel_tol * max(abs(x), abs(y)), abs_tol))

    def _typed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            numbers = [known(a, self._trace) or self._read(a) for a in args]
            plain = [a if n is None else float(n) for a, n in zip(args, numbers, strict=True)]
            out = function(*plain)
            given, x = next(((a, n) for a, n in zip(args, numbers, strict=True) if n is not None), (None, None))
            if x is None or name in ("isnan", "isinf", "isfinite", "copysign"):
                return out
            if name in ("sqrt", "cbrt", "pow"):
                power = {"sqrt": 1 / 2, "cbrt": 1 / 3}.get(name) or float(plain[1])
                return self._like(given, raised(x, power, self._trace, out))
            if name == "fabs":
                return self._like(given, abs(x))
            self._trace.demand(x.degree, 0, Kind.HARD, name)
            return out

        return call


_SAME = "sqrt cbrt fabs exp expm1 log log2 log10 log1p sin cos tanh hypot prod"
AS_IN_MATH = {"abs": "fabs", "absolute": "fabs", "power": "pow", "arctan": "atan", "arctan2": "atan2"}
AS_IN_MATH |= {name: name for name in _SAME.split()}
"""Functions of NumPy that are those of ``math`` for single numbers."""
WITHOUT_DEGREE = frozenset(["isnan", "isinf", "isfinite", "sign", "signbit"])
"""Functions of NumPy whose results do not depend on scales."""


class Namespace(types.ModuleType):
    """A stand-in for a module and what is inside it: a function of functions may put others in their place."""

    def __init__(self, module: types.ModuleType, change: Callable[[str, Any], Any]) -> None:
        super().__init__(module.__name__)
        self._module, self._change = module, change

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        if isinstance(found, types.ModuleType):
            return Namespace(found, self._change)
        return self._change(name, found) if callable(found) else found


class Leaving(Namespace):
    """A stand-in for :mod:`numpy`, where lists of numbers lose their degrees, which is kept as not derived."""

    def __init__(self, trace: Trace, own: Math) -> None:
        super().__init__(np, self._leaving)
        self._trace, self._own = trace, own

    def _leaving(self, name: str, function: Any) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            degreed = any(isinstance(x, Number) and x.degree for x in leaves((args, options)))
            if not degreed or name in WITHOUT_DEGREE:
                return function(*args, **options)
            single = name == "prod" or all(isinstance(x, (int, float)) for x in args)
            if name in AS_IN_MATH and not options and single:
                return getattr(self._own, AS_IN_MATH[name])(*args)
            self._trace.missing(f"numbers leave for {getattr(function, '__module__', None) or 'numpy'}.{name}")
            return function(*args, **options)

        return function if isinstance(function, type) else call


def standing_for(kind: type, make: Callable[..., Any], **members: Any) -> type:
    """Return a type that passes for another wherever one is named, and makes its objects by a function."""

    class Meta(type):
        def __instancecheck__(cls, x: Any) -> bool:
            return isinstance(x, kind)

        def __subclasscheck__(cls, other: type) -> bool:
            return issubclass(other, kind)

        def __eq__(cls, other: object) -> bool:
            return other is cls or other is kind

        def __hash__(cls) -> int:
            return hash(kind)

        def __call__(cls, *args: Any, **options: Any) -> Any:
            return make(*args, **options)

    return Meta(kind.__name__, (kind,), members)


def float_of(trace: Trace, read: Read) -> type:
    """Return a stand-in for ``float`` that keeps degrees; ``read`` reads those of arrays."""

    def make(x: Any = 0.0) -> Any:
        return x if isinstance(x, Number) else read(x) or float(x)

    return standing_for(float, make, dtype=np.dtype(float))  # NumPy asks a type for it


def extreme_of(larger: bool, trace: Trace, read: Read) -> Callable[..., Any]:
    """Return a stand-in for ``max`` or ``min`` that compares degrees."""
    plain, name = (max, "max") if larger else (min, "min")

    def extreme(*args: Any, **options: Any) -> Any:
        found = [known(x, trace) or read(x) for x in args] if len(args) == 2 and not options else []
        if not any(found):
            return plain(*args, **options)
        x, y = (float(a) if n is None else n for a, n in zip(args, found, strict=True))
        dx, dy = (z.degree if isinstance(z, Number) else trace.literal(z) for z in (x, y))
        if float(x) and float(y) and math.isfinite(x) and math.isfinite(y):
            trace.compare(dx, dy, float(x), float(y), name)
        limit = float(y) * (trace.times(dx, dy) if trace.follows(Kind.WINDOW) else 1)
        taken = 1 if (limit > float(x)) == larger and float(x) != limit else 0
        return args[taken] if found[taken] or not (dx, dy)[taken] else Number(args[taken], trace, (dx, dy)[taken], True)

    return extreme


@contextmanager
def patched(
    modules: Iterable[Any], trace: Trace, read: Read, *, leaving: bool = False, like: Like = lambda _, number: number
) -> Iterator[None]:
    """Let the code of modules use stand-ins for ``math``, ``float``, ``max`` and ``min`` inside the block.

    For NumPy, too, if degrees are lost there, as they are where arrays are those of another library (``leaving``).
    """
    own = Math(trace, read, like)
    stand_ins = {"float": float_of(trace, read)} | {
        name: extreme_of(name == "max", trace, read) for name in ("max", "min")
    }
    changed: list[tuple[Any, str, Any]] = []
    for module in modules:
        names = vars(module)
        for name, value in list(names.items()):
            if value is math or (value is np and leaving):
                changed.append((module, name, value))
                setattr(module, name, own if value is math else Leaving(trace, own))
            elif getattr(value, "__module__", None) == "math" and callable(value):
                changed.append((module, name, value))
                setattr(module, name, getattr(own, value.__name__))
        for name in stand_ins.keys() - names.keys():
            changed.append((module, name, None))
            setattr(module, name, stand_ins[name])
    try:
        yield
    finally:
        for module, name, value in changed:
            if value is None:
                delattr(module, name)
            else:
                setattr(module, name, value)
