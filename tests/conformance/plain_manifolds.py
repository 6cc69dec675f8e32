"""Manifolds as people write them, from the textbooks, with nothing of this package: all of them right."""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigh, expm

norm = np.linalg.norm


def symmetric(a):
    return (a + a.T) / 2


class Ball:
    """The unit sphere by the angle of Kahan and the transport of the half-way reflection."""

    def random_point(self, rng):
        z = rng.normal(size=4)
        return z / norm(z)

    def random_tangent(self, rng, w):
        return self.project(w, rng.normal(size=4))

    def inner(self, w, x, y):
        return float(x @ y)

    def norm(self, w, x):
        return float(norm(x))

    def project(self, w, z):
        return z - (w @ z) * w

    def retract(self, w, x):
        return (w + x) / norm(w + x)

    def exp(self, w, x):
        length = norm(x)
        return np.cos(length) * w + np.sinc(length / np.pi) * x

    def dist(self, w, z):
        return 2 * np.arctan2(norm(w - z), norm(w + z))

    def log(self, w, z):
        across = z - (w @ z) * w
        across = across - (w @ across) * w
        length = norm(across)
        return across * (self.dist(w, z) / length) if length > 0 else 0 * across

    def transport(self, w, z, x):
        return x - (z @ x) / (1 + w @ z) * (w + z)

    def gradient(self, w, gradient):
        return self.project(w, gradient)

    def hessian(self, w, gradient, product, x):
        return self.project(w, product - (w @ gradient) * x)


class OtherFormulas(Ball):
    """The same sphere by other formulas, as right as the first."""

    def retract(self, w, x):
        return self.exp(w, x)

    def exp(self, w, x):
        end = super().exp(w, x)
        return end / norm(end)

    def dist(self, w, z):
        return np.arctan2(norm(z - (w @ z) * w), w @ z)

    def transport(self, w, z, x):
        way = self.log(w, z)
        length = norm(way)
        if length == 0:
            return x
        e = way / length
        return x + (e @ x) * ((np.cos(length) - 1) * e - np.sin(length) * w)


class LargeSphere:
    """The sphere of radius 2."""

    radius = 2.0

    def random_point(self, rng):
        z = rng.normal(size=3)
        return self.radius * z / norm(z)

    def random_tangent(self, rng, w):
        return self.project(w, rng.normal(size=3))

    def inner(self, w, x, y):
        return float(x @ y)

    def project(self, w, z):
        return z - (w @ z) * w / self.radius**2

    def retract(self, w, x):
        return self.radius * (w + x) / norm(w + x)

    def exp(self, w, x):
        angle = norm(x) / self.radius
        return np.cos(angle) * w + np.sinc(angle / np.pi) * x

    def dist(self, w, z):
        return 2 * self.radius * np.arctan2(norm(w - z), norm(w + z))


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


class Frames:
    """Matrices with orthonormal columns, the retraction by a QR factorisation with its signs mended."""

    def random_point(self, rng):
        return np.linalg.qr(rng.normal(size=(5, 2)))[0]

    def random_tangent(self, rng, w):
        return self.project(w, rng.normal(size=(5, 2)))

    def inner(self, w, x, y):
        return float(np.sum(x * y))

    def project(self, w, z):
        return z - w @ symmetric(w.T @ z)

    def retract(self, w, x):
        q, r = np.linalg.qr(w + x)
        return q * np.sign(np.sign(np.diag(r)) + 0.5)

    def exp(self, w, x):
        a, s = w.T @ x, x.T @ x
        return np.hstack([w, x]) @ expm(np.block([[a, -s], [np.eye(2), a]]))[:, :2] @ expm(-a)

    def gradient(self, w, gradient):
        return self.project(w, gradient)

    def hessian(self, w, gradient, product, x):
        return self.project(w, product - x @ symmetric(w.T @ gradient))


class PolarFrames(Frames):
    def retract(self, w, x):
        u, _, v = np.linalg.svd(w + x, full_matrices=False)
        return u @ v


class CayleyFrames(Frames):
    def retract(self, w, x):
        half = x - w @ (w.T @ x) / 2
        skew = half @ w.T - w @ half.T
        return np.linalg.solve(np.eye(5) - skew / 2, w + skew @ w / 2)


class Subspaces:
    """Subspaces by orthonormal bases, with the transport aligned to the basis where it arrives."""

    def random_point(self, rng):
        return np.linalg.qr(rng.normal(size=(5, 2)))[0]

    def random_tangent(self, rng, w):
        return self.project(w, rng.normal(size=(5, 2)))

    def inner(self, w, x, y):
        return float(np.sum(x * y))

    def norm(self, w, x):
        return float(norm(x))

    def project(self, w, z):
        return z - w @ (w.T @ z)

    def retract(self, w, x):
        return np.linalg.qr(w + x)[0]

    def exp(self, w, x):
        u, s, v = np.linalg.svd(x, full_matrices=False)
        return (w @ v.T * np.cos(s) + u * np.sin(s)) @ v

    def log(self, w, z):
        u, s, v = np.linalg.svd(np.linalg.solve((w.T @ z).T, self.project(w, z).T).T, full_matrices=False)
        return (u * np.arctan(s)) @ v

    def dist(self, w, z):
        cosines = np.linalg.svd(w.T @ z, compute_uv=False)
        sines = np.linalg.svd(self.project(w, z), compute_uv=False)[::-1]
        return float(norm(np.arctan2(sines, cosines)))

    def transport(self, w, z, x):
        way = self.log(w, z)
        u, s, v = np.linalg.svd(way, full_matrices=False)
        moved = (-w @ v.T * np.sin(s) + u * np.cos(s)) @ (u.T @ x) + x - u @ (u.T @ x)
        return moved @ (self.exp(w, way).T @ z)

    def gradient(self, w, gradient):
        return self.project(w, gradient)

    def hessian(self, w, gradient, product, x):
        return self.project(w, product) - x @ (w.T @ gradient)


class Rays:
    """Complex lines by unit vectors, which count up to a phase."""

    def random_point(self, rng):
        z = rng.normal(size=3) + 1j * rng.normal(size=3)
        return z / norm(z)

    def random_tangent(self, rng, w):
        return self.project(w, rng.normal(size=3) + 1j * rng.normal(size=3))

    def inner(self, w, x, y):
        return float(np.vdot(x, y).real)

    def project(self, w, z):
        return z - w * np.vdot(w, z)

    def retract(self, w, x):
        return (w + x) / norm(w + x)

    def exp(self, w, x):
        length = norm(x)
        return np.cos(length) * w + np.sinc(length / np.pi) * x

    def dist(self, w, z):
        overlap = np.vdot(w, z)
        return float(np.arctan2(norm(z - w * overlap), abs(overlap)))

    def log(self, w, z):
        overlap = np.vdot(w, z)
        across = self.project(w, z * (abs(overlap) / overlap))
        length = norm(across)
        return across * (self.dist(w, z) / length) if length > 0 else 0 * across

    def gradient(self, w, gradient):
        return self.project(w, gradient)


class ComplexSphere(Rays):
    """Complex unit vectors as a real sphere, with a Hermitian product whose real part is the metric."""

    def inner(self, w, x, y):
        return np.vdot(x, y)

    def project(self, w, z):
        return z - w * np.vdot(w, z).real

    def dist(self, w, z):
        return float(2 * np.arctan2(norm(w - z), norm(w + z)))

    def log(self, w, z):
        across = self.project(w, self.project(w, z))
        length = norm(across)
        return across * (self.dist(w, z) / length) if length > 0 else 0 * across


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


class Turnings(Ball):
    """Rotations of space by unit quaternions, of which a pair of opposite ones is the same."""

    transport = None

    def nearer(self, w, z):
        return z if w @ z >= 0 else -z

    def dist(self, w, z):
        return super().dist(w, self.nearer(w, z))

    def log(self, w, z):
        return super().log(w, self.nearer(w, z))


class Ellipsoid:
    """Points at which a quadratic form is 1, as a surface in space; no geodesics are known."""

    axes = np.array([1.0, 2.0, 3.0, 0.5])

    def random_point(self, rng):
        z = rng.normal(size=4)
        return z / np.sqrt(z @ (self.axes * z))

    def random_tangent(self, rng, w):
        return self.project(w, rng.normal(size=4))

    def inner(self, w, x, y):
        return float(x @ y)

    def project(self, w, z):
        n = self.axes * w
        return z - n * (n @ z) / (n @ n)

    def retract(self, w, x):
        y = w + x
        return y / np.sqrt(y @ (self.axes * y))

    def gradient(self, w, gradient):
        return self.project(w, gradient)

    def hessian(self, w, gradient, product, x):
        n = self.axes * w
        return self.project(w, product - (n @ gradient) / (n @ n) * (self.axes * x))
