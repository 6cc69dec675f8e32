"""Spaces of negative or no curvature, from the textbooks, with nothing of this package: all of them right."""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigh, expm

norm = np.linalg.norm


def symmetric(a):
    return (a + a.T) / 2


class Hyperboloid:
    """The hyperboloid in Minkowski's space, whose metric is not that of the ambient space."""

    def random_point(self, rng):
        z = 0.7 * rng.normal(size=3)
        return np.concatenate([[np.sqrt(1 + z @ z)], z])

    def random_tangent(self, rng, w):
        return self.project(w, rng.normal(size=4))

    def lowered(self, x):
        return np.concatenate([-x[:1], x[1:]])

    def inner(self, w, x, y):
        return float(self.lowered(x) @ y)

    def norm(self, w, x):
        return np.sqrt(max(self.inner(w, x, x), 0))

    def project(self, w, z):
        return z + self.inner(w, w, z) * w

    def exp(self, w, x):
        length = self.norm(w, x)
        return np.cosh(length) * w + (np.sinh(length) / length if length > 0 else 1) * x

    def retract(self, w, x):
        y = w[1:] + x[1:]
        return np.concatenate([[np.sqrt(1 + y @ y)], y])

    def dist(self, w, z):
        return 2 * np.arcsinh(self.norm(w, w - z) / 2)

    def log(self, w, z):
        across = self.project(w, z - w)
        length = self.norm(w, across)
        return across * (self.dist(w, z) / length) if length > 0 else 0 * across

    def transport(self, w, z, x):
        return x + self.inner(w, z, x) / (1 - self.inner(w, w, z)) * (w + z)

    def gradient(self, w, gradient):
        return self.project(w, self.lowered(gradient))

    def hessian(self, w, gradient, product, x):
        return self.project(w, self.lowered(product) + (w @ gradient) * x)


class HalfPlane:
    """Poincaré's half-plane."""

    def random_point(self, rng):
        return np.array([rng.normal(), np.exp(rng.normal() / 2)])

    def inner(self, w, x, y):
        return float(x @ y) / w[1] ** 2

    def dist(self, w, z):
        return float(2 * np.arcsinh(norm(w - z) / (2 * np.sqrt(w[1] * z[1]))))

    def exp(self, w, x):
        length = np.sqrt(self.inner(w, x, x))
        if length == 0:
            return w.copy()
        c, s = x / (w[1] * length)
        below = np.cosh(length) - s * np.sinh(length)
        return np.array([w[0] + w[1] * c * np.sinh(length) / below, w[1] / below])

    def gradient(self, w, gradient):
        return gradient * w[1] ** 2


class Torus:
    """Two angles, which come back after a turn."""

    def wrapped(self, w):
        return (w + np.pi) % (2 * np.pi) - np.pi

    def random_point(self, rng):
        return rng.uniform(-np.pi, np.pi, size=2)

    def inner(self, w, x, y):
        return float(x @ y)

    def exp(self, w, x):
        return self.wrapped(w + x)

    retract = exp

    def log(self, w, z):
        return self.wrapped(z - w)

    def dist(self, w, z):
        return float(norm(self.wrapped(z - w)))

    def transport(self, w, z, x):
        return x


class UnitTorus(Torus):
    """The same with a turn of length 1: 1 and 0 are one point."""

    def random_point(self, rng):
        return rng.uniform(size=2)

    def wrapped(self, w):
        return w - np.round(w)

    def exp(self, w, x):
        return (w + x) % 1

    retract = exp


class PositiveDefinite:
    """Positive definite matrices with the affine-invariant metric."""

    def random_point(self, rng):
        return expm(symmetric(rng.normal(size=(3, 3))) / 2)

    def random_tangent(self, rng, w):
        return symmetric(rng.normal(size=(3, 3)))

    def inner(self, w, x, y):
        inverse = np.linalg.inv(w)
        return float(np.trace(inverse @ x @ inverse @ y))

    def norm(self, w, x):
        return np.sqrt(self.inner(w, x, x))

    def project(self, w, z):
        return symmetric(z)

    def function(self, f, a):
        values, vectors = np.linalg.eigh(symmetric(a))
        return (vectors * f(values)) @ vectors.T

    def whitened(self, f, w, a):
        root, inverse = self.function(np.sqrt, w), self.function(lambda t: 1 / np.sqrt(t), w)
        return root @ self.function(f, inverse @ a @ inverse) @ root

    def exp(self, w, x):
        return self.whitened(np.exp, w, x)

    def log(self, w, z):
        return self.whitened(np.log, w, z)

    def dist(self, w, z):
        return float(norm(np.log(eigh(z, w, eigvals_only=True))))

    def retract(self, w, x):
        return symmetric(w + x + x @ np.linalg.solve(w, x) / 2)

    def transport(self, w, z, x):
        along = self.whitened(np.sqrt, w, z) @ np.linalg.inv(w)
        return along @ x @ along.T

    def gradient(self, w, gradient):
        return w @ symmetric(gradient) @ w

    def hessian(self, w, gradient, product, x):
        return w @ symmetric(product) @ w + symmetric(x @ symmetric(gradient) @ w)
