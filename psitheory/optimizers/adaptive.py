r"""Methods that divide each entry of the gradient by a running measure of its size.

A ratio 0/0 counts as 0.  Rate :math:`\eta a^p` from :math:`a\cdot w_0` follows, class for class, rate
:math:`\eta` from :math:`w_0`, with p = 2 - 2q for a division by :math:`v^q`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from psitheory.arithmetic import Array, namespace
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers.checks import check_choice, check_factor, check_nonnegative, check_rate
from psitheory.optimizers.euclidean import coupled, decayed
from psitheory.optimizers.interface import Rate
from psitheory.optimizers.rate import at_step, is_zero, spread


class Moments(NamedTuple):
    """The step count and the running first and second moments (..., n)."""

    t: int
    first: Array
    second: Array


class Squares(NamedTuple):
    """The step count and the running mean, or sum, of squares (..., n)."""

    t: int
    squares: Array


def ratio(x: Array, y: Array) -> Array:
    """Return ``x / y`` for y ≥ 0, and 0 where y is 0."""
    xp = namespace(x, y)
    positive = xp.greater(y, xp.zeros_like(y))
    return xp.where(positive, x / xp.where(positive, y, xp.ones_like(y)), xp.zeros_like(y))


def _preconditioned(
    method: Adam | RMSprop | Adagrad, layout: Layout, w: Array, x: Array, squares: Array, roots: int = 1
) -> Array:
    r"""Return :math:`x/((v + \epsilon')^{2^{-k}} + \epsilon)`; a root, unlike a power, is exact on powers of four."""
    size = squares if is_zero(method.eps_inside) else squares + spread(method.eps_inside, layout, w)
    for _ in range(roots):
        size = namespace(size).sqrt(size)
    return ratio(x, size if is_zero(method.eps) else size + spread(method.eps, layout, w))


@dataclass(frozen=True, eq=False)
class Adam:
    r"""Adam with bias correction.

    :math:`m^+ = \beta_1m + (1-\beta_1)g`, :math:`v^+ = \beta_2v + (1-\beta_2)g^2`,
    :math:`w^+ = (1 - \eta\lambda)w - \eta\,\hat m/(\sqrt{\hat v + \epsilon'} + \epsilon)` with
    :math:`g = \nabla f + \mu w`, :math:`\hat m = m^+/(1-\beta_1^t)`, :math:`\hat v = v^+/(1-\beta_2^t)`.

    Parameters
    ----------
    rate : positive number, array (...) over the ensemble, PerBlock, or callable
        :math:`\eta`.
    beta1, beta2 : number
        In [0, 1).
    eps, eps_inside : number, array or PerBlock
        :math:`\epsilon` and :math:`\epsilon'`.
    coupled_decay, decay : number, array or PerBlock
        :math:`\mu` and :math:`\lambda`; with the latter the method is called AdamW.
    roots : int
        How often the root of :math:`\hat v` is taken: 2 for Padam's :math:`v^{1/4}`.

    Raises
    ------
    ArgumentError
        If the rate is not positive, a decay or an eps negative, or a beta outside [0, 1).
    """

    rate: Rate
    beta1: Any = field(default=0.9, kw_only=True)
    beta2: Any = field(default=0.999, kw_only=True)
    eps: Any = field(default=1e-8, kw_only=True)
    eps_inside: Any = field(default=0, kw_only=True)
    coupled_decay: Any = field(default=0, kw_only=True)
    decay: Any = field(default=0, kw_only=True)
    roots: int = field(default=1, kw_only=True)

    def __post_init__(self) -> None:
        check_rate(self.rate)
        check_factor(self.beta1, "beta1")
        check_factor(self.beta2, "beta2")
        for name in ("eps", "eps_inside", "coupled_decay", "decay"):
            check_nonnegative(getattr(self, name), name)
        check_choice(self.roots, "roots", 1, 2)

    def init(self, layout: Layout, w: Array) -> Moments:
        """Return the step count 0 and moments of zero."""
        zeros = namespace(w).zeros_like(w)
        return Moments(0, zeros, zeros)

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Moments) -> tuple[Array, Moments]:
        """Return the next weights and state."""
        eta = at_step(self.rate, state.t, layout, w)
        beta1, beta2 = spread(self.beta1, layout, w), spread(self.beta2, layout, w)
        gradient = coupled(evaluation.gradient, self.coupled_decay, layout, w)
        first = state.first * beta1 + gradient * (1 - beta1)
        second = state.second * beta2 + gradient * gradient * (1 - beta2)
        t = state.t + 1
        mean, squares = first / (1 - beta1**t), second / (1 - beta2**t)
        direction = _preconditioned(self, layout, w, mean, squares, self.roots)
        return decayed(w, eta, self.decay, layout) - direction * eta, Moments(t, first, second)


def adamw(rate: Rate, *, decay: Any = 0.01, **options: Any) -> Adam:
    """Return Adam with decoupled decay."""
    return Adam(rate, decay=decay, **options)


@dataclass(frozen=True, eq=False)
class RMSprop:
    r"""RMSprop.

    :math:`v^+ = \beta v + (1-\beta)g^2`, :math:`w^+ = (1-\eta\lambda)w - \eta\,g/(\sqrt{v^+ + \epsilon'} + \epsilon)`.

    Parameters
    ----------
    rate, eps, eps_inside, coupled_decay, decay
        As for :class:`Adam`.
    beta : number
        In [0, 1).
    """

    rate: Rate
    beta: Any = field(default=0.99, kw_only=True)
    eps: Any = field(default=1e-8, kw_only=True)
    eps_inside: Any = field(default=0, kw_only=True)
    coupled_decay: Any = field(default=0, kw_only=True)
    decay: Any = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        check_rate(self.rate)
        check_factor(self.beta, "beta")
        for name in ("eps", "eps_inside", "coupled_decay", "decay"):
            check_nonnegative(getattr(self, name), name)

    def init(self, layout: Layout, w: Array) -> Squares:
        """Return the step count 0 and squares of zero."""
        return Squares(0, namespace(w).zeros_like(w))

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Squares) -> tuple[Array, Squares]:
        """Return the next weights and state."""
        beta = spread(self.beta, layout, w)
        gradient = coupled(evaluation.gradient, self.coupled_decay, layout, w)
        squares = state.squares * beta + gradient * gradient * (1 - beta)
        return _divided_step(self, layout, w, gradient, squares, state.t)


@dataclass(frozen=True, eq=False)
class Adagrad:
    r"""Adagrad, :math:`v^+ = v + g^2`, :math:`w^+ = (1-\eta\lambda)w - \eta\,g/(\sqrt{v^+ + \epsilon'} + \epsilon)`.

    Parameters
    ----------
    rate, eps, eps_inside, coupled_decay, decay
        As for :class:`Adam`.
    """

    rate: Rate
    eps: Any = field(default=1e-10, kw_only=True)
    eps_inside: Any = field(default=0, kw_only=True)
    coupled_decay: Any = field(default=0, kw_only=True)
    decay: Any = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        check_rate(self.rate)
        for name in ("eps", "eps_inside", "coupled_decay", "decay"):
            check_nonnegative(getattr(self, name), name)

    def init(self, layout: Layout, w: Array) -> Squares:
        """Return the step count 0 and squares of zero."""
        return Squares(0, namespace(w).zeros_like(w))

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Squares) -> tuple[Array, Squares]:
        """Return the next weights and state."""
        gradient = coupled(evaluation.gradient, self.coupled_decay, layout, w)
        return _divided_step(self, layout, w, gradient, state.squares + gradient * gradient, state.t)


def _divided_step(
    method: RMSprop | Adagrad, layout: Layout, w: Array, gradient: Array, squares: Array, t: int
) -> tuple[Array, Squares]:
    eta = at_step(method.rate, t, layout, w)
    direction = _preconditioned(method, layout, w, gradient, squares)
    return decayed(w, eta, method.decay, layout) - direction * eta, Squares(t + 1, squares)
