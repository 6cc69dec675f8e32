r"""Armijo backtracking on the quotient: a rate that needs no knowledge of L."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from psitheory.arithmetic import Array, namespace
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import ArgumentTypeError, Undecided, shown
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation, Model
from psitheory.optimizers.checks import check_count, check_factor, check_model, check_positive, check_rate, is_schedule
from psitheory.optimizers.rate import spread


@dataclass(frozen=True, eq=False)
class PSIArmijo:
    r"""PSI gradient descent with backtracking.

    The rate of a step is the first of :math:`\bar\eta, \bar\eta\beta, \bar\eta\beta^2, …` to satisfy

    .. math:: f(w - \eta\,\mathrm{grad} f) \le f(w) - c\,\eta\,G(w),

    where :math:`\mathrm{grad}_i f = r_i^2\nabla_i f`.  Losses are class functions, so every representative
    accepts the same rates.  A run that finds none, as happens where rounding hides every decrease, stays
    where it is.  The state is the accepted rate of each run, (...), 0 for those that stay.

    Parameters
    ----------
    model : Model
        Evaluated, on all its samples, at the points that are tried.
    rate : positive number, or array (...) over the ensemble
        :math:`\bar\eta`.
    factor : number
        :math:`\beta`, in (0, 1).
    slope : number
        c, in (0, 1).
    tries : int
        How many rates are tried.

    Raises
    ------
    ArgumentError
        If the rate is not positive, or factor or slope lie outside (0, 1).
    ArgumentTypeError
        If the model is none, or the rate a schedule.
    """

    model: Model
    rate: Any
    factor: Any = field(default=0.5, kw_only=True)
    slope: Any = field(default=1e-4, kw_only=True)
    tries: int = field(default=60, kw_only=True)

    def __post_init__(self) -> None:
        check_model(self.model)
        if is_schedule(self.rate):
            raise ArgumentTypeError(
                f"rate is {shown(self.rate)}; a positive number is needed, since every step begins at it"
            )
        check_rate(self.rate)
        for name in ("factor", "slope"):
            check_factor(getattr(self, name), name)
            check_positive(getattr(self, name), name)
        check_count(self.tries, "tries")

    def init(self, layout: Layout, w: Array) -> Array:
        """Return zeros: no rate has been accepted yet."""
        return namespace(w).zeros_like(w[..., 0])

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Array) -> tuple[Array, Array]:
        """Return the next weights, and the rates that were accepted.

        Raises
        ------
        Undecided
            If a ball is too wide to tell whether a rate is acceptable.
        """
        xp = namespace(w)
        direction = layout.times_squared_norms(w, evaluation.gradient)
        one = xp.ones_like(w[..., :1])
        eta = one * spread(self.rate, layout, w)
        factor, slope = spread(self.factor, layout, w), spread(self.slope, layout, w)
        descent = xp.sum(direction * evaluation.gradient, axis=-1, keepdims=True) * slope
        loss = np.reshape(evaluation.loss, eta.shape)
        sound = np.asarray(xp.isfinite(loss))  # no rate helps a run that is broken already
        for _ in range(self.tries):
            trial = w - direction * eta
            found = np.reshape(self.model.evaluate(trial).loss, eta.shape)
            refused = _exceeds(xp, found, loss - eta * descent) & sound
            if not refused.any():
                return trial, eta[..., 0]
            eta = np.where(refused, eta * factor, eta)
        eta = np.where(refused, 0 * one, eta)
        return w - direction * eta, eta[..., 0]


def _exceeds(xp: Any, x: Array, bound: Array) -> np.ndarray:
    """Tell where ``x`` is above ``bound``, or no number."""
    answers = xp.greater(x, bound)
    if not isinstance(xp, ObjectNamespace):
        return np.asarray(answers | ~xp.isfinite(x))
    if any(answer is None for answer in np.asarray(answers, dtype=object).flat):
        raise Undecided("a ball is too wide to tell whether a step decreases the loss enough; more precision is needed")
    return np.asarray(answers, dtype=bool)
