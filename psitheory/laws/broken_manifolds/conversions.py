"""Conversions of gradients and Hessians that are wrong on purpose, each in one way."""

from __future__ import annotations

import numpy as np

from psitheory.arithmetic import Array, dot
from psitheory.geometry import sphere as exact
from psitheory.laws.broken_manifolds.sphere import PlainSphere


class AmbientGradient(PlainSphere):
    """The Euclidean gradient for the Riemannian one."""

    def gradient(self, w: Array, gradient: Array) -> Array:
        return gradient


class LongGradient(PlainSphere):
    """A gradient that is 1e-8 too long."""

    def gradient(self, w: Array, gradient: Array) -> Array:
        return exact.project(w, gradient) * (1 + 1e-8)


class UnprojectedHessian(PlainSphere):
    """A Hessian with a normal part."""

    def hessian(self, w: Array, gradient: Array, hessian_vector: Array, x: Array) -> Array:
        return hessian_vector - dot(w, gradient, keepdims=True) * x


class TwistedHessian(PlainSphere):
    """A Hessian with a skew part (d = 3)."""

    def hessian(self, w: Array, gradient: Array, hessian_vector: Array, x: Array) -> Array:
        return super().hessian(w, gradient, hessian_vector, x) + np.cross(w, x)


class FlatHessian(PlainSphere):
    """A Hessian without the curvature term."""

    def hessian(self, w: Array, gradient: Array, hessian_vector: Array, x: Array) -> Array:
        return exact.project(w, hessian_vector)
