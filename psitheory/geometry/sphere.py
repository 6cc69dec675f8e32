r"""The unit sphere :math:`S^{d-1} = \{u \in \mathbb{R}^d : \|u\| = 1\}` with the round metric.

The functions of this module take rows on the last axis and are what the PSI quotient is made of.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psitheory.arithmetic import Array, dot, namespace, norm, sinc, squared_norm
from psitheory.errors import ArgumentError
from psitheory.layout import as_real


def angle(u: Array, v: Array, keepdims: bool = False) -> Array:
    r"""Return the angle :math:`2\,\mathrm{atan2}(\|u-v\|, \|u+v\|)` of unit vectors, in radians.

    Accurate to rounding for all angles; arccos of the dot product is wrong by 1e-8 near 0 and near π.
    """
    return 2 * namespace(u, v).atan2(norm(u - v, keepdims), norm(u + v, keepdims))


def project(u: Array, z: Array) -> Array:
    r"""Return :math:`z - \langle u, z\rangle u`."""
    return z - dot(u, z, keepdims=True) * u


def exp(u: Array, x: Array) -> Array:
    r"""Return :math:`\cos\|x\|\,u + \frac{\sin\|x\|}{\|x\|}\,x`."""
    length = norm(x, keepdims=True)
    return namespace(u, x).cos(length) * u + sinc(length) * x


def log(u: Array, v: Array) -> Array:
    r"""Return :math:`\frac{\theta}{\sin\theta}\,(v - \langle u, v\rangle u)`, with θ the angle.

    The projection is formed from :math:`v - u`, so that nothing cancels for near points:
    :math:`v - \langle u,v\rangle u = (v - u) + \tfrac12\|v-u\|^2 u`.

    Raises
    ------
    ArgumentError
        If v = -u: every direction is a shortest way.
    """
    difference = v - u
    along = difference + squared_norm(difference, keepdims=True) / 2 * u
    theta = angle(u, v, keepdims=True)
    if namespace(u, v) is np and bool(np.any((theta > 1) & ~np.any(along, axis=-1, keepdims=True))):
        raise ArgumentError("z is antipodal to w in some block; the logarithm needs points that are not antipodal")
    return along / sinc(theta)


def transport(u: Array, v: Array, x: Array) -> Array:
    r"""Return :math:`x - \frac{\langle v, x\rangle}{1 + \langle u, v\rangle}(u + v)`, the transport from u to v."""
    total = u + v
    return x - 2 * dot(v, x, keepdims=True) / squared_norm(total, keepdims=True) * total


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
        if not isinstance(self.d, int) or self.d < 1:
            raise ArgumentError(f"d is {self.d!r}; an integer of 1 or more is needed")

    @property
    def dimension(self) -> int:
        """Return d - 1."""
        return self.d - 1

    def _ambient(self, z: Array, name: str) -> Array:
        z = as_real(z, name)
        if z.ndim < 1 or z.shape[-1] != self.d:
            raise ArgumentError(f"{name} has the shape {tuple(z.shape)}; its last axis must be {self.d}")
        return z

    def inner(self, w: Array, x: Array, y: Array) -> Array:
        r"""Return :math:`\langle x, y\rangle`."""
        return dot(self._ambient(x, "x"), self._ambient(y, "y"))

    def norm(self, w: Array, x: Array) -> Array:
        r"""Return :math:`\|x\|`."""
        return norm(self._ambient(x, "x"))

    def dist(self, w: Array, z: Array) -> Array:
        """Return the angle between ``w`` and ``z``; see :func:`angle`."""
        return angle(self._ambient(w, "w"), self._ambient(z, "z"))

    def project(self, w: Array, z: Array) -> Array:
        """Return the tangential part of ``z``; see :func:`project`."""
        return project(self._ambient(w, "w"), self._ambient(z, "z"))

    def retract(self, w: Array, x: Array) -> Array:
        r"""Return :math:`(w + x)/\|w + x\|`."""
        z = self._ambient(w, "w") + self._ambient(x, "x")
        return z / norm(z, keepdims=True)

    def exp(self, w: Array, x: Array) -> Array:
        """Return the end of the geodesic; see :func:`exp`."""
        return exp(self._ambient(w, "w"), self._ambient(x, "x"))

    def log(self, w: Array, z: Array) -> Array:
        """Return the initial velocity; see :func:`log`."""
        return log(self._ambient(w, "w"), self._ambient(z, "z"))

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        """Return the parallel transport; see :func:`transport`."""
        return transport(self._ambient(w, "w"), self._ambient(z, "z"), self._ambient(x, "x"))

    def gradient(self, w: Array, gradient: Array) -> Array:
        """Return the tangential part of the Euclidean gradient."""
        return self.project(w, gradient)

    def hessian(self, w: Array, gradient: Array, hessian_vector: Array, x: Array) -> Array:
        r"""Return :math:`P(\nabla^2 f\,x) - \langle w, \nabla f\rangle x` (AMS08, §5.5)."""
        image, normal = self._ambient(hessian_vector, "hessian_vector"), self._ambient(gradient, "gradient")
        return self.project(w, image) - dot(w, normal, keepdims=True) * self._ambient(x, "x")

    def random_point(self, rng: np.random.Generator, shape: tuple[int, ...] = ()) -> Array:
        """Return points uniform on the sphere, (*shape, d)."""
        z = rng.normal(size=(*shape, self.d))
        return z / norm(z, keepdims=True)

    def random_tangent(self, rng: np.random.Generator, w: Array) -> Array:
        """Return tangential parts of standard normal vectors."""
        x = self.project(w, rng.normal(size=np.shape(w)))
        return self.project(w, x)  # a short one is tangent to rounding only then

    def defect(self, w: Array) -> Array:
        r"""Return :math:`\|w\| - 1`."""
        return norm(self._ambient(w, "w")) - 1
