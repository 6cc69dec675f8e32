"""What a run notes at each step, and what becomes of it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from psitheory.arithmetic import BALLS, Array, namespace
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.experiments.iterate import not_a_number
from psitheory.experiments.stretches import Stretch
from psitheory.experiments.trajectory import Trajectory, riemannian_square
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation


class Log:
    """Gathers a trajectory: sum and minimum of G at every step, the rest at the times that are due."""

    def __init__(self, layout: Layout, times: np.ndarray, *, keep_points: bool, running: bool) -> None:
        self._layout = layout
        self._times = times
        self._due = iter([*times.tolist(), -1])
        self._next = next(self._due)
        self._columns: dict[str, list[Array]] = {"loss": [], "squared_gradient": []}
        self._running = running
        self.keep_points = keep_points
        self._sum: Array = None
        self._min: Array = None
        self._broken_at: Any = None

    def is_due(self, t: int) -> bool:
        """Tell whether time ``t`` is to be recorded next."""
        return bool(self._next == t)

    def see(self, t: int, w: Array, evaluation: Evaluation) -> None:
        """Take note of step ``t``."""
        xp = namespace(w)
        square = riemannian_square(self._layout, w, evaluation.gradient, evaluation.squared_norms)
        if self._broken_at is None:
            self._start(xp, square)
        self._mark_broken(t, xp, w, evaluation.loss, square)
        if self._next == t:
            squares = evaluation.squared_norms
            self._record(xp, w, evaluation.loss, square, None if squares is None else np.sqrt(squares))
        if xp is np:  # in place, on memory of its own: what was recorded are copies
            np.add(self._sum, square, out=self._sum)
            np.minimum(self._min, square, out=self._min)
            return
        self._sum = self._sum + square
        if _has_minima(xp):
            self._min = square if t == 0 else xp.minimum(self._min, square)

    def see_stretch(self, t: int, w: np.ndarray | None, stretch: Stretch) -> None:
        """Take note of step ``t`` and of the sums to the end of the stretch; w is needed where points are kept."""
        if self._broken_at is None:
            self._start(np, stretch.squared_gradient)
        if self._next == t:
            self._record(np, None if w is None else np.copy(w), stretch.loss, stretch.squared_gradient, stretch.norms)
        np.add(self._sum, stretch.sum_squared_gradient, out=self._sum)
        np.minimum(self._min, stretch.min_squared_gradient, out=self._min)

    def _start(self, xp: Any, square: Array) -> None:
        shape = np.shape(square)
        self._broken_at = np.full(shape, -1)
        if isinstance(xp, ObjectNamespace):
            self._sum = xp.zeros(shape)
            self._min = np.full(shape, BALLS.element(float("inf")) if xp is BALLS else None, dtype=object)
        else:  # sums of many float32 terms are taken in double precision
            self._sum, self._min = np.zeros(shape), np.full(shape, np.inf, dtype=square.dtype)

    def _mark_broken(self, t: int, xp: Any, w: Array, loss: Array, square: Array) -> None:
        if isinstance(xp, ObjectNamespace) and xp is not BALLS:
            return  # exact numbers are finite
        total = loss + square
        if xp is np and not self._layout.p and math.isfinite(np.add.reduce(total, axis=None)):
            return  # a sum shows what is not finite; where it overflows by itself, each is looked at
        if self._layout.p:  # a loss may be bounded where a free weight is infinite
            total = total + xp.sum(self._layout.free_part(w), axis=-1)
        finite = xp.isfinite(total)
        if not finite.all():
            self._broken_at = np.where((self._broken_at < 0) & ~finite, t, self._broken_at)

    def _record(self, xp: Any, w: Array, loss: Array, square: Array, norms: Array | None) -> None:
        self._next = next(self._due)
        now = {"loss": loss, "squared_gradient": square}
        if self._running:
            now["sum_squared_gradient"] = np.copy(self._sum) if xp is np else self._sum
            if _has_minima(xp):
                now["min_squared_gradient"] = np.copy(self._min) if xp is np else self._min
        if xp is BALLS or not isinstance(xp, ObjectNamespace):
            now["norms"] = self._layout.norms(w) if norms is None else norms
        if self.keep_points:
            now["points"] = w
        for name, value in now.items():
            self._columns.setdefault(name, []).append(value)

    def trajectory(self, w: Array) -> Trajectory:
        """Return what was gathered, NaN wherever a run was broken."""
        broken = self._broken_at >= 0
        columns: dict[str, Array] = {name: np.stack(rows) for name, rows in self._columns.items()}
        if broken.any():
            nan = not_a_number(w)
            times = self._times.reshape(-1, *[1] * broken.ndim)
            late = broken & (times >= self._broken_at)
            for column in columns.values():
                column[late] = nan
            w = np.array(w)
            w[broken] = nan
        found = {name: columns.get(name) for name in _OPTIONAL}
        return Trajectory(
            self._times, columns["loss"], columns["squared_gradient"], final=w, broken_at=self._broken_at, **found
        )


def _has_minima(xp: Any) -> bool:
    return not isinstance(xp, ObjectNamespace) or xp.ordered


_OPTIONAL = ("sum_squared_gradient", "min_squared_gradient", "norms", "points")
