r"""Zonal functions: functions of the angles between the blocks and their poles, and of free parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from psitheory.arithmetic import BALLS, Array, dot, namespace, norm
from psitheory.errors import ArgumentError, shown
from psitheory.layout import Layout
from psitheory.models.data import check_width, refuse_batch
from psitheory.models.functions.rapidity import Rapidity
from psitheory.models.interface import Evaluation, Smoothness


@dataclass(frozen=True, eq=False)
class Zonal:
    r"""The sum :math:`f(w) = \sum_i\varphi_i(\theta_i) + \tfrac{L_v}2\|v\|^2`, θ_i the angle of block i with its pole.

    The pole is the first basis vector.  With :math:`u = w/r` and t the unit tangent vector that leads away from it:

    .. math::

        \nabla f &= \varphi'(\theta)\,t/r, \\
        \nabla^2 f &= \bigl(\varphi''tt^\top - \varphi'(ut^\top + tu^\top)
                      + \varphi'\cot\theta\,(I - uu^\top - tt^\top)\bigr)/r^2.

    Since :math:`|\tau| \le \theta` and :math:`|\tau| \le \pi - \theta` bound :math:`\varphi'\cot\theta` by L, the L of
    each :class:`~psitheory.models.Rapidity` is that of its block, in every dimension.

    Parameters
    ----------
    waves : tuple of Rapidity
        :math:`\varphi_i`, one for each block.
    sizes : tuple of int
        The dimension of each block, at least 2.
    free : int
        The number of free parameters.
    curvature : positive number
        :math:`L_v`.

    Raises
    ------
    ArgumentError
        If there are not as many sizes as waves, or a size is below 2.
    """

    waves: tuple[Rapidity, ...]
    sizes: tuple[int, ...]
    free: int = field(default=0, kw_only=True)
    curvature: Any = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        if len(self.waves) != len(self.sizes) or not self.sizes or min(self.sizes) < 2:
            raise ArgumentError(f"sizes is {shown(self.sizes)}; {len(self.waves)} integers of at least 2 are needed")

    @cached_property
    def layout(self) -> Layout:
        """Return the blocks w1, w2, … and the free parameters v."""
        return Layout.of(self.sizes, self.free)

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return the loss and its gradient; where a block lies at a pole its gradient is 0 on floats."""
        refuse_batch(batch, "a zonal function")
        check_width(w, self.layout.n)
        frames = self._frames(w)
        v = self.layout.free_part(w)
        loss = self.curvature * dot(v, v, keepdims=True) / 2
        for wave, at in zip(self.waves, frames, strict=True):
            loss = loss + wave.derivative(at.theta, 0)
        slopes = [wave.derivative(at.theta, 1) * at.t / at.r for wave, at in zip(self.waves, frames, strict=True)]
        return Evaluation(loss[..., 0], namespace(w).concat([*slopes, self.curvature * v], axis=-1))

    def hessian_vector(self, w: Array, x: Array) -> Array:
        r"""Return :math:`\nabla^2 f(w)\,x`, (..., n)."""
        check_width(w, self.layout.n)
        check_width(x, self.layout.n, "x")
        products, start = [], 0
        for wave, at in zip(self.waves, self._frames(w), strict=True):
            size = at.u.shape[-1]
            products.append(_product(wave, at, x[..., start : start + size]))
            start += size
        return namespace(w).concat([*products, self.curvature * x[..., start:]], axis=-1)

    def _frames(self, w: Array) -> list[_Frame]:
        unit, norms = self.layout.units(w), self.layout.norms(w)
        out, start = [], 0
        for i, size in enumerate(self.sizes):
            out.append(_frame(unit[..., start : start + size], norms[..., i : i + 1]))
            start += size
        return out

    @property
    def minimum(self) -> Any:
        """Return the least value, 0."""
        return sum(wave.minimum for wave in self.waves)

    @property
    def constants(self) -> Array:
        """Return the L of each block."""
        return namespace(self.waves[0].lengths).asarray([wave.scale for wave in self.waves])

    @property
    def smoothness(self) -> Smoothness:
        """Return the largest L of a block, or that of the free parameters if it is larger."""
        xp = namespace(self.waves[0].lengths)
        largest = xp.max(self.constants)
        return Smoothness(xp.maximum(largest, self.curvature) if self.free else largest, "closed form", "everywhere")


class _Frame(NamedTuple):
    """u, t (..., d), the angle with the pole and the norm (..., 1)."""

    u: Array
    t: Array
    theta: Array
    r: Array


def _frame(u: Array, r: Array) -> _Frame:
    xp = namespace(u)
    c, rest = u[..., :1], u[..., 1:]
    if rest.shape[-1] == 1:  # in the plane the angle keeps its sign, and nothing is divided by 0 at the pole
        return _Frame(u, xp.concat([-rest, c], axis=-1), xp.atan2(rest, c), r)
    s = norm(rest, keepdims=True)
    away = _direction(rest, s)
    return _Frame(u, xp.concat([-s, c * away], axis=-1), xp.atan2(s, c), r)


def _direction(rest: Array, s: Array) -> Array:
    """Return rest/s, 0 at the pole; where a ball holds the pole, all that a direction may be."""
    xp = namespace(rest)
    if xp is not BALLS:
        return rest / xp.where(s == 0, xp.ones_like(s), s)
    any_direction = BALLS.element(-1).union(BALLS.element(1))
    return np.frompyfunc(lambda x, size: any_direction if size.contains(0) else x / size, 2, 1)(rest, s)


def _product(wave: Rapidity, at: _Frame, x: Array) -> Array:
    first, second = wave.derivative(at.theta, 1), wave.derivative(at.theta, 2)
    radial, turn = dot(at.u, x, keepdims=True), dot(at.t, x, keepdims=True)
    product = (second * turn - first * radial) * at.t - first * turn * at.u
    if x.shape[-1] > 2:
        xp = namespace(at.u)
        across = x - radial * at.u - turn * at.t
        tangent = xp.where(at.theta == 0, xp.ones_like(at.theta), xp.sin(at.theta)) / xp.cos(at.theta)
        bend = xp.where(at.theta == 0, second, first / tangent)
        product = product + bend * across
    return product / (at.r * at.r)
