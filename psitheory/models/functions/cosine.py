r"""The cosine similarity with a fixed direction: one minimiser, and a smoothness constant above its curvature."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from psitheory.arithmetic import Array, dot, namespace, rescaled
from psitheory.layout import Layout
from psitheory.models.data import check_width, checked, divided, matched, refuse_batch
from psitheory.models.interface import Evaluation, Smoothness


@dataclass(frozen=True, eq=False)
class Cosine:
    r"""Minus the cosine of the angle with ``direction``: :math:`f(w) = -\langle w, z\rangle/(\|w\|\|z\|)`.

    With :math:`u = w/\|w\|`, :math:`\hat z = z/\|z\|`, :math:`c = \langle u, \hat z\rangle` and
    :math:`p = \hat z - c\,u`:

    .. math::

        \nabla f &= -p/\|w\|, \\
        \nabla^2 f\,x &= (\langle p, x\rangle u + \langle u, x\rangle p + c\,(x - \langle u, x\rangle u))/\|w\|^2.

    Parameters
    ----------
    direction : array, (d,)
        Of any length but zero.  On rationals it and the weights need rational norms.

    Raises
    ------
    ArgumentError
        If the direction is zero or not finite.

    Examples
    --------
    >>> import numpy as np
    >>> float(Cosine([3.0, 4.0]).evaluate(np.array([0.0, 2.0])).loss)
    -0.8
    """

    direction: Array

    def __post_init__(self) -> None:
        direction = checked(self.direction, "direction", None)
        object.__setattr__(self, "direction", Layout.of(direction.shape).check(direction, "direction"))

    @cached_property
    def layout(self) -> Layout:
        """Return one block of size d."""
        return Layout.of(self.direction.shape)

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return minus the cosine and its gradient; a zero vector gives NaN."""
        refuse_batch(batch, "the cosine")
        _, p, c, r, s = self._parts(w)
        return Evaluation((-c)[..., 0], divided(-p / r, s))

    def hessian_vector(self, w: Array, x: Array) -> Array:
        r"""Return :math:`\nabla^2 f(w)\,x`, (..., n)."""
        u, p, c, r, s = self._parts(w)
        radial = dot(u, x, keepdims=True)
        product = dot(p, x, keepdims=True) * u + radial * p + c * (x - radial * u)
        return divided(divided(product / r, s) / r, s)

    def _parts(self, w: Array) -> tuple[Array, Array, Array, Array, Array | int]:
        """Return u, p, c (..., 1) and r (..., 1), s with ‖w‖ = r s."""
        check_width(w, self.direction.shape[-1])
        xp = namespace(w, self.direction)
        z, _ = rescaled(self.direction)
        z = matched(z, w)
        z = z / xp.sqrt(dot(z, z, keepdims=True))
        y, s = rescaled(w)
        r = xp.sqrt(dot(y, y, keepdims=True))
        u = y / r
        c = dot(u, z, keepdims=True)
        return u, z - c * u, c, r, s

    @property
    def minimum(self) -> Array:
        """Return -1."""
        return -namespace(self.direction).ones_like(self.direction)[0]

    @property
    def smoothness(self) -> Smoothness:
        r"""Return :math:`L = 2/\sqrt3`, attained where the cosine is :math:`1/\sqrt3` (d ≥ 2)."""
        xp = namespace(self.direction)
        one = xp.ones_like(self.direction)[:1]
        return Smoothness((2 / xp.sqrt(3 * one))[0], "closed form", "everywhere")
