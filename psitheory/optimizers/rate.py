"""Rates of steps: a positive number, one for each trajectory, or a function of the step count."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

from psitheory.arithmetic import SYMBOLS, Array, namespace
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import ArgumentError, ArgumentTypeError, shown
from psitheory.optimizers.interface import Rate


def is_schedule(rate: Rate) -> bool:
    """Tell whether ``rate`` is a function of the step count."""
    return callable(rate) and not hasattr(rate, "__add__")  # elements of SymPy's fields can be called too


def check_rate(rate: Rate, name: str = "rate") -> None:
    """Raise an error unless ``rate`` is positive and finite; schedules are checked as they are used.

    A symbol has no sign to look at, and a ball is refused only if all of it is negative or zero.

    Raises
    ------
    ArgumentError
        If a rate is zero, negative, infinite or NaN.
    ArgumentTypeError
        If it is no number, array of numbers or callable.
    """
    if not is_schedule(rate):
        _check_values(rate, name, smallest_is_zero=False)


def check_nonnegative(value: Any, name: str) -> None:
    """Raise an error unless ``value`` (a decay, a small number in a denominator) is finite and at least 0."""
    _check_values(value, name, smallest_is_zero=True)


def check_momentum(value: Any, name: str = "momentum") -> None:
    """Raise an error unless ``value`` is a factor in [0, 1)."""
    _check_values(value, name, smallest_is_zero=True)
    value = float(value) if isinstance(value, Fraction) else value
    xp = namespace(value)
    if xp is not SYMBOLS and _is_false(xp.greater(_one(xp), value)):
        raise ArgumentError(f"{name} is {shown(value)}; a factor of at least 0 and less than 1 is needed")


def at_step(rate: Rate, t: int, w: Array, name: str = "rate") -> Any:
    """Return the rate of step ``t`` in the arithmetic of ``w``, shaped to multiply arrays like ``w`` (..., n)."""
    if is_schedule(rate):
        rate = rate(t)  # type: ignore[operator]
        _check_values(rate, f"{name}({t})", smallest_is_zero=False)
    return per_row(rate, w)


def per_row(value: Any, w: Array) -> Any:
    """Return ``value``, a scalar or one number for each row of ``w``, shaped to multiply ``w`` (..., n)."""
    xp = namespace(w)
    if isinstance(xp, ObjectNamespace):
        return xp.asarray(value)[..., None] if np.ndim(value) else xp.element(value)
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, np.ndarray) and xp is np:
        # a float64 array would carry float32 weights over to float64
        value = value.astype(w.real.dtype, copy=False)
    if getattr(value, "ndim", 0):
        return value[..., None]
    # NumPy's own scalars carry a dtype too; Python's do not
    return value.item() if isinstance(value, (np.generic, np.ndarray)) else value


def _check_values(value: Any, name: str, *, smallest_is_zero: bool) -> None:
    needed = "zero or a positive number" if smallest_is_zero else "a positive number"
    if type(value) is float and 0 < value < math.inf:
        return
    if isinstance(value, (bool, str, bytes, complex, list, tuple, dict, type(None))):
        raise ArgumentTypeError(f"{name} is {shown(value)}; {needed}, or an array of such, is needed")
    if isinstance(value, Fraction):
        value = float(value)
    xp = namespace(value)
    if xp is SYMBOLS:
        return
    if isinstance(xp, ObjectNamespace):
        wrong = _is_false(xp.isfinite(value))
        zero = xp.element(0)
        wrong = wrong or (_is_true(xp.less(value, zero)) if smallest_is_zero else _is_false(xp.greater(value, zero)))
    else:
        array = np.asarray(value)
        if array.dtype.kind not in "fiuO":
            raise ArgumentTypeError(f"{name} is {shown(value)}; {needed}, or an array of such, is needed")
        inside = (array >= 0) if smallest_is_zero else (array > 0)
        wrong = not bool(np.all(inside & (array < math.inf)))
    if wrong:
        raise ArgumentError(f"{name} is {shown(value)}; {needed} is needed")


def _one(xp: Any) -> Any:
    return xp.element(1) if isinstance(xp, ObjectNamespace) else 1


def _is_false(answers: Any) -> bool:
    """Tell whether some answer is a plain no; an undecided one is not."""
    return any(answer is not None and not answer for answer in np.asarray(answers, dtype=object).flat)


def _is_true(answers: Any) -> bool:
    return any(answer is not None and bool(answer) for answer in np.asarray(answers, dtype=object).flat)
