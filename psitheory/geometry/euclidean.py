"""Flat space: where free parameters live, and the yardstick of everything curved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psitheory.arithmetic import Array, dot, norm
from psitheory.display import as_html


@dataclass(frozen=True)
class Euclidean:
    """R^n with the standard inner product.

    Parameters
    ----------
    n : int
    """

    n: int

    @property
    def dimension(self) -> int:
        """Return n."""
        return self.n

    def _repr_html_(self) -> str:
        return as_html(self)

    def inner(self, w: Array, x: Array, y: Array) -> Array:
        r"""Return :math:`\langle x, y\rangle`."""
        return dot(x, y)

    def norm(self, w: Array, x: Array) -> Array:
        r"""Return :math:`\|x\|`."""
        return norm(x)

    def dist(self, w: Array, z: Array) -> Array:
        r"""Return :math:`\|w - z\|`."""
        return norm(w - z)

    def project(self, w: Array, z: Array) -> Array:
        """Return ``z``."""
        return z

    def retract(self, w: Array, x: Array) -> Array:
        """Return ``w + x``."""
        return w + x

    def exp(self, w: Array, x: Array) -> Array:
        """Return ``w + x``."""
        return w + x

    def log(self, w: Array, z: Array) -> Array:
        """Return ``z - w``."""
        return z - w

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        """Return ``x``."""
        return x

    def gradient(self, w: Array, gradient: Array) -> Array:
        """Return ``gradient``."""
        return gradient

    def hessian(self, w: Array, gradient: Array, hessian_vector: Array, x: Array) -> Array:
        """Return ``hessian_vector``."""
        return hessian_vector

    def random_point(self, rng: np.random.Generator, shape: tuple[int, ...] = ()) -> Array:
        """Return standard normal points, ``(*shape, n)``."""
        return rng.normal(size=(*shape, self.n))

    def random_tangent(self, rng: np.random.Generator, w: Array) -> Array:
        """Return standard normal vectors of the shape of ``w``."""
        return rng.normal(size=np.shape(w))

    def defect(self, w: Array) -> Array:
        """Return 0: every array is a point."""
        return 0 * norm(w)
