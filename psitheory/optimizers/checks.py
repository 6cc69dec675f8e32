"""What the arguments of methods may be: rates, decays, factors, minima, choices; each else is refused in a sentence."""

from __future__ import annotations

import inspect
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from psitheory.arithmetic import namespace
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import ArgumentError, ArgumentTypeError, shown
from psitheory.optimizers.interface import Optimizer, Rate

_NO_NUMBERS = (bool, str, bytes, complex, list, tuple, dict, type(None))
"""What no argument is read from: a list does not say what it broadcasts to."""


@dataclass(frozen=True, eq=False)
class PerBlock:
    """A rate or a decay that differs from block to block.

    Attributes
    ----------
    blocks : number, or array (..., m)
        The value of each block.
    free : number
        The value of the free part.
    """

    blocks: Any
    free: Any


def is_schedule(rate: Rate) -> bool:
    """Tell whether ``rate`` is a function of the step count."""
    return callable(rate) and not hasattr(rate, "__add__")  # elements of SymPy's fields can be called too


def check_rate(rate: Rate, name: str = "rate") -> None:
    """Raise an error unless ``rate`` is positive and finite, or a schedule: its values are checked as they are used.

    A symbol has no sign to look at, and a ball is refused only if all of it is negative or zero.

    Raises
    ------
    ArgumentError
        If a rate is zero, negative, infinite or NaN.
    ArgumentTypeError
        If it is no number, array of numbers or function of one step count.
    """
    if is_schedule(rate):
        _check_signature(rate, name)
    else:
        check_values(rate, name, may_be_zero=False)


def _check_signature(schedule: Any, name: str) -> None:
    try:
        signature = inspect.signature(schedule)
    except (TypeError, ValueError):  # written in C, as np.exp is: there is nothing to look at
        return
    try:
        signature.bind(0)
    except TypeError as error:
        raise ArgumentTypeError(
            f"{name} is {shown(schedule)}, which takes {signature}; a function of one step count is needed"
        ) from error


def check_positive(value: Any, name: str) -> None:
    """Raise an error unless ``value`` is positive and finite, and no schedule."""
    check_values(value, name, may_be_zero=False)


def check_nonnegative(value: Any, name: str) -> None:
    """Raise an error unless ``value`` (a decay, a small number in a denominator) is finite and at least 0."""
    check_values(value, name, may_be_zero=True)


def check_factor(value: Any, name: str) -> None:
    """Raise an error unless ``value`` is a number in [0, 1)."""
    check_values(value, name, may_be_zero=True)
    value = float(value) if isinstance(value, Fraction) else value
    xp = namespace(value)
    one = xp.element(1) if isinstance(xp, ObjectNamespace) else 1
    if np.ndim(value) or (_is_ordered(xp) and _some(xp.greater(one, value), False)):
        raise ArgumentError(f"{name} is {shown(value)}; a number of at least 0 and less than 1 is needed")


def check_model(model: Any, *needed: str) -> None:
    """Raise an error unless ``model`` is a model, with the methods ``needed`` besides ``evaluate``.

    Raises
    ------
    ArgumentTypeError
        If it is a class, or lacks a layout or a method.
    """
    if isinstance(model, type) or not all(hasattr(model, name) for name in ("layout", "evaluate", *needed)):
        methods = " and ".join(f"{name}(w)" for name in ("evaluate", *needed))
        raise ArgumentTypeError(f"model is {shown(model)}; an object with a layout and {methods} is needed")


def check_finite(value: Any, name: str) -> None:
    """Raise an error unless ``value`` is a finite real number, or an array of such; symbols are let through."""
    needed = "a finite number, or a NumPy array of such,"
    if isinstance(value, _NO_NUMBERS) or is_schedule(value):
        raise ArgumentTypeError(f"{name} is {shown(value)}; {needed} is needed")
    xp = namespace(value)
    if isinstance(xp, ObjectNamespace):
        return
    array = np.asarray(float(value) if isinstance(value, Fraction) else value)
    if array.dtype.kind not in "fiu":
        raise ArgumentTypeError(f"{name} is {shown(value)}; {needed} is needed")
    if not bool(np.all(np.isfinite(array))):
        raise ArgumentError(f"{name} is {shown(value)}; {needed} is needed")


def check_flag(value: Any, name: str) -> None:
    """Raise an error unless ``value`` is True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise ArgumentTypeError(f"{name} is {shown(value)}; True or False is needed")


def check_choice(value: Any, name: str, *choices: str | int) -> None:
    """Raise an error unless ``value`` is one of a few."""
    if not isinstance(value, (str, int)) or isinstance(value, bool) or value not in choices:
        raise ArgumentError(f"{name} is {shown(value)}; {' or '.join(map(repr, choices))} is needed")


def check_count(value: Any, name: str) -> None:
    """Raise an error unless ``value`` is an integer of at least 1."""
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 1:
        raise ArgumentError(f"{name} is {shown(value)}; an integer of at least 1 is needed")


def check_method(value: Any, name: str) -> None:
    """Raise an error unless ``value`` is an optimiser, with ``init`` and ``step``, and no class."""
    if isinstance(value, type) or not isinstance(value, Optimizer):
        raise ArgumentTypeError(f"{name} is {shown(value)}; an optimiser with init and step is needed")


def check_values(value: Any, name: str, *, may_be_zero: bool) -> None:
    """Raise an error unless ``value``, or what it holds for blocks and the free part, is positive (or zero)."""
    needed = "zero or a positive number" if may_be_zero else "a positive number"
    if type(value) in (int, float) and (0 < value < math.inf or (may_be_zero and value == 0)):
        return
    if isinstance(value, PerBlock):
        check_values(value.blocks, f"{name}.blocks", may_be_zero=may_be_zero)
        check_values(value.free, f"{name}.free", may_be_zero=may_be_zero)
        return
    if isinstance(value, _NO_NUMBERS) or is_schedule(value):
        raise ArgumentTypeError(f"{name} is {shown(value)}; {needed}, or a NumPy array of such, is needed")
    if isinstance(value, Fraction):
        value = float(value)
    xp = namespace(value)
    if not _is_ordered(xp):
        return
    if isinstance(xp, ObjectNamespace):
        wrong = _some(xp.isfinite(value), False)
        zero = xp.element(0)
        wrong = wrong or (_some(xp.less(value, zero), True) if may_be_zero else _some(xp.greater(value, zero), False))
    else:
        array = np.asarray(value)
        if array.dtype.kind not in "fiuO":
            raise ArgumentTypeError(f"{name} is {shown(value)}; {needed}, or a NumPy array of such, is needed")
        inside = (array >= 0) if may_be_zero else (array > 0)
        wrong = not bool(np.all(inside & (array < math.inf)))
    if wrong:
        raise ArgumentError(f"{name} is {shown(value)}; {needed} is needed")


def _is_ordered(xp: Any) -> bool:
    """Tell whether any two numbers of an arithmetic can be compared."""
    return not isinstance(xp, ObjectNamespace) or xp.ordered


def _some(answers: Any, wanted: bool) -> bool:
    """Tell whether some answer is a plain ``wanted``; an undecided one is neither."""
    return any(answer is not None and bool(answer) is wanted for answer in np.asarray(answers, dtype=object).flat)
