"""Metrics, projections, dimensions and manners that are wrong on purpose, each in one way."""

from __future__ import annotations

import numpy as np

from psitheory.arithmetic import Array, dot, norm
from psitheory.geometry import sphere as exact
from psitheory.laws.broken_manifolds.sphere import PlainSphere


class SkewMetric(PlainSphere):
    """A metric with a skew part."""

    def inner(self, w: Array, x: Array, y: Array) -> Array:
        return dot(x, y) + (x[..., 0] * y[..., 1] - x[..., 1] * y[..., 0])


class QuarticMetric(PlainSphere):
    """A metric that is not linear."""

    def inner(self, w: Array, x: Array, y: Array) -> Array:
        product = dot(x, y)
        return product + product * product * product / 1000


class IndefiniteMetric(PlainSphere):
    """A metric with a negative direction."""

    def inner(self, w: Array, x: Array, y: Array) -> Array:
        return dot(x, y) - 3 * x[..., 1] * y[..., 1]


class SumNorm(PlainSphere):
    """A norm that is not that of the metric: the sum of absolute values."""

    def norm(self, w: Array, x: Array) -> Array:
        return np.sum(np.abs(x), axis=-1)


class HalfwayProjection(PlainSphere):
    """A projection that removes half of the normal part."""

    def project(self, w: Array, z: Array) -> Array:
        return z - dot(z, w, keepdims=True) * w / 2


class IdentityProjection(PlainSphere):
    """A projection that takes every vector for tangent."""

    def project(self, w: Array, z: Array) -> Array:
        return z


class CurvedProjection(PlainSphere):
    """A projection that is not linear."""

    def project(self, w: Array, z: Array) -> Array:
        normal = dot(z, w, keepdims=True)
        return exact.project(w, z) + normal * normal * self._sideways(w)


class ObliqueProjection(PlainSphere):
    """A projection along a direction that is not normal."""

    def project(self, w: Array, z: Array) -> Array:
        return z - dot(z, w, keepdims=True) * (w + self._sideways(w))


class ObliqueEitherWay:
    """A sphere with a metric of its own, and a projection that is normal neither by it nor in the ambient space."""

    def __init__(self, d: int) -> None:
        self._sphere = ObliqueProjection(d)
        self.random_point, self.random_tangent = self._sphere.random_point, self._sphere.random_tangent
        self.project = self._sphere.project

    def inner(self, w: Array, x: Array, y: Array) -> Array:
        return dot(x, y) + x[..., 0] * y[..., 0]


class NarrowProjection(PlainSphere):
    """A projection to a part of the tangent space."""

    def project(self, w: Array, z: Array) -> Array:
        away = self._sideways(w)
        tangent = exact.project(w, z)
        return tangent - dot(tangent, away, keepdims=True) / dot(away, away, keepdims=True) * away


class NormalTangents(PlainSphere):
    """Random tangent vectors that are not tangent."""

    def random_tangent(self, rng: np.random.Generator, w: Array) -> Array:
        return rng.normal(size=np.shape(w))


class WrongDimension(PlainSphere):
    """A dimension that counts the normal direction."""

    @property
    def dimension(self) -> int:
        return self.d


class WrongDefect(PlainSphere):
    """A defect that is off by 1e-9."""

    def defect(self, w: Array) -> Array:
        return norm(w) - 1 + 1e-9


class OverwritingProjection(PlainSphere):
    """A projection that overwrites its argument."""

    def project(self, w: Array, z: Array) -> Array:
        z -= dot(z, w, keepdims=True) * w
        return z


class OneNormForAll(PlainSphere):
    """An exponential with one length for a whole batch."""

    def exp(self, w: Array, x: Array) -> Array:
        length = np.sqrt(np.sum(x * x))
        return np.cos(length) * w + np.sinc(length / np.pi) * x
