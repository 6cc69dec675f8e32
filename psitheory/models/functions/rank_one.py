r"""The best approximation of a matrix by one of rank one: two scale-invariant blocks and a free parameter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from psitheory.arithmetic import Array, dot, namespace
from psitheory.arithmetic.balls import BALLS
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.arithmetic.spectrum import symmetric_spectrum
from psitheory.errors import NotInArithmetic
from psitheory.layout import Layout, blocks, free
from psitheory.models.data import check_width, checked, matched, refuse_batch
from psitheory.models.interface import Evaluation, Smoothness


@dataclass(frozen=True, eq=False)
class RankOne:
    r"""Half the squared distance :math:`f(w_1, w_2, v) = \tfrac12\|B - v\,u_1u_2^\top\|_F^2` to B.

    With :math:`u_i = w_i/\|w_i\|`, :math:`b = Bu_2`, :math:`c = B^\top u_1` and :math:`s = u_1^\top B u_2`:

    .. math::

        \nabla_1 f = -\tfrac{v}{\|w_1\|}(b - s u_1), \qquad \nabla_2 f = -\tfrac{v}{\|w_2\|}(c - s u_2), \qquad
        \nabla_v f = v - s.

    The minimum is half the sum of the squared singular values of B but the largest.

    Parameters
    ----------
    matrix : array, (k, d)
        B.

    Raises
    ------
    ArgumentError
        If the matrix has no entries, or some that are not finite.

    Examples
    --------
    >>> import numpy as np
    >>> model = RankOne(np.diag([3.0, 4.0]))
    >>> float(model.evaluate(np.array([0.0, 2.0, 0.0, 5.0, 4.0])).loss), float(model.minimum)
    (4.5, 4.5)
    """

    matrix: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "matrix", checked(self.matrix, "matrix", None, None))

    @cached_property
    def layout(self) -> Layout:
        """Return the blocks w1 (k) and w2 (d) and the free parameter v."""
        rows, columns = self.matrix.shape
        return Layout(blocks("w1", rows), blocks("w2", columns), free("v", 1))

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return the loss and its gradient; a zero block gives NaN."""
        refuse_batch(batch, "the approximation of a matrix")
        at = self._parts(w)
        flat = namespace(self.matrix).reshape(self.matrix, (-1,))
        square = matched(dot(flat, flat, keepdims=True), w)
        loss = square / 2 - at.v * at.s + at.v * at.v / 2
        return Evaluation(loss[..., 0], self._flat(-at.v * at.p / at.r, -at.v * at.q / at.t, at.v - at.s))

    def hessian_vector(self, w: Array, x: Array) -> Array:
        r"""Return :math:`\nabla^2 f(w)\,x`, (..., n): the derivative of the gradient's formula along x."""
        check_width(x, self.layout.n, "x")
        at = self._parts(w)
        namespace(w, x)  # arrays of two libraries are refused
        x1, x2, xv = (self.layout.view(name, x) for name in ("w1", "w2", "v"))
        x1, x2 = x1 / at.r, x2 / at.t
        along1, along2 = dot(at.u, x1, keepdims=True), dot(at.z, x2, keepdims=True)
        y1, y2 = x1 - along1 * at.u, x2 - along2 * at.z  # how the unit vectors move
        moved = dot(at.p, y1, keepdims=True) + dot(at.q, y2, keepdims=True)  # of s
        b, c = self._times(y2, transposed=False), self._times(y1, transposed=True)
        first = at.v * (at.p * along1 - b + moved * at.u + at.s * y1) - xv * at.p
        second = at.v * (at.q * along2 - c + moved * at.z + at.s * y2) - xv * at.q
        return self._flat(first / at.r, second / at.t, xv - moved)

    def _parts(self, w: Array) -> _Parts:
        check_width(w, self.layout.n)
        unit, norms = self.layout.units(w), self.layout.norms(w)
        u, z = self.layout.view("w1", unit), self.layout.view("w2", unit)
        b, c = self._times(z, transposed=False), self._times(u, transposed=True)
        s = dot(u, b, keepdims=True)
        return _Parts(u, z, self.layout.view("v", w), norms[..., :1], norms[..., 1:], s, b - s * u, c - s * z)

    def _times(self, x: Array, *, transposed: bool) -> Array:
        """Return B x, or Bᵀx, for each row of ``x``."""
        matrix = matched(self.matrix, x)
        xp = namespace(x, matrix)
        return xp.matmul(x, matrix if transposed else xp.matrix_transpose(matrix))

    def _flat(self, w1: Array, w2: Array, v: Array) -> Array:
        return namespace(w1, w2, v).concat([w1, w2, v], axis=-1)

    # Not cached: in balls these depend on the precision at the time of asking.

    @property
    def norm(self) -> Array:
        """Return the largest singular value of B."""
        xp = namespace(self.matrix)
        if xp is BALLS:
            return BALLS.sqrt_of_square(BALLS.max(symmetric_spectrum(self.matrix.T @ self.matrix)))
        if isinstance(xp, ObjectNamespace):
            raise NotInArithmetic(f"the singular values of a matrix do not exist in {xp.name}")
        return xp.max(xp.linalg.svdvals(self.matrix))

    @property
    def minimum(self) -> Array:
        """Return the least value."""
        flat = namespace(self.matrix).reshape(self.matrix, (-1,))
        return (dot(flat, flat) - self.norm * self.norm) / 2

    def smoothness_within(self, radius: Array) -> Smoothness:
        r"""Return a bound on the joint curvature at unit blocks where :math:`|v| \le` ``radius``.

        With :math:`\sigma = \|B\|`: the two blocks have curvature at most :math:`\tfrac2{\sqrt3}|v|\sigma` each,
        as for the cosine, and are coupled by at most :math:`|v|\sigma` to each other and by
        :math:`\sigma` to v, whose curvature is 1.  So :math:`L \le \tfrac{\alpha+1}2 +
        \sqrt{\tfrac{(\alpha-1)^2}4 + 2\sigma^2}` with :math:`\alpha = (1 + \tfrac2{\sqrt3})\,|v|\,\sigma`.
        """
        sigma = self.norm
        xp = namespace(sigma, self.matrix)
        one = xp.ones_like(self.matrix)[0, 0]
        alpha = (1 + 2 / xp.sqrt(3 * one)) * radius * sigma
        bound = (alpha + 1) / 2 + xp.sqrt((alpha - 1) * (alpha - 1) / 4 + 2 * sigma * sigma)
        return Smoothness(bound, "upper bound", "where |v| is at most the radius")

    def radius_below(self, level: Array) -> Array:
        r"""Return a bound on :math:`|v|` where f is at most ``level``: :math:`\|B\|_F + \sqrt{2\,\mathrm{level}}`."""
        xp = namespace(self.matrix, level)
        flat = xp.reshape(self.matrix, (-1,))
        return xp.sqrt(dot(flat, flat)) + xp.sqrt(2 * level)


class _Parts(NamedTuple):
    """Unit blocks u, z; v; their norms r, t; s = uᵀBz; p = Bz - s u and q = Bᵀu - s z.  All (..., 1) or (..., d)."""

    u: Array
    z: Array
    v: Array
    r: Array
    t: Array
    s: Array
    p: Array
    q: Array
