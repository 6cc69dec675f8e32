"""What methods are tuned by: rates, decays, factors; one for all, for each run, for each block or for each step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from psitheory.arithmetic import Array, namespace
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import ArgumentError, ArgumentTypeError, shown
from psitheory.layout import Layout
from psitheory.optimizers.interface import Rate


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


# -- checks -------------------------------------------------------------------------------------


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
        _check_values(rate, name, may_be_zero=False)


def check_nonnegative(value: Any, name: str) -> None:
    """Raise an error unless ``value`` (a decay, a small number in a denominator) is finite and at least 0."""
    _check_values(value, name, may_be_zero=True)


def check_factor(value: Any, name: str) -> None:
    """Raise an error unless ``value`` is a number in [0, 1)."""
    _check_values(value, name, may_be_zero=True)
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


def is_zero(value: Any) -> bool:
    """Tell whether ``value`` is one number, exactly zero, so that its term may be left out."""
    return not isinstance(value, PerBlock) and np.ndim(value) == 0 and bool(value == 0)


def _check_values(value: Any, name: str, *, may_be_zero: bool) -> None:
    needed = "zero or a positive number" if may_be_zero else "a positive number"
    if type(value) is float and 0 < value < math.inf:
        return
    if isinstance(value, PerBlock):
        _check_values(value.blocks, f"{name}.blocks", may_be_zero=may_be_zero)
        _check_values(value.free, f"{name}.free", may_be_zero=may_be_zero)
        return
    if isinstance(value, (bool, str, bytes, complex, list, tuple, dict, type(None))):
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


# -- values as factors of arrays (..., n) ---------------------------------------------------------


def at_step(rate: Rate, t: int, layout: Layout, w: Array, name: str = "rate") -> Any:
    """Return the rate of step ``t`` in the arithmetic of ``w``, shaped to multiply arrays like ``w`` (..., n)."""
    if is_schedule(rate):
        rate = rate(t)  # type: ignore[operator]
        _check_values(rate, f"{name}({t})", may_be_zero=False)
    return spread(rate, layout, w)


def spread(value: Any, layout: Layout, w: Array) -> Any:
    """Return ``value`` in the arithmetic of ``w``, shaped to multiply arrays like ``w`` (..., n)."""
    if not isinstance(value, PerBlock):
        return _per_row(value, w)
    of_blocks = value.blocks
    of_blocks = layout.expand(_matched(of_blocks, w)) if np.ndim(of_blocks) else _per_row(of_blocks, w)
    return by_kind(layout, w, of_blocks, _per_row(value.free, w))


def spread_decay(decay: Any, layout: Layout, w: Array) -> Any:
    """Return ``decay`` likewise; unless it says so itself, the free part does not decay."""
    return spread(decay if isinstance(decay, PerBlock) or not layout.p else PerBlock(decay, 0), layout, w)


def by_kind(layout: Layout, w: Array, of_blocks: Any, of_free: Any) -> Any:
    """Return ``of_blocks`` at the entries of blocks and ``of_free`` at the free ones; both broadcast to (..., n)."""
    if not layout.p:
        return of_blocks
    is_free = np.concatenate([np.full(part.size, not part.blocks) for part in layout.parts])
    mixed = namespace(w).where(is_free, of_free, of_blocks)
    return mixed if mixed.dtype == object else mixed.astype(w.real.dtype, copy=False)


def _per_row(value: Any, w: Array) -> Any:
    """Return ``value``, a number or one for each row of ``w``, shaped to multiply ``w`` (..., n)."""
    xp = namespace(w)
    if np.ndim(value):
        _check_one_for_each_run(value, w)
    if isinstance(xp, ObjectNamespace):
        return xp.asarray(value)[..., None] if np.ndim(value) else xp.element(value)
    if isinstance(value, Fraction):
        return float(value)
    if getattr(value, "ndim", 0):
        return _matched(value, w)[..., None]
    # NumPy's own scalars carry a dtype, which float32 would be carried over to; Python's do not
    return value.item() if isinstance(value, (np.generic, np.ndarray)) else value


def _check_one_for_each_run(value: Array, w: Array) -> None:
    """Raise if ``value`` has not the ensemble's shape, nor one that broadcasts to it."""
    runs, came = tuple(w.shape[:-1]), tuple(value.shape)
    fits = len(came) <= len(runs) and all(k in (1, n) for k, n in zip(came[::-1], runs[::-1], strict=False))
    if not fits:
        raise ArgumentError(f"a rate, decay or factor has the shape {came}; that of the ensemble, {runs}, is needed")


def _matched(value: Array, w: Array) -> Array:
    xp = namespace(w)
    if isinstance(xp, ObjectNamespace):
        return xp.asarray(value)
    return np.asarray(value, dtype=w.real.dtype) if xp is np else value
