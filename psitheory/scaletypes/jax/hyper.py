"""The hyper-parameters of a pair: floats that its functions close over, by the names they have there."""

from __future__ import annotations

import functools
import types
from collections import Counter
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import jax.numpy as jnp
import numpy as np
from jax.core import ShapedArray
from jax.extend.core import Primitive

from psitheory.scaletypes.numbers import Number
from psitheory.scaletypes.trace import Trace, has_few_bits

RATE = "rate"
"""What the rate is called."""
NUMBER = Primitive("number_with_degree")
"""Stands in a jaxpr for a hyper-parameter that could not be known again by its bits."""
NUMBER.def_impl(lambda *, value, degree: jnp.asarray(value))
NUMBER.def_abstract_eval(lambda *, value, degree: ShapedArray((), jnp.result_type(float), weak_type=True))


class Marked(Number):
    """A hyper-parameter changed in its last bits, equal to what it was before."""

    nominal: float

    @classmethod
    def of(cls, nominal: float, value: float, trace: Trace, degree: int) -> Self:
        """Return it with its degree."""
        out = cls(value, trace, degree, fixed=True)
        out.nominal = nominal
        return out

    def __eq__(self, other: object) -> Any:
        return self.nominal == other or float(self) == other

    def __ne__(self, other: object) -> Any:
        return not self == other

    __hash__ = Number.__hash__


class Exact(Marked):
    """A hyper-parameter that is a power of two, which stays as it is: 1 − 1 must be 0."""

    def __jax_array__(self) -> Any:
        return NUMBER.bind(value=float(self), degree=self.degree)


@dataclass
class Marks:
    """Gives floats degrees of their own, by name; a second one of a name has another name.

    It may have another value, or another place: one eps beside a root and one inside of it scale unlike.
    """

    trace: Trace
    factors: Mapping[str, float] = field(default_factory=dict)
    _names: dict[tuple[str, float, int], str] = field(default_factory=dict)
    _met: Counter[tuple[str, float]] = field(default_factory=Counter)

    def number(self, name: str, x: float, place: int = 0) -> Marked:
        """Return a float with a degree of its own; ``place`` tells those of one name and value apart."""
        taken = sum(known == name for known, *_ in self._names)
        label = self._names.setdefault((name, x, place), f"{name} {taken + 1}" if taken else name)
        degree = self.trace.hyper(label, abs(x))
        by = self.factors.get(label, 1.0)
        if abs(np.frexp(x)[0]) == 0.5 and label != RATE:  # a power of two
            return Exact.of(x, x * by, self.trace, degree)
        changed = x * (1 + 3.7e-9 * (self.trace.degrees.index(degree) + 1))
        out = Marked.of(x, changed * by, self.trace, degree)
        values = [float(out)] + [x for x in [float(np.float32(out))] if not has_few_bits(x)]  # code may round it
        self.trace.known |= {v: (degree, True) for x in values for v in (x, -x)}
        return out

    @contextmanager
    def of(self, *functions: Any) -> Iterator[None]:
        """Mark the floats that functions close over inside the block."""
        changed: list[tuple[Any, str, Any]] = []
        self._met.clear()  # they are met in one order, whenever functions are made anew
        try:
            self._look(functions, changed, set())
            yield
        finally:
            for home, name, value in reversed(changed):
                _put(home, name, value)

    def _look(self, x: Any, changed: list[tuple[Any, str, Any]], seen: set[int]) -> None:
        if id(x) in seen or len(seen) > 2000:
            return
        seen.add(id(x))
        for home, name, value in _held(x):
            if type(value) is float and value and np.isfinite(value):
                changed.append((home, name, value))
                self._met[name, value] += 1
                _put(home, name, self.number(name, value, self._met[name, value]))
            elif isinstance(value, (types.FunctionType, types.MethodType, functools.partial, tuple, list, dict)) or (
                callable(value) and hasattr(value, "__wrapped__")
            ):
                self._look(value, changed, seen)


def _held(x: Any) -> Iterator[tuple[Any, str, Any]]:
    """Yield what an object holds: its home, its name and the value."""
    if isinstance(x, types.MethodType):
        yield from ((x.__self__, name, value) for name, value in list(getattr(x.__self__, "__dict__", {}).items()))
        x = x.__func__
    if isinstance(x, functools.partial):
        yield from _held(x.keywords)
        x = x.func, *x.args
    if isinstance(x, types.FunctionType):
        for name, cell in zip(x.__code__.co_freevars, x.__closure__ or (), strict=True):
            try:
                yield cell, name, cell.cell_contents
            except ValueError:  # it is empty
                continue
        yield from _held(x.__kwdefaults__ or {})
    if callable(x) and hasattr(x, "__wrapped__"):
        yield None, "", x.__wrapped__
    if isinstance(x, dict):
        yield from ((x, str(name), value) for name, value in list(x.items()) if isinstance(name, str))
    if isinstance(x, (tuple, list)):
        yield from ((None, "", value) for value in x if type(value) is not float)


def _put(home: Any, name: str, value: Any) -> None:
    if isinstance(home, types.CellType):
        home.cell_contents = value
    elif isinstance(home, MutableMapping):
        home[name] = value
    elif home is not None:
        object.__setattr__(home, name, value)
