"""Retractions and exponentials that are wrong on purpose, each in one way."""

from __future__ import annotations

import numpy as np

from psitheory.arithmetic import Array, dot, norm
from psitheory.geometry import sphere as exact
from psitheory.laws.broken_manifolds.sphere import PlainSphere


class LateRetraction(PlainSphere):
    """A retraction that moves by 1e-9 along the zero vector."""

    def retract(self, w: Array, x: Array) -> Array:
        return super().retract(w, x + 1e-9 * self._sideways(w))


class UnnormalisedRetraction(PlainSphere):
    """A retraction that leaves the sphere."""

    def retract(self, w: Array, x: Array) -> Array:
        return w + x


class FastRetraction(PlainSphere):
    """A retraction that is 1e-8 too fast."""

    def retract(self, w: Array, x: Array) -> Array:
        return super().retract(w, x * (1 + 1e-8))


class SwervingRetraction(PlainSphere):
    """A retraction of first order only."""

    def retract(self, w: Array, x: Array) -> Array:
        return super().retract(w, x + dot(x, x, keepdims=True) * x / 100 + x[..., 1:2] * x / 1000)


class DividingExponential(PlainSphere):
    """An exponential that divides by the length, which may be zero."""

    def exp(self, w: Array, x: Array) -> Array:
        length = norm(x, keepdims=True)
        return np.cos(length) * w + np.sin(length) / length * x


class UnderflowingExponential(PlainSphere):
    """An exponential that divides by a length whose square underflows."""

    def exp(self, w: Array, x: Array) -> Array:
        if not np.any(x):
            return w
        length = np.sqrt(np.sum(x * x, axis=-1, keepdims=True))
        return np.cos(length) * w + np.sin(length) / length * x


class FlatExponential(PlainSphere):
    """An exponential that moves along a straight line."""

    def exp(self, w: Array, x: Array) -> Array:
        return w + x


class FastExponential(PlainSphere):
    """An exponential that is 1e-8 too fast."""

    def exp(self, w: Array, x: Array) -> Array:
        return exact.exp(w, x * (1 + 1e-8))


class RetractionForExponential(PlainSphere):
    """An exponential that is the retraction."""

    def exp(self, w: Array, x: Array) -> Array:
        return self.retract(w, x)
