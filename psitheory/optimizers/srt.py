r"""Adam and SGD whose moments know that blocks are scale-invariant (Rob20): AdamS, +R, +T, AdamSRT, SGD-MRT, AdamG*."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from psitheory.arithmetic import Array, namespace, norm
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers.adaptive import Moments, Squares, ratio
from psitheory.optimizers.checks import (
    check_choice,
    check_factor,
    check_flag,
    check_nonnegative,
    check_positive,
    check_rate,
)
from psitheory.optimizers.euclidean import Momentum, coupled
from psitheory.optimizers.interface import Rate
from psitheory.optimizers.moments import rescaled_and_transported, rescaled_squares, squares_of_blocks
from psitheory.optimizers.rate import at_step, is_zero, spread


@dataclass(frozen=True, eq=False)
class AdamSRT:
    r"""Adam with one second moment a block (S), moments rescaled (R) and transported (T) to the new point; p = 1.

    :math:`g = \nabla f + \mu w`, :math:`m = \beta_1m + (1-\beta_1)g`, :math:`v = \beta_2v + (1-\beta_2)\|g_i\|^2`,
    :math:`w^+ = w - \eta\sqrt{d_i}\,\hat m/(\sqrt{\hat v} + \epsilon)`; then
    :math:`m^+ = (\langle w,w^+\rangle m - \langle m,w^+\rangle w)/(r^{+2} + \epsilon)` and
    :math:`v^+ = v\,r^2/(r^{+2} + \epsilon)`, hats being bias corrections.  Free parts follow Adam.

    Parameters
    ----------
    rate : positive number, array (...) over the ensemble, PerBlock, or callable
    beta1, beta2 : number
        In [0, 1).
    eps : number
        :math:`\epsilon`, at all three places, as published.
    coupled_decay : number, array or PerBlock
        :math:`\mu`, an L2 term in the loss.
    rescale, transport : bool
        Whether to do R and T; T alone is :math:`m^+ = \langle u,u^+\rangle m - \langle m,u^+\rangle u`, R alone
        :math:`m^+ = m\,r/r^+`.

    Raises
    ------
    ArgumentError
        If the rate is not positive, a decay or eps negative, or a beta outside [0, 1).
    """

    rate: Rate
    beta1: Any = field(default=0.9, kw_only=True)
    beta2: Any = field(default=0.999, kw_only=True)
    eps: Any = field(default=1e-8, kw_only=True)
    coupled_decay: Any = field(default=0, kw_only=True)
    rescale: bool = field(default=True, kw_only=True)
    transport: bool = field(default=True, kw_only=True)

    def __post_init__(self) -> None:
        check_flag(self.rescale, "rescale")
        check_flag(self.transport, "transport")
        check_rate(self.rate)
        check_factor(self.beta1, "beta1")
        check_factor(self.beta2, "beta2")
        check_nonnegative(self.eps, "eps")
        check_nonnegative(self.coupled_decay, "coupled_decay")

    def init(self, layout: Layout, w: Array) -> Moments:
        """Return the step count 0 and moments of zero."""
        zeros = namespace(w).zeros_like(w)
        return Moments(0, zeros, zeros)

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Moments) -> tuple[Array, Moments]:
        """Return the next weights and state."""
        beta1, beta2, t = spread(self.beta1, layout, w), spread(self.beta2, layout, w), state.t + 1
        gradient = coupled(evaluation.gradient, self.coupled_decay, layout, w)
        first = state.first * beta1 + gradient * (1 - beta1)
        second = state.second * beta2 + squares_of_blocks(layout, gradient) * (1 - beta2)
        size = namespace(w).sqrt(second / (1 - beta2**t))
        size = size if is_zero(self.eps) else size + spread(self.eps, layout, w)
        eta = at_step(self.rate, state.t, layout, w)
        new = w - _times_root_of_size(layout, ratio(first / (1 - beta1**t), size)) * eta
        return new, Moments(t, self._first_at(layout, w, new, first), self._second_at(layout, w, new, second))

    def _first_at(self, layout: Layout, w: Array, new: Array, first: Array) -> Array:
        eps = 0 if is_zero(self.eps) else spread(self.eps, layout, w)
        if not (self.rescale or self.transport):
            return first
        lengths = layout.norms(new) / layout.norms(w)
        if not self.transport:
            return layout.scale(1 / lengths, first)
        moved = rescaled_and_transported(layout, w, new, first, eps)
        return moved if self.rescale else layout.scale(lengths, moved)

    def _second_at(self, layout: Layout, w: Array, new: Array, second: Array) -> Array:
        eps = 0 if is_zero(self.eps) else spread(self.eps, layout, w)
        return rescaled_squares(layout, w, new, second, eps) if self.rescale else second


def adam_s(rate: Rate, **options: Any) -> AdamSRT:
    """Return AdamS: Adam with one second moment a block, whose moments stay as they are."""
    return AdamSRT(rate, rescale=False, transport=False, **options)


@dataclass(frozen=True, eq=False)
class SGDMRT:
    r"""SGD whose momentum is rescaled and transported to the new point; p = 2.

    :math:`m = \beta m + (1-\delta)(\nabla f + \mu w)`, :math:`w^+ = w - \eta m`,
    :math:`m^+ = (\langle w,w^+\rangle m - \langle m,w^+\rangle w)/r^{+2}`.

    Parameters
    ----------
    rate : positive number, array (...) over the ensemble, PerBlock, or callable
    momentum, dampening : number
        :math:`\beta` and :math:`\delta`, in [0, 1).
    coupled_decay : number, array or PerBlock
        :math:`\mu`.

    Raises
    ------
    ArgumentError
        If the rate is not positive, the decay negative, or a factor outside [0, 1).
    """

    rate: Rate
    momentum: Any
    dampening: Any = field(default=0, kw_only=True)
    coupled_decay: Any = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        check_rate(self.rate)
        check_factor(self.momentum, "momentum")
        check_factor(self.dampening, "dampening")
        check_nonnegative(self.coupled_decay, "coupled_decay")

    def init(self, layout: Layout, w: Array) -> Momentum:
        """Return the step count 0 and a buffer of zeros."""
        return Momentum(0, namespace(w).zeros_like(w))

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Momentum) -> tuple[Array, Momentum]:
        """Return the next weights and state."""
        gradient = coupled(evaluation.gradient, self.coupled_decay, layout, w)
        fresh = gradient if is_zero(self.dampening) else gradient * (1 - spread(self.dampening, layout, w))
        buffer = state.buffer * spread(self.momentum, layout, w) + fresh
        new = w - buffer * at_step(self.rate, state.t, layout, w)
        return new, Momentum(state.t + 1, rescaled_and_transported(layout, w, new, buffer))


@dataclass(frozen=True, eq=False)
class AdamGStar:
    r"""AdamG*: normalised steps on the sphere, divided by the root of one second moment a block.

    :math:`u^+ = n(u - \eta\nabla f(u)/\sqrt v)`, :math:`v^+ = \beta v + \|\nabla_if(u)\|^2`; no first moment and no
    corrections.  Claim E3 compares it with SGD and decay.

    Parameters
    ----------
    rate : positive number, array (...) over the ensemble, PerBlock, or callable
    beta : number
        In [0, 1]; 1 is SGD without decay.
    start : positive number, array (...) or PerBlock
        :math:`v_0`, for each block; free entries take it too.
    divides_by : {"old", "new"}
        Whether v divides before or after its update.

    Raises
    ------
    ArgumentError
        If a rate or start is not positive, or ``divides_by`` is unknown.
    """

    rate: Rate
    beta: Any = field(kw_only=True)
    start: Any = field(kw_only=True)
    divides_by: Literal["old", "new"] = field(default="old", kw_only=True)

    def __post_init__(self) -> None:
        check_rate(self.rate)
        check_nonnegative(self.beta, "beta")
        check_positive(self.start, "start")
        check_choice(self.divides_by, "divides_by", "old", "new")

    def init(self, layout: Layout, w: Array) -> Squares:
        """Return the step count 0 and v_0."""
        return Squares(0, namespace(w).zeros_like(w) + spread(self.start, layout, w))

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Squares) -> tuple[Array, Squares]:
        """Return the next weights, blocks of norm 1, and state."""
        u = layout.units(w)
        gradient = layout.scale(layout.norms(w), evaluation.gradient)  # at u
        squares = state.squares * spread(self.beta, layout, w) + squares_of_blocks(layout, gradient)
        root = namespace(w).sqrt(state.squares if self.divides_by == "old" else squares)
        new = u - ratio(gradient, root) * at_step(self.rate, state.t, layout, w)
        unit = layout.map(lambda rows: rows / norm(rows, keepdims=True), lambda v: v, new)
        return unit, Squares(state.t + 1, squares)


def _times_root_of_size(layout: Layout, z: Array) -> Array:
    xp = namespace(z)

    def on_rows(rows: Array) -> Array:
        one = xp.ones_like(rows[..., :1])
        return rows * xp.sqrt(one * int(rows.shape[-1]))

    return layout.map(on_rows, lambda v: v, z)
