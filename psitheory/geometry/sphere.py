r"""The unit sphere :math:`S^{d-1} = \{u \in \mathbb{R}^d : \|u\| = 1\}` with the round metric.

The functions of this module take rows on the last axis and are what the PSI quotient is made of.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from psitheory.arithmetic import Array, dot, known_any, namespace, norm, sinc, squared_norm
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.display import as_html
from psitheory.errors import ArgumentError, Undefined
from psitheory.geometry import oblique
from psitheory.layout import as_real


def angle(u: Array, v: Array, keepdims: bool = False) -> Array:
    r"""Return the angle :math:`2\,\mathrm{atan2}(\|u-v\|, \|u+v\|)` of unit vectors, in radians.

    Accurate to rounding for all angles; arccos of the dot product is wrong by 1e-8 near 0 and near π.
    """
    rows = oblique.together(u, v)
    if rows:
        return oblique.angle(rows[0], 1, rows[1], 1, angle_everywhere, keepdims=keepdims)
    return angle_everywhere(u, v, keepdims)


def angle_everywhere(u: Array, v: Array, keepdims: bool = False) -> Array:
    """Return :func:`angle` by its formula, which is right at every angle and in every arithmetic."""
    return 2 * namespace(u, v).atan2(norm(u - v, keepdims), norm(u + v, keepdims))


def project(u: Array, z: Array) -> Array:
    r"""Return :math:`z - \langle u, z\rangle u`."""
    return z - dot(u, z, keepdims=True) * u


def exp(u: Array, x: Array) -> Array:
    r"""Return :math:`\cos\|x\|\,u + \frac{\sin\|x\|}{\|x\|}\,x`."""
    length = norm(x, keepdims=True)
    return namespace(u, x).cos(length) * u + sinc(length) * x


def towards(u: Array, v: Array) -> Array:
    r"""Return :math:`v - \langle u, v\rangle u`, of length :math:`\sin\theta`, to rounding at every angle.

    It is the tangential part of :math:`v - u` and of :math:`v + u` too: the shorter one is projected, which the
    subtraction gives exactly for points that are near, or nearly opposite.
    """
    xp = namespace(u, v)
    if isinstance(xp, ObjectNamespace):
        return project(u, v - u)
    return project(u, xp.where(dot(u, v, keepdims=True) < 0, v + u, v - u))


def log(u: Array, v: Array) -> Array:
    r"""Return :math:`\frac{\theta}{\sin\theta}\,(v - \langle u, v\rangle u)`, with θ the angle; see :func:`towards`.

    Raises
    ------
    Undefined
        If v = -u: every direction is a shortest way.
    """
    rows = oblique.together(u, v)
    if rows:
        return oblique.log(rows[0], 1, rows[1], 1, log_everywhere)
    return log_everywhere(u, v)


def log_everywhere(u: Array, v: Array) -> Array:
    """Return :func:`log` by its formula, which is right at every angle and in every arithmetic."""
    along = towards(u, v)
    theta = angle_everywhere(u, v, keepdims=True)
    xp = namespace(u, v)
    if isinstance(xp, ObjectNamespace):
        return along / sinc(theta)
    far = dot(u, v, keepdims=True) < 0
    sine = _refuse_opposite(norm(along, keepdims=True), far, "the logarithm")
    # Beside u the length of what is projected knows less of θ than θ does, and beside -u the sine of θ does.
    ratio = xp.where(far, theta, xp.ones_like(theta)) / xp.where(far, sine, sinc(xp.where(far, 0 * theta, theta)))
    return ratio * along


def transport(u: Array, v: Array, x: Array) -> Array:
    r"""Return :math:`x - \langle y, x\rangle\left(u + \frac{y}{1 + \langle u, v\rangle}\right)`, from u to v.

    y is the tangential part of v, and :math:`1 + \langle u, v\rangle` is formed as :math:`\|u+v\|^2/2`, or for angles
    beyond π/2 as :math:`2\|y\|^2/\|u-v\|^2`, so that nothing cancels where the points are nearly opposite.

    Raises
    ------
    Undefined
        If v = -u: every direction is a shortest way.
    """
    rows = oblique.together(u, v, x)
    if rows:
        return oblique.transport(rows[0], 1, rows[1], 1, rows[2], transport_everywhere)
    return transport_everywhere(u, v, x)


def transport_everywhere(u: Array, v: Array, x: Array) -> Array:
    """Return :func:`transport` by its formula, which is right at every angle and in every arithmetic."""
    xp = namespace(u, v, x)
    if isinstance(xp, ObjectNamespace):
        total = u + v
        return x - 2 * dot(v, x, keepdims=True) / squared_norm(total, keepdims=True) * total
    along, beyond = towards(u, v), dot(u, v, keepdims=True) < 0
    sine = _refuse_opposite(norm(along, keepdims=True), beyond, "the transport")
    apart = xp.where(beyond, norm(u - v, keepdims=True), xp.ones_like(sine))
    half = xp.where(beyond, sine / apart, norm(u + v, keepdims=True) / 2)  # cos(θ/2)
    y = along / half  # of length 2 sin(θ/2): no square of what may be tiny
    return x - dot(y, x, keepdims=True) * (half * u + y / 2)


def _refuse_opposite(sine: Array, beyond: Array, what: str) -> Array:
    opposite = beyond & (sine == 0)
    if known_any(opposite):
        raise Undefined(f"z is antipodal to w in some block; {what} needs points that are not antipodal")
    xp = namespace(sine)
    return xp.where(opposite, xp.full_like(sine, float("nan")), sine)


@dataclass(frozen=True)
class Sphere:
    """The unit sphere in R^d.

    Parameters
    ----------
    d : int
        Dimension of the ambient space, at least 1.
    """

    d: int

    def __post_init__(self) -> None:
        if not isinstance(self.d, int) or isinstance(self.d, bool) or self.d < 1:
            raise ArgumentError(f"d is {self.d!r}; an integer of 1 or more is needed")

    @property
    def dimension(self) -> int:
        """Return d - 1."""
        return self.d - 1

    def _repr_html_(self) -> str:
        return as_html(self)

    def _ambient(self, z: Array, name: str) -> Array:
        z = as_real(z, name)
        if z.ndim < 1 or z.shape[-1] != self.d:
            raise ArgumentError(f"{name} has the shape {tuple(z.shape)}; its last axis must be {self.d}")
        return z

    def _point(self, w: Array, name: str) -> Array:
        """Return ``w``, or raise unless its norm is 1.

        In floats to √eps, which 1/√eps steps of rounding add up to, and no closer than to the √eps of float32, so that
        points rounded to float32 are points in float64 too.
        """
        w = self._ambient(w, name)
        xp = namespace(w)
        if not isinstance(xp, ObjectNamespace):
            r = norm(w)
            off = ~(xp.abs(r - 1) <= math.sqrt(max(float(xp.finfo(w.dtype).eps), 2.0**-23)))
            if known_any(off):
                came = float(r[off][0]) if w.ndim > 1 else float(r)
                raise ArgumentError(f"{name} is not on the sphere: it has the norm {came:.6g}; 1 is needed")
        return w

    def _vector(self, x: Array, name: str) -> Array:
        x = self._ambient(x, name)
        xp = namespace(x)
        if not isinstance(xp, ObjectNamespace) and known_any(~xp.isfinite(x)):
            raise ArgumentError(f"{name} is not finite; finite numbers are needed")
        return x

    def inner(self, w: Array, x: Array, y: Array) -> Array:
        r"""Return :math:`\langle x, y\rangle`."""
        return dot(self._vector(x, "x"), self._vector(y, "y"))

    def norm(self, w: Array, x: Array) -> Array:
        r"""Return :math:`\|x\|`."""
        return norm(self._vector(x, "x"))

    def dist(self, w: Array, z: Array) -> Array:
        """Return the angle between ``w`` and ``z``; see :func:`angle`."""
        return angle(self._point(w, "w"), self._point(z, "z"))

    def project(self, w: Array, z: Array) -> Array:
        """Return the tangential part of ``z``; see :func:`project`."""
        return project(self._point(w, "w"), self._vector(z, "z"))

    def retract(self, w: Array, x: Array) -> Array:
        r"""Return :math:`(w + x)/\|w + x\|`."""
        z = self._point(w, "w") + self._vector(x, "x")
        return z / norm(z, keepdims=True)

    def exp(self, w: Array, x: Array) -> Array:
        """Return the end of the geodesic; see :func:`exp`."""
        return exp(self._point(w, "w"), self._vector(x, "x"))

    def log(self, w: Array, z: Array) -> Array:
        """Return the initial velocity; see :func:`log`."""
        return log(self._point(w, "w"), self._point(z, "z"))

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        """Return the parallel transport; see :func:`transport`."""
        return transport(self._point(w, "w"), self._point(z, "z"), self._vector(x, "x"))

    def gradient(self, w: Array, gradient: Array) -> Array:
        """Return the tangential part of the Euclidean gradient."""
        return self.project(w, gradient)

    def hessian(self, w: Array, gradient: Array, hessian_vector: Array, x: Array) -> Array:
        r"""Return :math:`P(\nabla^2 f\,x) - \langle w, \nabla f\rangle x` (AMS08, §5.5)."""
        image, normal = self._vector(hessian_vector, "hessian_vector"), self._vector(gradient, "gradient")
        w = self._point(w, "w")
        return self.project(w, image) - dot(w, normal, keepdims=True) * self._vector(x, "x")

    def random_point(self, rng: np.random.Generator, shape: tuple[int, ...] = ()) -> Array:
        """Return points uniform on the sphere, ``(*shape, d)``."""
        z = rng.normal(size=(*shape, self.d))
        return z / norm(z, keepdims=True)

    def random_tangent(self, rng: np.random.Generator, w: Array) -> Array:
        """Return tangential parts of standard normal vectors."""
        x = self.project(w, rng.normal(size=np.shape(w)))
        return self.project(w, x)  # a short one is tangent to rounding only then

    def defect(self, w: Array) -> Array:
        r"""Return :math:`\|w\| - 1`."""
        return norm(self._ambient(w, "w")) - 1
