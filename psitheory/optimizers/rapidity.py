r"""Rapidity descent: the step that a bound L on the joint curvature allows on the quotient (claim J3).

With :math:`y_i = r_i\|\nabla_if\|/L_i` block i turns by :math:`\operatorname{artanh}y_i`, the *rapidity* of its slope,
down its own gradient; free parts step by :math:`-\nabla_vf/L_v`.  Such a step gains at least

.. math:: -\tfrac12\sum_iL_i\ln(1 - y_i^2) + \tfrac1{2L_v}\|\nabla_vf\|^2,

never less than what PSI-GD at 1/L is promised.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from psitheory.arithmetic import Array, dot, namespace
from psitheory.arithmetic.hyperbolic import artanhc
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import ArgumentTypeError, Undecided, shown
from psitheory.geometry import sphere
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation, Model
from psitheory.optimizers.checks import PerBlock, check_count, check_model, check_rate, is_schedule
from psitheory.optimizers.interface import State
from psitheory.optimizers.rate import spread


@dataclass(frozen=True, eq=False)
class RapidityDescent:
    r"""Rapidity descent with a known L; it keeps the norm of every block.

    Where :math:`y_i \ge 1` the given L is none, and the run is broken: of a true L, y is at most :math:`\tanh\pi`
    (claim J4).  The turn is then at most π.

    Parameters
    ----------
    smoothness : positive number, array (...) over the ensemble, or PerBlock
        L, a bound on the largest eigenvalue of the joint Hessian at unit blocks; with a :class:`PerBlock` the
        Hessian is at most :math:`\mathrm{diag}(L_i)`.

    Raises
    ------
    ArgumentError
        If it is not positive.
    ArgumentTypeError
        If it is a schedule.
    """

    smoothness: Any

    def __post_init__(self) -> None:
        _check_constant(self.smoothness)

    def init(self, layout: Layout, w: Array) -> State:
        """Return nothing: the step depends on the point alone."""
        return ()

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: State) -> tuple[Array, State]:
        """Return the next weights and state."""
        y = slopes(layout, w, evaluation.gradient, self.smoothness)
        with np.errstate(divide="ignore", invalid="ignore"):  # y ≥ 1 breaks the run, which is told elsewhere
            return _turned(layout, w, evaluation.gradient, self.smoothness, y), state


def slopes(layout: Layout, w: Array, gradient: Array, smoothness: Any) -> Array:
    r"""Return :math:`y_i = r_i\|\nabla_if\|/L_i`, (..., m)."""
    return layout.norms(w) * layout.norms(gradient / spread(smoothness, layout, w))


def promised_gain(layout: Layout, w: Array, gradient: Array, smoothness: Any) -> Array:
    r"""Return :math:`-\tfrac12\sum_iL_i\ln(1 - y_i^2) + \|\nabla_vf\|^2/2L_v`, (...): what a step gains at least."""
    return _gain(layout, gradient, smoothness, slopes(layout, w, gradient, smoothness))


def _gain(layout: Layout, gradient: Array, smoothness: Any, y: Array) -> Array:
    of_blocks, of_free = _constants(smoothness)
    gain = -namespace(y).sum(of_blocks * namespace(y).log1p(-y * y), axis=-1) / 2
    free = layout.free_part(gradient)
    return gain + dot(free, free) / (2 * of_free) if layout.p else gain


def _constants(smoothness: Any) -> tuple[Any, Any]:
    """Return L of the blocks, to multiply arrays (..., m), and of the free part, to multiply arrays (...)."""
    if isinstance(smoothness, PerBlock):
        return smoothness.blocks, smoothness.free
    return (smoothness[..., None] if np.ndim(smoothness) else smoothness), smoothness


def _turned(layout: Layout, w: Array, gradient: Array, smoothness: Any, y: Array) -> Array:
    """Return the weights after turns by artanh y, and the free step."""
    r = layout.norms(w)
    down = -layout.scale(r, gradient) / spread(smoothness, layout, w)  # y long in each block, at the unit block
    velocity = layout.scale(artanhc(y), down)
    moved = layout.map(sphere.exp, lambda v, x: v + x, layout.units(w), velocity)
    return layout.scale(r, moved)


def _check_constant(value: Any) -> None:
    if is_schedule(value):
        raise ArgumentTypeError(f"smoothness is {shown(value)}; a positive number is needed, since L is a constant")
    check_rate(value, "smoothness")


@dataclass(frozen=True, eq=False)
class AdaptiveRapidityDescent:
    r"""Rapidity descent without a known L: an estimate is doubled until the promised gain holds, and is kept.

    From :math:`\hat L_0` on, :math:`\hat L` doubles until :math:`\max_iy_i < 1` and the step gains what it promises;
    it never exceeds :math:`\max(\hat L_0, 2L)`, and the bound on :math:`\min G` holds with the last one.  Losses and
    y are class functions, so every representative finds the same.  A gain within the rounding of the loss cannot be
    judged and is accepted.  The state is :math:`\hat L`, (...).

    Parameters
    ----------
    model : Model
        Evaluated, on all its samples, at the points that are tried.
    smoothness : positive number, or array (...) over the ensemble
        :math:`\hat L_0`.
    tries : int
        How often it may double in one step.

    Raises
    ------
    ArgumentError
        If the estimate is not positive.
    ArgumentTypeError
        If the model is none, or the estimate a schedule or differs by block.
    """

    model: Model
    smoothness: Any
    tries: int = field(default=60, kw_only=True)

    def __post_init__(self) -> None:
        check_model(self.model)
        if isinstance(self.smoothness, PerBlock):
            raise ArgumentTypeError(f"smoothness is {shown(self.smoothness)}; one number for all blocks is needed")
        _check_constant(self.smoothness)
        check_count(self.tries, "tries")

    def init(self, layout: Layout, w: Array) -> Array:
        r"""Return :math:`\hat L_0` for each run."""
        return (namespace(w).ones_like(w[..., :1]) * spread(self.smoothness, layout, w))[..., 0]

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Array) -> tuple[Array, Array]:
        """Return the next weights and the estimates; a run that finds none stays, and is broken if it was.

        Raises
        ------
        Undecided
            If a ball is too wide to tell whether a step gains enough.
        """
        xp = namespace(w)
        estimate = np.reshape(state, w[..., :1].shape)
        loss = np.reshape(evaluation.loss, estimate.shape)
        sound = np.asarray(xp.isfinite(loss))  # no estimate helps a run that is broken already
        for _ in range(self.tries):
            constant = estimate[..., 0][()]  # of a single run a number, not an array without axes
            y = slopes(layout, w, evaluation.gradient, constant)
            steep = (~_less(xp, y, xp.ones_like(y))).any(axis=-1, keepdims=True)
            y = xp.where(steep, 0 * y, y)  # it is refused: no more than a number is needed
            trial = _turned(layout, w, evaluation.gradient, constant, y)
            gain = np.reshape(_gain(layout, evaluation.gradient, constant, y), estimate.shape)
            found = np.reshape(self.model.evaluate(trial).loss, estimate.shape)
            refused = (steep | ~_less(xp, found, loss - gain + _rounding(xp, loss))) & sound
            if not refused.any():
                return trial, estimate[..., 0]
            estimate = np.where(refused, 2 * estimate, estimate)
        return np.where(refused, w, trial), np.where(refused[..., 0], state, estimate[..., 0])


def _less(xp: Any, x: Array, bound: Array) -> np.ndarray:
    """Tell where ``x`` is at most ``bound``; where it is no number it is not."""
    if not isinstance(xp, ObjectNamespace):
        return np.asarray(x <= bound)
    above = np.asarray(xp.greater(x, bound), dtype=object)
    if any(answer is None for answer in above.flat):
        raise Undecided("a ball is too wide to tell whether a step gains what it promises; more precision is needed")
    return ~np.asarray(above, dtype=bool)


def _rounding(xp: Any, loss: Array) -> Any:
    """Return what rounding may make of the difference of two losses: a few units in the last place of them."""
    return 0 if isinstance(xp, ObjectNamespace) else 4 * xp.finfo(loss.dtype).eps * xp.abs(loss)
