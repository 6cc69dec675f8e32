"""Python's ``math``, ``float`` and ``complex`` inside a law: for a while they take balls as they take floats.

Without, a law that takes ``math.exp(x)`` could be tried on floats alone, where nothing tells what cancels; and one that
asks whether ``float(x) == float(y)`` would be told what rounding makes of two numbers.
"""

from __future__ import annotations

import builtins
import functools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

from psitheory.arithmetic.ball import Ball, ComplexBall
from psitheory.errors import MadeAFloat
from psitheory.runner.code.sizes import codes


def _method(name: str) -> Callable[..., Any]:
    return lambda x: getattr(x, name)()


def _kind(*numbers: Any) -> Any:
    return next(type(x) for x in numbers if isinstance(x, Ball))


def _logarithm(x: Any, base: Any = None) -> Any:
    if base is None:
        return x.log()
    kind = _kind(x, base)
    return kind(x).log() / kind(base).log()


_SAME_NAME = (
    *("sqrt", "exp", "expm1", "log1p", "sin", "cos", "tan", "asin", "acos", "atan"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "gamma", "lgamma", "erf", "erfc"),
)
_OF_BALLS: dict[str, Callable[..., Any]] = {name: _method(name) for name in _SAME_NAME} | {
    "log": _logarithm,
    "log2": lambda x: _logarithm(x, 2),
    "log10": lambda x: _logarithm(x, 10),
    "atan2": lambda y, x: _kind(y, x).atan2(_kind(y, x)(y), _kind(y, x)(x)),
    "pow": lambda x, y: _kind(x, y)(x) ** y,
    "hypot": lambda *xs: sum(x * x for x in xs).sqrt(),
    "fabs": abs,
    "fmod": lambda x, y: x - _kind(x, y)(math.trunc(x / y)) * y,
    "fsum": sum,
}


def _for_both(function: Callable[..., Any], of_balls: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def either(*args: Any) -> Any:
        numbers = args if len(args) != 1 or not isinstance(args[0], (list, tuple)) else args[0]
        return of_balls(*args) if any(isinstance(x, Ball) for x in numbers) else function(*args)

    return either


_BOTH = {name: _for_both(getattr(math, name), of_balls) for name, of_balls in _OF_BALLS.items()}
_BY_FUNCTION = {getattr(math, name): both for name, both in _BOTH.items()}


class _Standing(type):
    """A class that stands for Python's own of which it is one: of it are those numbers, and no balls."""

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, cls.__bases__[0])

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, cls.__bases__[0])


class FloatOrBall(float, metaclass=_Standing):
    """What stands for ``float`` in a law: a ball is its own float, the number and not what it would be rounded to.

    Arrays of this type are arrays of objects, which keep their balls.
    """

    def __new__(cls, *value: Any) -> Any:
        """Return a ball as it is, and of anything else the float.

        Raises
        ------
        MadeAFloat
            If it has none, as the text of a ball.
        """
        return value[0] if value and isinstance(value[0], Ball) else _made(float, *value)


class ComplexOrBall(complex, metaclass=_Standing):
    """What stands for ``complex`` likewise."""

    def __new__(cls, *parts: Any) -> Any:
        """Return the complex ball of two numbers, of which one is a ball, or the complex number."""
        if not any(isinstance(part, (Ball, ComplexBall)) for part in parts):
            return _made(complex, *parts)
        real, imaginary = (*parts, 0)[:2]
        return real + imaginary * 1j + 0j


def _made(kind: Callable[..., Any], *args: Any) -> Any:
    try:
        return kind(*args)
    except (TypeError, ValueError) as error:
        raise MadeAFloat(f"a float was made of what is none: {error}") from error


_OF_PYTHON = {float: FloatOrBall, complex: ComplexOrBall}


@contextmanager
def functions_take_balls(parts: tuple[FunctionType, ...]) -> Iterator[None]:
    """Let ``float``, ``complex`` and the functions of ``math`` take balls, by any names that parts have for them."""
    stand_ins = [
        (names, name, value)
        for names, name in _named_around(parts)
        if (value := _standing_for(names.get(name, getattr(builtins, name, None)))) is not None
    ]
    before = [(names, name, names.get(name)) for names, name, _ in stand_ins]
    of_math = {name: getattr(math, name) for name in _BOTH}
    try:
        for name, both in _BOTH.items():
            setattr(math, name, both)
        for names, name, value in stand_ins:
            names[name] = value
        yield
    finally:
        for name, function in of_math.items():
            setattr(math, name, function)
        for names, name, value in before:
            if value is None:  # of Python's own, which no module names
                del names[name]
            else:
                names[name] = value


@functools.lru_cache(maxsize=1024)
def _named_around(parts: tuple[FunctionType, ...]) -> tuple[tuple[dict[str, Any], str], ...]:
    """Return the names that the parts have for what takes balls in another's place, each with its module's names."""
    around = {
        (id(part.__globals__), name): (part.__globals__, name)
        for part in parts
        for code in codes(part.__code__)
        for name in code.co_names
    }
    named = [(names, name, names.get(name, getattr(builtins, name, None))) for names, name in around.values()]
    return tuple((names, name) for names, name, value in named if _standing_for(value) is not None)


def _standing_for(value: Any) -> Any:
    """Return what takes balls in place of a value that a law names, None if it needs nothing."""
    if isinstance(value, type):
        return _OF_PYTHON.get(value)
    return _BY_FUNCTION.get(value) if type(value) is type(math.sqrt) else None
