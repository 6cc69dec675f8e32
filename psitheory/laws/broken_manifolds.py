"""Manifolds that are wrong on purpose, each in one way: what the laws of a manifold must refute.

The exact formulas are taken from :mod:`psitheory.geometry.sphere`, so that an override breaks one method alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.arithmetic import Array, dot, norm
from psitheory.geometry import Euclidean, PSIQuotient, Sphere
from psitheory.geometry import sphere as exact


class _Sphere(Sphere):
    """The unit sphere, with conversions that do not go through ``project``."""

    def gradient(self, w: Array, gradient: Array) -> Array:
        return exact.project(w, gradient)

    def random_tangent(self, rng: np.random.Generator, w: Array) -> Array:
        return exact.project(w, rng.normal(size=np.shape(w)))

    def _sideways(self, w: Array) -> Array:
        """Return a tangent vector that depends smoothly on the point."""
        return exact.project(w, np.ones(self.d) / self.d)


class SkewMetric(_Sphere):
    """A metric with a skew part."""

    def inner(self, w: Array, x: Array, y: Array) -> Array:
        return dot(x, y) + (x[..., 0] * y[..., 1] - x[..., 1] * y[..., 0])


class QuarticMetric(_Sphere):
    """A metric that is not linear."""

    def inner(self, w: Array, x: Array, y: Array) -> Array:
        product = dot(x, y)
        return product + product * product * product / 1000


class IndefiniteMetric(_Sphere):
    """A metric with a negative direction."""

    def inner(self, w: Array, x: Array, y: Array) -> Array:
        return dot(x, y) - 3 * x[..., 1] * y[..., 1]


class SumNorm(_Sphere):
    """A norm that is not that of the metric: the sum of absolute values."""

    def norm(self, w: Array, x: Array) -> Array:
        return np.sum(np.abs(x), axis=-1)


class HalfwayProjection(_Sphere):
    """A projection that removes half of the normal part."""

    def project(self, w: Array, z: Array) -> Array:
        return z - dot(z, w, keepdims=True) * w / 2


class IdentityProjection(_Sphere):
    """A projection that takes every vector for tangent."""

    def project(self, w: Array, z: Array) -> Array:
        return z


class CurvedProjection(_Sphere):
    """A projection that is not linear."""

    def project(self, w: Array, z: Array) -> Array:
        normal = dot(z, w, keepdims=True)
        return exact.project(w, z) + normal * normal * self._sideways(w)


class ObliqueProjection(_Sphere):
    """A projection along a direction that is not normal."""

    def project(self, w: Array, z: Array) -> Array:
        return z - dot(z, w, keepdims=True) * (w + self._sideways(w))


class NarrowProjection(_Sphere):
    """A projection to a part of the tangent space."""

    def project(self, w: Array, z: Array) -> Array:
        away = self._sideways(w)
        tangent = exact.project(w, z)
        return tangent - dot(tangent, away, keepdims=True) / dot(away, away, keepdims=True) * away


class NormalTangents(_Sphere):
    """Random tangent vectors that are not tangent."""

    def random_tangent(self, rng: np.random.Generator, w: Array) -> Array:
        return rng.normal(size=np.shape(w))


class WrongDimension(_Sphere):
    """A dimension that counts the normal direction."""

    @property
    def dimension(self) -> int:
        return self.d


class WrongDefect(_Sphere):
    """A defect that is off by 1e-9."""

    def defect(self, w: Array) -> Array:
        return norm(w) - 1 + 1e-9


class LateRetraction(_Sphere):
    """A retraction that moves by 1e-9 along the zero vector."""

    def retract(self, w: Array, x: Array) -> Array:
        return super().retract(w, x + 1e-9 * self._sideways(w))


class UnnormalisedRetraction(_Sphere):
    """A retraction that leaves the sphere."""

    def retract(self, w: Array, x: Array) -> Array:
        return w + x


class FastRetraction(_Sphere):
    """A retraction that is 1e-8 too fast."""

    def retract(self, w: Array, x: Array) -> Array:
        return super().retract(w, x * (1 + 1e-8))


class SwervingRetraction(_Sphere):
    """A retraction of first order only."""

    def retract(self, w: Array, x: Array) -> Array:
        return super().retract(w, x + dot(x, x, keepdims=True) * x / 100 + x[..., 1:2] * x / 1000)


class DividingExponential(_Sphere):
    """An exponential that divides by the length, which may be zero."""

    def exp(self, w: Array, x: Array) -> Array:
        length = norm(x, keepdims=True)
        return np.cos(length) * w + np.sin(length) / length * x


class UnderflowingExponential(_Sphere):
    """An exponential that divides by a length whose square underflows."""

    def exp(self, w: Array, x: Array) -> Array:
        if not np.any(x):
            return w
        length = np.sqrt(np.sum(x * x, axis=-1, keepdims=True))
        return np.cos(length) * w + np.sin(length) / length * x


class FlatExponential(_Sphere):
    """An exponential that moves along a straight line."""

    def exp(self, w: Array, x: Array) -> Array:
        return w + x


class FastExponential(_Sphere):
    """An exponential that is 1e-8 too fast."""

    def exp(self, w: Array, x: Array) -> Array:
        return exact.exp(w, x * (1 + 1e-8))


class RetractionForExponential(_Sphere):
    """An exponential that is the retraction."""

    def exp(self, w: Array, x: Array) -> Array:
        return self.retract(w, x)


class ProjectionForLogarithm(_Sphere):
    """A logarithm that is the projected chord."""

    def log(self, w: Array, z: Array) -> Array:
        return exact.project(w, z - w)


class ArccosLogarithm(_Sphere):
    """A logarithm whose length is by arccos."""

    def log(self, w: Array, z: Array) -> Array:
        along = exact.log(w, z)
        return along / (norm(along, keepdims=True) + 1e-300) * _arccos(dot(w, z, keepdims=True))


class ChordDistance(_Sphere):
    """The distance through the ball."""

    def dist(self, w: Array, z: Array) -> Array:
        return norm(w - z)


class ShortDistance(_Sphere):
    """A distance that is 1e-8 too short."""

    def dist(self, w: Array, z: Array) -> Array:
        return exact.angle(w, z) * (1 - 1e-8)


class SlopingDistance(_Sphere):
    """A distance that is longer the way up."""

    def dist(self, w: Array, z: Array) -> Array:
        return exact.angle(w, z) * (1 + (z - w)[..., 0] / 100)


class SquaredDistance(_Sphere):
    """The square of the distance."""

    def dist(self, w: Array, z: Array) -> Array:
        angle = exact.angle(w, z)
        return angle * angle


class ArccosDistance(_Sphere):
    """The distance by arccos, which is noise near 0 and near π."""

    def dist(self, w: Array, z: Array) -> Array:
        return _arccos(dot(w, z))


class ArcsinDistance(_Sphere):
    """The distance by arcsin of half the chord, which is noise near π."""

    def dist(self, w: Array, z: Array) -> Array:
        return 2 * np.arcsin(np.minimum(norm(w - z) / 2, 1))


class CurvedTransport(_Sphere):
    """A transport that is not linear."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        return exact.transport(w, z, x) * (1 + dot(x, x, keepdims=True) / 1000)


class FlatTransport(_Sphere):
    """A transport that leaves vectors as they are."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        return x


class ProjectingTransport(_Sphere):
    """A transport by projection, which shortens vectors."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        return exact.project(z, x)


class ReversingTransport(_Sphere):
    """The parallel transport with the sign turned."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        return -exact.transport(w, z, x)


class TurningTransport(_Sphere):
    """The parallel transport with a quarter turn about the normal (d = 3)."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        return np.cross(z, exact.transport(w, z, x))


class AmbientGradient(_Sphere):
    """The Euclidean gradient for the Riemannian one."""

    def gradient(self, w: Array, gradient: Array) -> Array:
        return gradient


class LongGradient(_Sphere):
    """A gradient that is 1e-8 too long."""

    def gradient(self, w: Array, gradient: Array) -> Array:
        return exact.project(w, gradient) * (1 + 1e-8)


class UnprojectedHessian(_Sphere):
    """A Hessian with a normal part."""

    def hessian(self, w: Array, gradient: Array, hessian_vector: Array, x: Array) -> Array:
        return hessian_vector - dot(w, gradient, keepdims=True) * x


class TwistedHessian(_Sphere):
    """A Hessian with a skew part (d = 3)."""

    def hessian(self, w: Array, gradient: Array, hessian_vector: Array, x: Array) -> Array:
        return super().hessian(w, gradient, hessian_vector, x) + np.cross(w, x)


class FlatHessian(_Sphere):
    """A Hessian without the curvature term."""

    def hessian(self, w: Array, gradient: Array, hessian_vector: Array, x: Array) -> Array:
        return exact.project(w, hessian_vector)


class OverwritingProjection(_Sphere):
    """A projection that overwrites its argument."""

    def project(self, w: Array, z: Array) -> Array:
        z -= dot(z, w, keepdims=True) * w
        return z


class OneNormForAll(_Sphere):
    """An exponential with one length for a whole batch."""

    def exp(self, w: Array, x: Array) -> Array:
        length = np.sqrt(np.sum(x * x))
        return np.cos(length) * w + np.sinc(length / np.pi) * x


class LongLogarithm(Euclidean):
    """A logarithm of flat space that is 1e-8 too long."""

    def log(self, w: Array, z: Array) -> Array:
        return (z - w) * (1 + 1e-8)


class QuarterTurn(Euclidean):
    """A transport of the plane that turns vectors by a right angle."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        return np.stack([-x[..., 1], x[..., 0]], axis=-1)


class WithoutExponential:
    """Flat space without an exponential, with a distance that is 1e-8 too long."""

    def __init__(self, n: int) -> None:
        self.flat = Euclidean(n)

    def __getattr__(self, name: str) -> Any:
        if name in ("inner", "norm", "log", "random_point", "random_tangent"):
            return getattr(self.flat, name)
        raise AttributeError(name)

    def dist(self, w: Array, z: Array) -> Array:
        return norm(w - z) * (1 + 1e-8)


class DistanceOfRepresentatives(PSIQuotient):
    """A quotient with the distance of the representatives."""

    def dist(self, w: Array, z: Array) -> Array:
        return norm(w - z)


class ExponentialOfRepresentatives(PSIQuotient):
    """A quotient whose geodesics take lengths of vectors for angles."""

    def exp(self, w: Array, x: Array) -> Array:
        return self.layout.map(exact.exp, lambda v, x: v + x, w, x)


class UnscaledRetraction(PSIQuotient):
    """A quotient whose steps do not grow with the representative."""

    def retract(self, w: Array, x: Array) -> Array:
        return self.canonical(w) + x


class UnscaledLogarithm(PSIQuotient):
    """A quotient whose logarithm is that of unit representatives."""

    def log(self, w: Array, z: Array) -> Array:
        return super().log(self.canonical(w), z)


class LogarithmOfTheEnd(PSIQuotient):
    """A quotient whose logarithm grows with the representative of its end."""

    def log(self, w: Array, z: Array) -> Array:
        return self.layout.scale(self.layout.norms(z), super().log(w, z))


class UnscaledTransport(PSIQuotient):
    """A quotient whose transport forgets the scale where it starts."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        return self.layout.scale(self.layout.norms(w), super().transport(w, z, x))


class JointCanonical(PSIQuotient):
    """A quotient whose standard representatives keep the ratios of the norms."""

    def canonical(self, w: Array) -> Array:
        return self.layout.scale(1 / self.layout.norms(w)[..., :1] * np.ones(self.layout.m), w)


class NoVertical(PSIQuotient):
    """A quotient whose vertical part is always zero, though its horizontal part is right."""

    def vertical(self, w: Array, z: Array) -> Array:
        return 0 * z


class UnitProjection(PSIQuotient):
    """A quotient whose projection is right for unit representatives alone."""

    def horizontal(self, w: Array, z: Array) -> Array:
        return self.layout.map(exact.project, lambda _, z: z, w, z)

    project = horizontal


class OverflowingMetric(PSIQuotient):
    """A quotient whose metric squares norms that may be large."""

    def inner(self, w: Array, x: Array, y: Array) -> Array:
        blocks = np.sum(self.layout.dots(x, y) / self.layout.dots(w, w), axis=-1)
        return blocks + dot(self.layout.free_part(x), self.layout.free_part(y))


def _arccos(cosine: Array) -> Array:
    return np.arccos(np.clip(cosine, -1, 1))
