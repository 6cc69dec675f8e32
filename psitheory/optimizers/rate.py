"""What methods are tuned by: rates, decays, factors; one for all, for each run, for each block or for each step."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from psitheory.arithmetic import Array, namespace
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import ArgumentError
from psitheory.layout import Layout
from psitheory.optimizers.checks import PerBlock, check_values, is_schedule
from psitheory.optimizers.interface import Rate


def is_zero(value: Any) -> bool:
    """Tell whether ``value`` is one number, exactly zero, so that its term may be left out."""
    if type(value) is int or type(value) is float:
        return value == 0
    return not isinstance(value, PerBlock) and np.ndim(value) == 0 and bool(value == 0)


# -- values as factors of arrays (..., n) ---------------------------------------------------------


def at_step(rate: Rate, t: int, layout: Layout, w: Array, name: str = "rate") -> Any:
    """Return the rate of step ``t`` in the arithmetic of ``w``, shaped to multiply arrays like ``w`` (..., n)."""
    if is_schedule(rate):
        rate = rate(t)  # type: ignore[operator]
        check_values(rate, f"{name}({t})", may_be_zero=False)
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
    if type(value) is float and type(w) is np.ndarray and w.dtype.kind == "f":
        return value
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
