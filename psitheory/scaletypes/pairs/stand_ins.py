"""Stand-ins for NumPy and its generators, where plain ones would lose the degrees of entries."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from psitheory.layout import Layout
from psitheory.scaletypes.nested import leaves, mapped
from psitheory.scaletypes.numbers import Number, known
from psitheory.scaletypes.pairs.entries import CALLED, DEGREED, Entries, Entry, as_one, floats, in_memory
from psitheory.scaletypes.pairs.on_values import OF_MATRICES, called
from psitheory.scaletypes.stand_ins import Namespace, patched, standing_for
from psitheory.scaletypes.trace import Trace

NATURAL = frozenset(["isfinite", "isnan", "isinf", "signbit"])
"""Functions of values alone, which NumPy does not have for objects."""
PAIRED = {"hypot": "hypot", "arctan2": "atan2"}
"""Functions of two numbers, and our own."""
CREATING = {"empty": 0.0, "zeros": 0.0, "ones": 1.0}
"""Functions that make arrays, by what these are filled with."""
FLOATS = frozenset(["float16", "float32", "float64", "longdouble", "half", "single", "double"])
"""Types that are called to cast one number, and named where arrays are."""
ADDING = frozenset(["add", "subtract"])
"""Functions beside whose entries an array of the code has one unknown."""
LIMITING = {"clip": "clip", "maximum": "maximum", "minimum": "minimum", "fmax": "maximum", "fmin": "minimum"}
"""Functions that compare with limits, and our own, where a limit that is taken has a degree."""


class Numpy(Namespace):
    """NumPy, but for functions that keep degrees; those that entries do not have run on floats and are probed."""

    def __init__(self, trace: Trace) -> None:
        super().__init__(np, self._changed)
        self._trace = trace

    def __getattr__(self, name: str) -> Any:
        return Draws(np.random, self._trace) if name == "random" else super().__getattr__(name)

    def _changed(self, name: str, function: Any) -> Any:
        if name in FLOATS:
            return standing_for(function, lambda x=0.0: _rounding(function, x))
        if name == "ndarray":
            return standing_for(function, _array)
        return function if isinstance(function, type) else Wrapped(function, self._keeping(name, function))

    def _keeping(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function of NumPy that keeps the degrees of entries."""
        if name in CALLED or name in PAIRED:  # NumPy asks each element for it, and numbers among entries have none
            own = getattr(DEGREED, CALLED.get(name) or PAIRED[name])
            return lambda *x, **options: own(*x) if any(map(_has_entries, x)) else function(*x, **options)
        if name in CREATING:
            return self._creating(function, CREATING[name])
        if name in ("array", "asarray"):
            return self._cast(function)
        if name == "frombuffer":
            return lambda buffer, *args, **options: function(_bytes(buffer, name), *args, **options)
        if name in NATURAL:
            return lambda x: function(floats(x)) if _has_entries(x) else function(x)
        if name in ADDING:
            return lambda x, y, *args, **options: function(as_one(x, y), as_one(y, x), *args, **options)
        if name in LIMITING:
            return self._limiting(function, getattr(DEGREED, LIMITING[name]))
        return partial(self._tried, name, function)

    def _tried(self, name: str, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Call a function on entries if it takes them, else on their values."""
        if name not in OF_MATRICES:
            try:
                return function(*args, **options)
            except (TypeError, AttributeError):
                if not any(map(_has_entries, leaves((args, options)))):
                    raise
        return mapped(casting, called(name, function, args, options, self._trace))

    def _creating(self, function: Callable[..., Any], value: float) -> Callable[..., Any]:
        """Return a function that makes entries, since a float array would take no number with its degree."""

        def create(*args: Any, **options: Any) -> Any:
            made = function(*args, **options)
            if made.dtype.kind != "f":
                return made
            out = np.empty(made.shape, dtype=object)
            out[...] = Entry(Number(value, self._trace, self._trace.literal(value), fixed=True))
            return casting(out)

        return create

    def _cast(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def cast(x: Any, dtype: Any = None, *args: Any, **options: Any) -> Any:
            floats = dtype is not None and np.dtype(dtype).kind == "f"
            if floats and _has_entries(objects := function(x, None, *args, **options)):
                return casting(objects).astype(dtype)
            return function(x, dtype, *args, **options)

        return cast

    def _limiting(self, function: Callable[..., Any], own: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            self._trace.comparing, before = "clamp", self._trace.comparing
            given = [x if (n := known(x, self._trace)) is None else Entry(n) for x in args]
            try:
                return function(*args, **options) if options or not any(map(_has_entries, given)) else own(*given)
            finally:
                self._trace.comparing = before

        return call


def _rounding(kind: Any, x: Any) -> Any:
    """Return what a type of NumPy makes of numbers, entries with the degrees that they have."""
    return casting(x).astype(kind) if _has_entries(x) else kind(x)


def _array(shape: Any, dtype: Any = float, buffer: Any = None, *args: Any, **options: Any) -> Any:
    """Return an array of the memory of another, of whose degrees nothing is known from then on."""
    return np.ndarray(shape, dtype, None if buffer is None else _bytes(buffer, "ndarray"), *args, **options)


class CastingLayout:
    """A layout whose arrays keep degrees where they are cast."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._layout, name)
        return (lambda *args, **options: casting(found(*args, **options))) if callable(found) else found


def casting(x: Any) -> Any:
    """Return an array of entries as one that keeps their degrees where it is cast, and anything else as it is."""
    return x.view(Entries) if isinstance(x, np.ndarray) and x.dtype == object else x


class Draws:
    """A generator, or NumPy's module of them, whose draws are no constants of the code."""

    def __init__(self, rng: Any, trace: Trace) -> None:
        self._rng, self._trace = rng, trace

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._rng, name)
        if isinstance(method, type) or not callable(method):
            return method
        return lambda *args, **options: self._typed(method(*args, **options))

    def _typed(self, x: Any) -> Any:
        if isinstance(x, np.random.Generator):
            return Draws(x, self._trace)
        if isinstance(x, float):
            return Entry(Number(x, self._trace, 0, fixed=False))
        if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
            return x
        out = np.empty(x.size, dtype=object)
        out[:] = [Entry(Number(float(v), self._trace, 0, fixed=False)) for v in x.ravel()]
        return casting(out.reshape(x.shape))


@dataclass(frozen=True)
class Wrapped:
    """A function in place of another, with what that has besides, such as ``at`` and ``reduce``."""

    function: Callable[..., Any]
    call: Callable[..., Any]

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Call what is in its place."""
        return self.call(*args, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.function, name)


@contextmanager
def stand_ins(code: Any, trace: Trace) -> Iterator[None]:
    """Let the module in which ``code`` stands use the stand-ins inside the block, unless it is one of ours."""
    module = sys.modules.get(getattr(code, "__module__", None) or "")
    if module is None or is_ours(code):
        yield
        return
    own = Numpy(trace)
    before = {name: x for name, x in vars(module).items() if _of_numpy(own, x) is not None}
    vars(module).update({name: _of_numpy(own, x) for name, x in before.items()})
    try:
        with patched([module], trace, lambda x: x.number if isinstance(x, Entry) else None, like=_like):
            yield
    finally:
        vars(module).update(before)


def _like(given: Any, number: Number) -> Any:
    """Return a number as the one that was given: one in an entry keeps its degree among arrays of floats."""
    return Entry(number) if isinstance(given, Entry) else number


def _of_numpy(own: Numpy, x: Any) -> Any:
    """Return what stands for NumPy, its modules of matrices and draws, or a function of these; None for the rest."""
    homes = {np: own, np.linalg: own.linalg, np.random: own.random}
    if isinstance(x, ModuleType):
        return homes.get(x)
    name = getattr(x, "__name__", None) if callable(x) else None
    return next((getattr(own, name) for home, own in homes.items() if name and vars(home).get(name) is x), None)


def is_ours(code: Any) -> bool:
    """Tell whether code is of this library, which casts nothing."""
    return str(getattr(code, "__module__", None) or "").startswith("psitheory.")


def _has_entries(x: Any) -> bool:
    return isinstance(x, Entry) or (isinstance(x, np.ndarray) and x.dtype == object)


def _bytes(buffer: Any, what: str) -> Any:
    """Return what holds the numbers of a buffer of entries, and any other buffer as it is."""
    found = np.asarray(buffer) if memoryview(buffer).format == "O" else None
    return buffer if found is None else in_memory(found, what)
