r"""Methods that project: back to the sphere (projected GD), or the step off the radial direction (SGDP, AdamP)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

from psitheory.arithmetic import Array, dot, namespace, norm
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers.adaptive import Moments, ratio
from psitheory.optimizers.checks import check_factor, check_flag, check_method, check_nonnegative, check_rate
from psitheory.optimizers.euclidean import Momentum
from psitheory.optimizers.interface import Optimizer, Rate, State
from psitheory.optimizers.rate import at_step, is_zero, spread, spread_decay


@dataclass(frozen=True, eq=False)
class ProjectedDescent:
    r"""Projected gradient descent on unit spheres, :math:`u^+ = n(u - \eta\nabla f(u))`; p = 0.

    Parameters
    ----------
    rate : positive number, array (...) over the ensemble, PerBlock, or callable
    """

    rate: Rate

    def __post_init__(self) -> None:
        check_rate(self.rate)

    def init(self, layout: Layout, w: Array) -> int:
        """Return the step count 0."""
        return 0

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: int) -> tuple[Array, int]:
        """Return the next weights, blocks of norm 1, and state."""
        gradient = layout.scale(layout.norms(w), evaluation.gradient)  # at the unit representative
        return layout.units(layout.units(w) - gradient * at_step(self.rate, state, layout, w)), state + 1


@dataclass(frozen=True, eq=False)
class SGDP:
    r"""SGD with momentum whose radial part is removed where w looks scale-invariant (Heo21, Algorithm 1).

    :math:`m^+ = \beta m + (1-\delta')g`, :math:`q = m^+` (with Nesterov :math:`g + \beta m^+`).  Blocks with
    :math:`|\cos\angle(w_i,g_i)| < \delta/\sqrt{d_i}` step by :math:`P_iq_i` and decay by :math:`\rho` times as much:
    :math:`w^+ = (1 - \eta\lambda\rho/(1-\beta))w - \eta q`.

    Parameters
    ----------
    rate : positive number, array (...) over the ensemble, PerBlock, or callable
    momentum, dampening : number
        :math:`\beta` and :math:`\delta'`, in [0, 1).
    decay : number, array or PerBlock
        :math:`\lambda`.
    delta, decay_ratio : number
        :math:`\delta` and :math:`\rho`, both 0.1 as published.
    eps : number
        Added to norms and cosines' denominators.
    nesterov : bool

    Raises
    ------
    ArgumentError
        If the rate is not positive, a factor outside [0, 1), or another number negative.
    """

    rate: Rate
    momentum: Any = field(default=0, kw_only=True)
    dampening: Any = field(default=0, kw_only=True)
    decay: Any = field(default=0, kw_only=True)
    delta: Any = field(default=0.1, kw_only=True)
    decay_ratio: Any = field(default=0.1, kw_only=True)
    eps: Any = field(default=1e-8, kw_only=True)
    nesterov: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        check_factor(self.momentum, "momentum")
        check_factor(self.dampening, "dampening")
        _check(self)

    def init(self, layout: Layout, w: Array) -> Momentum:
        """Return the step count 0 and a buffer of zeros."""
        return Momentum(0, namespace(w).zeros_like(w))

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Momentum) -> tuple[Array, Momentum]:
        """Return the next weights and state."""
        eta, beta = at_step(self.rate, state.t, layout, w), spread(self.momentum, layout, w)
        gradient = evaluation.gradient
        buffer = state.buffer * beta + gradient * (1 - spread(self.dampening, layout, w))
        step = gradient + buffer * beta if self.nesterov else buffer
        return _projected_step(self, layout, w, gradient, step, eta, 1 - beta), Momentum(state.t + 1, buffer)


@dataclass(frozen=True, eq=False)
class AdamP:
    r"""Adam whose step loses its radial part where w looks scale-invariant (Heo21, Algorithm 2).

    q is Adam's :math:`\hat m/(\sqrt{\hat v} + \epsilon)`; the rest as for :class:`SGDP`, with
    :math:`w^+ = (1 - \eta\lambda\rho)w - \eta q`.

    Parameters
    ----------
    rate, decay, delta, decay_ratio, eps, nesterov
        As for :class:`SGDP`; ε stands outside Adam's root too.
    beta1, beta2 : number
        In [0, 1).
    """

    rate: Rate
    beta1: Any = field(default=0.9, kw_only=True)
    beta2: Any = field(default=0.999, kw_only=True)
    decay: Any = field(default=0, kw_only=True)
    delta: Any = field(default=0.1, kw_only=True)
    decay_ratio: Any = field(default=0.1, kw_only=True)
    eps: Any = field(default=1e-8, kw_only=True)
    nesterov: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        check_factor(self.beta1, "beta1")
        check_factor(self.beta2, "beta2")
        _check(self)

    def init(self, layout: Layout, w: Array) -> Moments:
        """Return the step count 0 and moments of zero."""
        zeros = namespace(w).zeros_like(w)
        return Moments(0, zeros, zeros)

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Moments) -> tuple[Array, Moments]:
        """Return the next weights and state."""
        eta, t, gradient = at_step(self.rate, state.t, layout, w), state.t + 1, evaluation.gradient
        beta1, beta2 = spread(self.beta1, layout, w), spread(self.beta2, layout, w)
        first = state.first * beta1 + gradient * (1 - beta1)
        second = state.second * beta2 + gradient * gradient * (1 - beta2)
        size = namespace(w).sqrt(second / (1 - beta2**t))
        size = size if is_zero(self.eps) else size + spread(self.eps, layout, w)
        ahead = first * beta1 + gradient * (1 - beta1) if self.nesterov else first
        step = ratio(ahead / (1 - beta1**t), size)
        return _projected_step(self, layout, w, gradient, step, eta, 1), Moments(t, first, second)


def _check(method: SGDP | AdamP) -> None:
    check_rate(method.rate)
    check_flag(method.nesterov, "nesterov")
    for name in ("decay", "delta", "decay_ratio", "eps"):
        check_nonnegative(getattr(method, name), name)


def _projected_step(
    method: SGDP | AdamP, layout: Layout, w: Array, gradient: Array, step: Array, eta: Any, damping: Any
) -> Array:
    xp, eps, delta = namespace(w), spread(method.eps, layout, w), spread(method.delta, layout, w)

    def looks_invariant(w: Array, g: Array) -> Array:
        sizes = norm(w, keepdims=True) * norm(g, keepdims=True)
        small = delta / math.sqrt(w.shape[-1]) * (sizes + eps)
        return xp.broadcast_to(xp.greater(small, xp.abs(dot(w, g, keepdims=True))), w.shape)

    flags = layout.map(looks_invariant, lambda v, _: xp.greater(xp.zeros_like(v), xp.ones_like(v)), w, gradient)

    def tangent(w: Array, q: Array) -> Array:
        unit = w / (norm(w, keepdims=True) + eps)
        return q - dot(unit, q, keepdims=True) * unit

    step = xp.where(flags, layout.map(tangent, lambda _, q: q, w, step), step)
    if is_zero(method.decay):
        return w - step * eta
    decay = eta * spread_decay(method.decay, layout, w) / damping
    return w * (1 - decay * xp.where(flags, method.decay_ratio * xp.ones_like(w), xp.ones_like(w))) - step * eta


@dataclass(frozen=True, eq=False)
class Centralised:
    r"""A method that is given gradients without their mean: :math:`g_i - \bar g_i\mathbf 1` for each block.

    The step is then no longer horizontal, although the scaling exponent is the method's.

    Parameters
    ----------
    method : Optimizer

    References
    ----------
    Yong, Huang, Hua and Zhang, "Gradient centralization", 2020.
    """

    method: Optimizer

    def __post_init__(self) -> None:
        check_method(self.method, "method")

    def init(self, layout: Layout, w: Array) -> State:
        """Return the state of the method."""
        return self.method.init(layout, w)

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: State) -> tuple[Array, State]:
        """Return the next weights and state."""

        def on_rows(rows: Array) -> Array:
            return rows - namespace(rows).mean(rows, axis=-1, keepdims=True)

        gradient = layout.map(on_rows, lambda v: v, evaluation.gradient)
        return self.method.step(layout, w, replace(evaluation, gradient=gradient), state)
