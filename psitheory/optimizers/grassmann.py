r"""SGD-G and Adam-G: each scale-invariant block is a line of G(1, d) (Cho17, Algorithms 1 and 2).

Blocks are normalised first, so that the iterates do not depend on the representative.  Free parts follow the flat
counterpart of the same rule, without clipping.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from psitheory.arithmetic import Array, namespace, norm
from psitheory.geometry import lines, sphere
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers.adaptive import Moments, ratio
from psitheory.optimizers.checks import check_factor, check_nonnegative, check_positive, check_rate
from psitheory.optimizers.euclidean import Momentum
from psitheory.optimizers.interface import Rate
from psitheory.optimizers.moments import squares_of_blocks
from psitheory.optimizers.rate import at_step, is_zero, spread


@dataclass(frozen=True, eq=False)
class SGDG:
    r"""SGD with momentum on lines.

    :math:`h = P_u\nabla f(u)`, :math:`\hat h = \min(1, \nu/\|h\|)h`, :math:`d = \gamma\tau - \eta\hat h`,
    :math:`u^+ = \mathrm{Exp}_u(d)`, :math:`\tau^+ = d` carried along its own geodesic; u is the block over its norm.

    Parameters
    ----------
    rate : positive number, array (...) over the ensemble, PerBlock, or callable
        :math:`\eta`; it stands inside the buffer.
    momentum : number
        :math:`\gamma`, in [0, 1).
    threshold : positive number, array (...) over the ensemble, or None
        :math:`\nu`, for each block; None does not clip.
    orthogonality : number or array (...)
        :math:`\alpha` of the regulariser :math:`\frac\alpha2\|Y^\top Y - I\|^2`, for each part with no more blocks than
        entries a block; 0.1 in the source.

    Raises
    ------
    ArgumentError
        If the rate or the threshold is not positive, α negative, or the momentum outside [0, 1).
    """

    rate: Rate
    momentum: Any = field(default=0.9, kw_only=True)
    threshold: Any = field(default=0.1, kw_only=True)
    orthogonality: Any = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        check_factor(self.momentum, "momentum")
        _check(self)

    def init(self, layout: Layout, w: Array) -> Momentum:
        """Return the step count 0 and a buffer of zeros."""
        return Momentum(0, namespace(w).zeros_like(w))

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Momentum) -> tuple[Array, Momentum]:
        """Return the next weights, blocks of norm 1, and state."""
        u = layout.units(w)
        along = _clipped_gradient(self, layout, w, u, evaluation.gradient)
        eta = at_step(self.rate, state.t, layout, w)
        d = state.buffer * spread(self.momentum, layout, w) - along * eta
        return _exp(layout, u, d), Momentum(state.t + 1, _carried(layout, u, d))


@dataclass(frozen=True, eq=False)
class AdamG:
    r"""Adam on lines, with one second moment for each block.

    :math:`m = \beta_1\tau + (1-\beta_1)\hat h`, :math:`v^+ = \beta_2v + (1-\beta_2)\|\hat h\|^2`,
    :math:`d = -\eta\frac{\sqrt{1-\beta_2^t}}{1-\beta_1^t}\frac{m}{\sqrt{v^+ + \epsilon}}`,
    :math:`u^+ = \mathrm{Exp}_u(d)`, :math:`\tau^+ = m` carried along d; :math:`\hat h` as for :class:`SGDG`.

    Parameters
    ----------
    rate, threshold, orthogonality
        As for :class:`SGDG`.
    beta1, beta2 : number
        In [0, 1).
    eps : number, array or PerBlock
        :math:`\epsilon`, inside the root and after the missing correction of :math:`v^+`, as published.
    """

    rate: Rate
    beta1: Any = field(default=0.9, kw_only=True)
    beta2: Any = field(default=0.99, kw_only=True)
    eps: Any = field(default=1e-8, kw_only=True)
    threshold: Any = field(default=0.1, kw_only=True)
    orthogonality: Any = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        check_factor(self.beta1, "beta1")
        check_factor(self.beta2, "beta2")
        check_nonnegative(self.eps, "eps")
        _check(self)

    def init(self, layout: Layout, w: Array) -> Moments:
        """Return the step count 0 and moments of zero."""
        zeros = namespace(w).zeros_like(w)
        return Moments(0, zeros, zeros)

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Moments) -> tuple[Array, Moments]:
        """Return the next weights, blocks of norm 1, and state."""
        u, t, xp = layout.units(w), state.t + 1, namespace(w)
        along = _clipped_gradient(self, layout, w, u, evaluation.gradient)
        beta1, beta2 = spread(self.beta1, layout, w), spread(self.beta2, layout, w)
        first = state.first * beta1 + along * (1 - beta1)
        second = state.second * beta2 + squares_of_blocks(layout, along) * (1 - beta2)
        size = second if is_zero(self.eps) else second + spread(self.eps, layout, w)
        size = xp.sqrt(size / (1 - beta2**t)) * (1 - beta1**t)
        d = -ratio(first, size) * at_step(self.rate, state.t, layout, w)
        carried = layout.map(_rows_along, lambda _, __, m: m, u, d, first)
        return _exp(layout, u, d), Moments(t, carried, second)


def _check(method: SGDG | AdamG) -> None:
    check_rate(method.rate)
    check_nonnegative(method.orthogonality, "orthogonality")
    if method.threshold is not None:
        check_positive(method.threshold, "threshold")


def _clipped_gradient(method: SGDG | AdamG, layout: Layout, w: Array, u: Array, gradient: Array) -> Array:
    """Return the gradient at the unit representative, its blocks tangent and clipped."""
    gradient = layout.scale(layout.norms(w), gradient)  # of degree -1
    if not is_zero(method.orthogonality):
        gradient = gradient + _regulariser(layout, u) * spread(method.orthogonality, layout, w)

    def on_rows(u: Array, z: Array) -> Array:
        along = sphere.project(u, z)
        return along if method.threshold is None else _clipped(along, method.threshold, layout, w)

    return layout.map(on_rows, lambda _, z: z, u, gradient)


def _clipped(rows: Array, threshold: Any, layout: Layout, w: Array) -> Array:
    xp, size = namespace(rows), norm(rows, keepdims=True)
    limit = spread(threshold, layout, w)
    limit = (limit[..., None] if getattr(limit, "ndim", 0) else limit) + xp.zeros_like(size)
    return rows * (limit / xp.maximum(size, limit))


def _regulariser(layout: Layout, u: Array) -> Array:
    """Return its gradient; parts with more blocks than entries a block cannot be orthonormal and have none."""
    xp, out = namespace(u), {}
    for part in layout.parts:
        rows = layout.view(part.name, u)
        out[part.name] = xp.zeros_like(rows)
        if part.blocks and part.blocks <= part.size // part.blocks:
            matrix = xp.reshape(rows, (*u.shape[:-1], part.blocks, part.size // part.blocks))
            out[part.name] = xp.reshape(lines.orthogonality(matrix)[1], rows.shape)
    return layout.pack(**out)


def _exp(layout: Layout, u: Array, d: Array) -> Array:
    return layout.map(lambda u, d: lines.turned(u, d, lines.turn_along(d)), lambda v, d: v + d, u, d)


def _carried(layout: Layout, u: Array, d: Array) -> Array:
    return layout.map(lambda u, d: lines.carried(u, d, lines.turn_along(d)), lambda _, d: d, u, d)


def _rows_along(u: Array, d: Array, x: Array) -> Array:
    return lines.carried_along(u, d, x, lines.turn_along(d))
