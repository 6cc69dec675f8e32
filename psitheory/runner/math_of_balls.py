"""The functions of Python's ``math`` inside a law: they know floats only, and for a while they know balls too.

Without, a law that takes ``math.exp(x)`` could be tried on floats alone, where nothing tells what cancels.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

from psitheory.arithmetic.ball import Ball


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


@contextmanager
def math_takes_balls(functions: Iterable[FunctionType]) -> Iterator[None]:
    """Let the functions of ``math``, and what the modules of these functions import from it, take balls inside."""
    imported = [
        (part.__globals__, name, part.__globals__[name])
        for part in functions
        for name in part.__code__.co_names
        if _is_of_math(part.__globals__.get(name))
    ]
    before = {name: getattr(math, name) for name in _BOTH}
    try:
        for name, both in _BOTH.items():
            setattr(math, name, both)
        for names, name, function in imported:
            names[name] = _BY_FUNCTION[function]
        yield
    finally:
        for name, function in before.items():
            setattr(math, name, function)
        for names, name, function in imported:
            names[name] = function


def _is_of_math(value: Any) -> bool:
    return type(value) is type(math.sqrt) and value in _BY_FUNCTION
