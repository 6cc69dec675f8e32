r"""What a run leaves behind: its course at the recorded times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from psitheory.arithmetic import Array, namespace, scaled_square
from psitheory.display import as_html
from psitheory.errors import ArgumentError, ArgumentTypeError, shown
from psitheory.layout import Layout

Record: TypeAlias = "Callable[[int], np.ndarray] | Sequence[int] | np.ndarray | None"
"""When to record: a function of the number of steps, a sequence of times, or nothing: 200 log-spaced times."""


@dataclass(frozen=True, eq=False)
class Trajectory:
    r"""The course of an ensemble of runs, R recorded times of runs with leading axes (...).

    A run whose loss, gradient or weights cease to be finite is *broken*: from that step on it reads NaN.

    Attributes
    ----------
    times : int array, (R,)
        Step counts t at which the rest is recorded.
    loss : array, (R, ...)
        :math:`f(w_t)`, over all samples even where steps see mini-batches.
    squared_gradient : array, (R, ...)
        :math:`G(w_t) = \sum_i r_i^2\|\nabla_i f\|^2 + \|\nabla_v f\|^2`, the squared Riemannian norm.
    sum_squared_gradient : array, (R, ...), or None
        :math:`\sum_{s<t} G(w_s)`, over every step and not only the recorded ones; None for mini-batches,
        for which G is known at recorded times only.
    min_squared_gradient : array, (R, ...), or None
        :math:`\min_{s<t} G(w_s)` likewise, infinite at t = 0 (None there in exact arithmetic, and
        altogether on symbols, which have no minimum).
    norms : array, (R, ..., m), or None
        The norms of the blocks; None in exact arithmetic, where they may not exist.
    points : array, (R, ..., n), or None
        The weights, if they were kept.
    final : array, (..., n)
        The weights after the last step.
    broken_at : int array, (...)
        The step at which a run broke; -1 for the sound ones.
    """

    times: np.ndarray
    loss: Array
    squared_gradient: Array
    sum_squared_gradient: Array | None
    min_squared_gradient: Array | None
    norms: Array | None
    points: Array | None
    final: Array
    broken_at: np.ndarray

    def _repr_html_(self) -> str:
        return as_html(self)


def riemannian_square(layout: Layout, w: Array, gradient: Array, squared_norms: Array | None = None) -> Array:
    r"""Return :math:`G(w) = \sum_i r_i^2\|\nabla_i f\|^2 + \|\nabla_v f\|^2`, (...), from the Euclidean gradient.

    No square root is taken, and neither :math:`r_i^2` nor :math:`\|\nabla_i f\|^2` is formed where it
    would over- or underflow: with :math:`w_i = s y` and :math:`\nabla_i f = t z` the product
    :math:`(st)^2\|y\|^2\|z\|^2` is as moderate as its value.  ``squared_norms`` are the r², where they are
    known and ordinary (see :class:`~psitheory.models.Evaluation`).
    """
    squares = None if squared_norms is None else layout.ordinary_squares(gradient)
    if squares is not None and squared_norms is not None:
        of_blocks = squared_norms[..., 0] * squares[..., 0] if layout.m == 1 else np.vecdot(squared_norms, squares)
        return of_blocks + _squared(layout.free_part(gradient)) if layout.p else of_blocks
    xp = namespace(w, gradient)
    parts = [
        xp.sum(_product_of_squares(y, z), axis=-1) for y, z in zip(layout.rows(w), layout.rows(gradient), strict=True)
    ]
    if layout.p:
        parts.append(_squared(layout.free_part(gradient)))
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _squared(x: Array) -> Array:
    square, scale = scaled_square(x)
    return square if isinstance(scale, int) else scale * (scale * square)


def _product_of_squares(y: Array, z: Array) -> Array:
    """Return |y|² |z|² row by row."""
    (p, s), (q, t) = scaled_square(y), scaled_square(z)
    product = p * q
    if isinstance(s, int) and isinstance(t, int):
        return product
    scale = s * t
    return scale * (scale * product)


@dataclass(frozen=True)
class LogSpaced:
    """The times 0, 1, …, last, spaced evenly in their logarithm and rounded; up to ``count`` after 0.

    >>> LogSpaced(4)(1000)
    array([   0,    1,   10,  100, 1000])
    """

    count: int

    def __call__(self, steps: int) -> np.ndarray:
        """Return the times for a run of ``steps`` steps."""
        if steps == 0:
            return np.zeros(1, int)
        return np.unique(np.concatenate([[0], np.rint(np.geomspace(1, steps, self.count)).astype(int)]))


def log_spaced(count: int) -> LogSpaced:
    """Return the rule that records time 0 and up to ``count`` log-spaced times, the last among them.

    Raises
    ------
    ArgumentError
        If ``count`` is no integer of at least 2.
    """
    if not isinstance(count, (int, np.integer)) or isinstance(count, bool) or count < 2:
        raise ArgumentError(f"count is {shown(count)}; an integer of at least 2 is needed")
    return LogSpaced(int(count))


def recorded_times(record: Record, steps: int) -> np.ndarray:
    """Return the increasing times that ``record`` means for a run of ``steps`` steps.

    Raises
    ------
    ArgumentError
        If it names no time, or one outside 0 … steps.
    ArgumentTypeError
        If it is neither a callable nor a sequence of integers.
    """
    rule = LogSpaced(200) if record is None else record
    times = np.asarray(rule(steps) if callable(rule) else rule)
    if times.ndim != 1 or (times.size and times.dtype.kind not in "iu"):
        raise ArgumentTypeError(
            f"record is {shown(record)}; a sequence of integers, or a function of the steps, is needed"
        )
    if not times.size or times.min() < 0 or times.max() > steps:
        raise ArgumentError(f"record is {shown(record)}; at least one time, all between 0 and {steps}, is needed")
    return np.unique(times).astype(int)
