r"""Methods of the flat space: what practice runs, and what does not descend to the quotient."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from psitheory.arithmetic import Array, namespace
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers.checks import check_factor, check_nonnegative, check_rate, is_schedule
from psitheory.optimizers.interface import Rate, State
from psitheory.optimizers.rate import at_step, is_zero, spread, spread_decay


class Momentum(NamedTuple):
    """The step count and the buffer (..., n)."""

    t: int
    buffer: Array


def coupled(gradient: Array, decay: Any, layout: Layout, w: Array) -> Array:
    r"""Return :math:`\nabla f + \lambda w`, as an L2 term in the loss would have it."""
    return gradient if is_zero(decay) else gradient + w * spread_decay(decay, layout, w)


def decayed(w: Array, eta: Any, decay: Any, layout: Layout) -> Array:
    r"""Return :math:`(1 - \eta\lambda)w`."""
    return w if is_zero(decay) else w * (1 - eta * spread_decay(decay, layout, w))


def less(w: Array, step: Array) -> Array:
    """Return ``w - step``, in the memory of ``step`` where it has any: a new array costs as much as the subtraction."""
    if type(w) is type(step) is np.ndarray and w.dtype == step.dtype and w.shape == step.shape:
        return np.subtract(w, step, out=step)
    return w - step


@dataclass(frozen=True, eq=False)
class GradientDescent:
    r"""Gradient descent, :math:`w^+ = (1 - \eta\lambda)w - \eta(\nabla f + \mu w)`; on mini-batches, SGD.

    Parameters
    ----------
    rate : positive number, array (...) over the ensemble, PerBlock, or callable
        :math:`\eta`; a callable maps the step count to it.
    coupled_decay : number, array or PerBlock
        :math:`\mu`, an L2 term in the loss.  Decays act on blocks only, unless a :class:`PerBlock` says so.
    decay : number, array or PerBlock
        :math:`\lambda`, decoupled weight decay.

    Raises
    ------
    ArgumentError
        If the rate is not positive, or a decay is negative.
    """

    rate: Rate
    coupled_decay: Any = field(default=0, kw_only=True)
    decay: Any = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        check_rate(self.rate)
        check_nonnegative(self.coupled_decay, "coupled_decay")
        check_nonnegative(self.decay, "decay")

    def init(self, layout: Layout, w: Array) -> State:
        """Return the step count if the rate is a schedule, else nothing."""
        return 0 if is_schedule(self.rate) else ()

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: State) -> tuple[Array, State]:
        """Return the next weights and state."""
        t = state or 0
        eta = at_step(self.rate, t, layout, w)
        gradient = coupled(evaluation.gradient, self.coupled_decay, layout, w)
        return less(decayed(w, eta, self.decay, layout), gradient * eta), (t + 1 if is_schedule(self.rate) else ())


@dataclass(frozen=True, eq=False)
class HeavyBall:
    r"""Gradient descent with momentum.

    :math:`m^+ = \beta m + \nabla f + \mu w`, :math:`w^+ = (1 - \eta\lambda)w - \eta m^+`.

    Parameters
    ----------
    rate, coupled_decay, decay
        As for :class:`GradientDescent`.
    momentum : number
        :math:`\beta`, at least 0 and less than 1.

    Raises
    ------
    ArgumentError
        If the rate is not positive, a decay is negative, or the momentum lies outside [0, 1).
    """

    rate: Rate
    momentum: Any
    coupled_decay: Any = field(default=0, kw_only=True)
    decay: Any = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        _check(self)

    def init(self, layout: Layout, w: Array) -> Momentum:
        """Return the step count 0 and a buffer of zeros."""
        return Momentum(0, namespace(w).zeros_like(w))

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Momentum) -> tuple[Array, Momentum]:
        """Return the next weights and state."""
        eta = at_step(self.rate, state.t, layout, w)
        gradient = coupled(evaluation.gradient, self.coupled_decay, layout, w)
        buffer = state.buffer * spread(self.momentum, layout, w) + gradient
        return less(decayed(w, eta, self.decay, layout), buffer * eta), Momentum(state.t + 1, buffer)


@dataclass(frozen=True, eq=False)
class Nesterov:
    r"""Nesterov's momentum.

    :math:`g = \nabla f + \mu w`, :math:`m^+ = \beta m + g`, :math:`w^+ = (1-\eta\lambda)w - \eta(g + \beta m^+)`.
    Gradients are taken at the iterates w, as deep-learning libraries have it; these are the extrapolated
    points of the original form.

    Parameters
    ----------
    rate, momentum, coupled_decay, decay
        As for :class:`HeavyBall`.
    """

    rate: Rate
    momentum: Any
    coupled_decay: Any = field(default=0, kw_only=True)
    decay: Any = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        _check(self)

    def init(self, layout: Layout, w: Array) -> Momentum:
        """Return the step count 0 and a buffer of zeros."""
        return Momentum(0, namespace(w).zeros_like(w))

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Momentum) -> tuple[Array, Momentum]:
        """Return the next weights and state."""
        eta, beta = at_step(self.rate, state.t, layout, w), spread(self.momentum, layout, w)
        gradient = coupled(evaluation.gradient, self.coupled_decay, layout, w)
        buffer = state.buffer * beta + gradient
        direction = gradient + buffer * beta
        return less(decayed(w, eta, self.decay, layout), direction * eta), Momentum(state.t + 1, buffer)


def _check(method: HeavyBall | Nesterov) -> None:
    check_rate(method.rate)
    check_factor(method.momentum, "momentum")
    check_nonnegative(method.coupled_decay, "coupled_decay")
    check_nonnegative(method.decay, "decay")
