r"""Lines through the origin of :math:`\mathbb{R}^d`, the Grassmann manifold G(1, d) (Cho17).

A line is held by one of its two unit vectors :math:`\pm u`; geodesics, tangent vectors and lengths are those of the
sphere, but no two lines are farther apart than :math:`\pi/2`, which is the injectivity radius.  The functions take rows
on the last axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from psitheory.arithmetic import Array, dot, known_any, namespace, norm, sinc
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import BranchUndecided, Undefined
from psitheory.geometry import sphere
from psitheory.geometry.sphere import Sphere


class Turn(NamedTuple):
    r"""What a turn by :math:`t = \|h\|` along h takes of sine and cosine; all have a limit at h = 0.

    Attributes
    ----------
    cosine, sine, versine : array (..., 1)
        :math:`\cos t`, :math:`\sin(t)/t`, :math:`(1 - \cos t)/t^2`.
    """

    cosine: Array
    sine: Array
    versine: Array


def turn_along(h: Array) -> Turn:
    r"""Return the turn along ``h``; the versine is :math:`\frac12(\sin(t/2)/(t/2))^2`, which cancels nothing."""
    t = norm(h, keepdims=True)
    half = sinc(t / 2)
    return Turn(namespace(h).cos(t), sinc(t), half * half / 2)


def turned(u: Array, h: Array, turn: Turn) -> Array:
    r"""Return :math:`\cos t\,u + \frac{\sin t}{t}h`, where the geodesic from u along h ends."""
    return turn.cosine * u + turn.sine * h


def carried(u: Array, h: Array, turn: Turn) -> Array:
    r"""Return :math:`\cos t\,h - t\sin t\,u`, the velocity h carried along its own geodesic."""
    return turn.cosine * h - turn.sine * dot(h, h, keepdims=True) * u


def carried_along(u: Array, h: Array, x: Array, turn: Turn) -> Array:
    r"""Return x carried along h, :math:`x - \langle h, x\rangle(\frac{1-\cos t}{t^2}h + \frac{\sin t}{t}u)`."""
    return x - dot(h, x, keepdims=True) * (turn.versine * h + turn.sine * u)


def angle(u: Array, v: Array, keepdims: bool = False) -> Array:
    r"""Return :math:`\min(\theta, \pi - \theta)`, as 2 atan2 of the shorter and the longer diagonal of the rhombus."""
    xp = namespace(u, v)
    apart, total = norm(u - v, keepdims), norm(u + v, keepdims)
    return 2 * xp.atan2(xp.minimum(apart, total), xp.maximum(apart, total))


def nearer(u: Array, v: Array) -> Array:
    """Return that of the unit vectors ``v`` and ``-v`` of one line that is nearer to ``u``.

    Raises
    ------
    Undefined
        If they are equally near: the lines are orthogonal, and each way round is a shortest one.
    BranchUndecided
        If enclosures leave that open.
    """
    xp, cosine = namespace(u, v), dot(u, v, keepdims=True)
    level = xp.is_zero(cosine) if isinstance(xp, ObjectNamespace) else cosine == 0
    if level.dtype == object and any(flag is None for flag in level.flat):
        raise BranchUndecided("z may or may not be orthogonal to w; more precision is needed")
    if known_any(level):
        raise Undefined("z is orthogonal to w; a shortest geodesic needs lines that are not orthogonal")
    return xp.where(xp.greater(cosine, xp.zeros_like(cosine)), v, -v)


def orthogonality(rows: Array) -> tuple[Array, Array]:
    r"""Return the penalty :math:`\frac12\|YY^\top - I\|^2` of rows Y (..., k, d), and its gradient.

    The gradient is :math:`2(YY^\top - I)Y`; Cho17 writes the same for columns and times α.  The penalty is zero just
    where the rows are orthonormal, which needs k ≤ d.
    """
    xp, k = namespace(rows), rows.shape[-2]
    eye = xp.eye(k) if isinstance(xp, ObjectNamespace) else xp.eye(k, dtype=rows.dtype)
    excess = xp.matmul(rows, xp.matrix_transpose(rows)) - eye
    return xp.sum(excess * excess, axis=(-2, -1)) / 2, 2 * xp.matmul(excess, rows)


@dataclass(frozen=True)
class Lines(Sphere):
    r"""The lines through the origin of R^d: the sphere with u and -u for one point.

    Parameters
    ----------
    d : int
        Dimension of the ambient space, at least 1.

    Notes
    -----
    A tangent vector belongs to the unit vector at which it is given: x at u is -x at -u.

    Examples
    --------
    >>> import numpy as np
    >>> float(Lines(2).dist(np.array([1.0, 0.0]), np.array([-1.0, 0.0])))
    0.0
    """

    def dist(self, w: Array, z: Array) -> Array:
        """Return the angle between the lines, at most π/2; see :func:`angle`."""
        return angle(self._point(w, "w"), self._point(z, "z"))

    def log(self, w: Array, z: Array) -> Array:
        """Return the velocity at ``w`` of the shortest geodesic to the line of ``z``; see :func:`nearer`."""
        w = self._point(w, "w")
        return sphere.log(w, nearer(w, self._point(z, "z")))

    def translate(self, w: Array, x: Array) -> Array:
        """Return ``x`` carried along its own geodesic, at its end; see :func:`carried`."""
        x = self._vector(x, "x")
        return carried(self._point(w, "w"), x, turn_along(x))

    def translate_along(self, w: Array, h: Array, x: Array) -> Array:
        """Return ``x`` carried along the geodesic of ``h``, at its end; see :func:`carried_along`."""
        h = self._vector(h, "h")
        return carried_along(self._point(w, "w"), h, self._vector(x, "x"), turn_along(h))

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        """Return ``x`` carried from ``w`` to the unit vector ``z`` along the shortest geodesic of the lines."""
        w, z = self._point(w, "w"), self._point(z, "z")
        near, x = nearer(w, z), self._vector(x, "x")
        there = sphere.transport(w, near, x)
        return there * dot(near, z, keepdims=True)  # 1, or -1 where the geodesic ends at -z
