"""Spheres and what is made of them, from the textbooks, with nothing of this package: all of them right."""

from __future__ import annotations

import numpy as np

norm = np.linalg.norm


class GreatCircles:
    """Steps on unit vectors, real or complex."""

    def retract(self, w, x):
        return (w + x) / norm(w + x)

    def exp(self, w, x):
        length = norm(x)
        return np.cos(length) * w + np.sinc(length / np.pi) * x


class Ball(GreatCircles):
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


class Columns:
    """Matrices with unit columns."""

    def random_point(self, rng):
        z = rng.normal(size=(3, 2))
        return z / norm(z, axis=0)

    def inner(self, w, x, y):
        return float(np.sum(x * y))

    def project(self, w, z):
        return z - w * np.sum(w * z, axis=0)

    def random_tangent(self, rng, w):
        return self.project(w, rng.normal(size=(3, 2)))

    def exp(self, w, x):
        lengths = norm(x, axis=0)
        return np.cos(lengths) * w + np.sinc(lengths / np.pi) * x

    def dist(self, w, z):
        return float(norm(2 * np.arctan2(norm(w - z, axis=0), norm(w + z, axis=0))))


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


class Rays(GreatCircles):
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
