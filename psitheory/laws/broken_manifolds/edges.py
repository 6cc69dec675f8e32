"""Manifolds that are wrong at the edges of their domains alone: at zero, short vectors, near antipodes, far away."""

from __future__ import annotations

import numpy as np

from psitheory.arithmetic import Array, dot, norm
from psitheory.geometry import Euclidean
from psitheory.geometry import sphere as exact
from psitheory.laws.broken_manifolds.connections import turned
from psitheory.laws.broken_manifolds.sphere import PlainSphere

SHORT = 0.05
FARTHEST = 10.0


class NoNormOfZero(PlainSphere):
    """A norm that divides by itself."""

    def norm(self, w: Array, x: Array) -> Array:
        with np.errstate(invalid="ignore"):
            return norm(x) ** 2 / norm(x)


class FlatShortSteps(PlainSphere):
    """A retraction that takes the cosine of small angles for 1."""

    def retract(self, w: Array, x: Array) -> Array:
        return np.where(norm(x, keepdims=True) < SHORT, w + x, super().retract(w, x))


class LongShortGeodesics(PlainSphere):
    """An exponential that takes the sine of small angles for the tangent."""

    def exp(self, w: Array, x: Array) -> Array:
        return np.where(norm(x, keepdims=True) < SHORT, super().retract(w, x), super().exp(w, x))


class ShortFarLogarithm(PlainSphere):
    """A logarithm that is ten times too short near the antipode."""

    def log(self, w: Array, z: Array) -> Array:
        return exact.log(w, z) * np.where(exact.angle(w, z, keepdims=True) > 2.9, 0.1, 1.0)


class FlatFarTransport(PlainSphere):
    """A transport that gives up near the antipode."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        return np.where(exact.angle(w, z, keepdims=True) > 2.9, exact.project(z, x), exact.transport(w, z, x))


class NearestByHalves(PlainSphere):
    """A way back to the sphere that goes half of it."""

    def nearest(self, z: Array) -> Array:
        return z * (1 + 1 / norm(z, keepdims=True)) / 2


class NearestIsAnother(PlainSphere):
    """A way back to the sphere that ends on its other side."""

    def nearest(self, z: Array) -> Array:
        return -z / norm(z, keepdims=True)


class ClippedExponential(Euclidean):
    """Flat space whose exponential takes no step longer than 10."""

    def exp(self, w: Array, x: Array) -> Array:
        return w + _clipped(x)


class BoundedLogarithm(Euclidean):
    """Flat space whose logarithms are no longer than 10."""

    def log(self, w: Array, z: Array) -> Array:
        return _clipped(z - w)


class BoundedDistance(Euclidean):
    """Flat space in which no points are farther apart than 10."""

    def dist(self, w: Array, z: Array) -> Array:
        return np.minimum(norm(w - z), FARTHEST)


class TurningShortSteps(Euclidean):
    """Flat space whose exponential turns vectors shorter than 0.01, by 100 times the square of their length."""

    def exp(self, w: Array, x: Array) -> Array:
        square = dot(x, x)
        return w + turned(x, np.where(square < 1e-4, 100 * square, 0))


class HalvingFarTransport(Euclidean):
    """Flat space in which vectors are halved on the way to points farther than 10."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        return np.where(norm(z - w, keepdims=True) > FARTHEST, x / 2, x)


class ClippedGradient(PlainSphere):
    """A gradient that is cut to the length 100."""

    def gradient(self, w: Array, gradient: Array) -> Array:
        found = super().gradient(w, gradient)
        return found * np.minimum(1, 100 / np.maximum(norm(found, keepdims=True), 1))


def _clipped(x: Array) -> Array:
    return x * np.minimum(1, FARTHEST / np.maximum(norm(x, keepdims=True), 1))
