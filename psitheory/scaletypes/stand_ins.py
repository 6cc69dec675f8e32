"""Stand-ins for ``math``, ``float``, ``max`` and ``min`` that keep the degrees of numbers."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.numbers import Number, known, raised
from psitheory.scaletypes.trace import Trace

Read = Callable[[Any], "Number | None"]
"""Reads the number in an array of one element, or returns None."""


class Math(types.ModuleType):
    """A stand-in for :mod:`math` that keeps degrees."""

    def __init__(self, trace: Trace, read: Read) -> None:
        super().__init__("math")
        self._trace, self._read = trace, read

    def __getattr__(self, name: str) -> Any:
        function = getattr(math, name)
        return self._typed(name, function) if callable(function) else function

    def _typed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            numbers = (known(a, self._trace) or self._read(a) for a in args)
            x = next((n for n in numbers if n is not None), None)
            out = function(*args)
            if x is None or name in ("isnan", "isinf", "isfinite", "isclose", "copysign"):
                return out
            if name in ("sqrt", "cbrt", "pow"):
                power = {"sqrt": 1 / 2, "cbrt": 1 / 3}.get(name) or float(args[1])
                return raised(x, power, self._trace, out)
            if name == "fabs":
                return abs(x)
            self._trace.demand(x.degree, 0, Kind.HARD, name)
            return out

        return call


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
def patched(modules: Iterable[Any], trace: Trace, read: Read) -> Iterator[None]:
    """Let the code of modules use stand-ins for ``math``, ``float``, ``max`` and ``min`` inside the block."""
    stand_ins = {"float": float_of(trace, read)} | {
        name: extreme_of(name == "max", trace, read) for name in ("max", "min")
    }
    changed: list[tuple[Any, str, Any]] = []
    for module in modules:
        names = vars(module)
        for name, value in list(names.items()):
            if value is math:
                changed.append((module, name, value))
                setattr(module, name, Math(trace, read))
            elif value is math.sqrt or value is math.pow:
                changed.append((module, name, value))
                setattr(module, name, getattr(Math(trace, read), value.__name__))
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
