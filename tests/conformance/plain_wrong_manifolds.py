"""Manifolds as people get them wrong, each in one way."""

from __future__ import annotations

import numpy as np

from tests.conformance.plain_frames import Frames, Subspaces
from tests.conformance.plain_spaces import HalfPlane, Hyperboloid, PositiveDefinite, Torus, symmetric
from tests.conformance.plain_spheres import Ball, Columns, ComplexSphere, Ellipsoid, Rays, Turnings, norm


class ChordByArcsin(Ball):
    def dist(self, w, z):
        return 2 * np.arcsin(min(norm(w - z) / 2, 1))


class FarDistance(Ball):
    def dist(self, w, z):
        d = super().dist(w, z)
        return d if d < 3.1 else d * (1 + 1e-7)


class BoundedDistance(Columns):
    """Right up to 4, beyond which points lie that are nearly opposite in both columns."""

    def dist(self, w, z):
        return min(super().dist(w, z), 4.0)


class NudgingLogarithm(Ball):
    """It moves the point it is given by less than anything is judged by."""

    def log(self, w, z):
        z[0] *= 1 + 1e-14
        return super().log(w, z)


class TwiceTheDistance(Ball):
    """Its logarithm is made of the distance, and wrong as well."""

    def dist(self, w, z):
        return 2 * super().dist(w, z)


class LongLog(Ball):
    def log(self, w, z):
        return super().log(w, z) * (1 + 1e-7)


class ArccosLog(Ball):
    def log(self, w, z):
        across = self.project(w, z)
        return across * (np.arccos(np.clip(w @ z, -1, 1)) / max(norm(across), 1e-300))


class FixedProjection(Ball):
    """Idempotent, symmetric and linear, but it does not know the point."""

    def project(self, w, z):
        return np.concatenate([[0 * z[0]], z[1:]])

    def random_tangent(self, rng, w):
        return Ball.project(self, w, rng.normal(size=4))

    def gradient(self, w, gradient):
        return Ball.project(self, w, gradient)

    def hessian(self, w, gradient, product, x):
        return Ball.project(self, w, product - (w @ gradient) * x)

    def log(self, w, z):
        return Ball().log(w, z)


class ObliqueProjection(Ball):
    """Its vectors are tangent, but it does not project along the normal."""

    def project(self, w, z):
        along = w + np.array([0.3, 0, 0, 0])
        return z - along * (w @ z) / (w @ along)


class ForgetfulTransport(Ball):
    def transport(self, w, z, x):
        moved = super().transport(w, z, x)
        return np.concatenate([moved[:-1], [0 * moved[0]]])


class NearTransport(Ball):
    """Right up to 90 degrees, by projection beyond."""

    def transport(self, w, z, x):
        return super().transport(w, z, x) if w @ z > 0 else self.project(z, x)


class FirstOrder(Ball):
    def retract(self, w, x):
        y = w + x + (x @ x) * self.project(w, np.array([1.0, 0, 0, 0]))
        return y / norm(y)


class FastRetraction(Ball):
    def retract(self, w, x):
        return super().retract(w, x * (1 + 1e-6))


class LargeSteps(Ball):
    def exp(self, w, x):
        return super().exp(w, x if norm(x) < 2.5 else 1.001 * x)


class TaylorExponential(Ball):
    """Right to seventh order."""

    def exp(self, w, x):
        s = x @ x
        return (1 - s / 2 + s**2 / 24 - s**3 / 720) * w + (1 - s / 6 + s**2 / 120 - s**3 / 5040) * x


class SinglePrecision(Ball):
    def dist(self, w, z):
        return float(np.float32(super().dist(w, z)))


class UnsafeInSingle(Ball):
    """A guard that is zero in single precision: the logarithm of the point itself is 0/0 there."""

    def log(self, w, z):
        across = self.project(w, self.project(w, z))
        return across * (self.dist(w, z) / (norm(across) + w.dtype.type(1e-300)))


class TwistedHessian(Ball):
    def hessian(self, w, gradient, product, x):
        return super().hessian(w, gradient, product, x) + self.project(w, np.roll(x, 1))


class FlatHessian(Ball):
    def hessian(self, w, gradient, product, x):
        return self.project(w, product)


class ArcoshDistance(Hyperboloid):
    def dist(self, w, z):
        return np.arccosh(max(1, -self.inner(w, w, z)))


class EuclideanGradient(Hyperboloid):
    def gradient(self, w, gradient):
        return self.project(w, gradient)


class LogEuclideanDistance(PositiveDefinite):
    def dist(self, w, z):
        return float(norm(self.function(np.log, w) - self.function(np.log, z)))


class AsymmetricMetric(PositiveDefinite):
    def norm(self, w, x):
        return float(norm(x))


class HessianWithoutCorrection(PositiveDefinite):
    def hessian(self, w, gradient, product, x):
        return w @ symmetric(product) @ w


class UnmendedSigns(Frames):
    """Its random points come from the same factorisation, whose signs agree with those of the next one."""

    def retract(self, w, x):
        return np.linalg.qr(w + x)[0]


class RetractionForExponential(Frames):
    def exp(self, w, x):
        return self.retract(w, x)


class UnevenMetric(Subspaces):
    """Not the same for all bases of a subspace."""

    def inner(self, w, x, y):
        return float(np.sum(x * y * np.array([1.0, 2.0])))

    def norm(self, w, x):
        return np.sqrt(self.inner(w, x, x))


class DistanceOfBases(Subspaces):
    def dist(self, w, z):
        return float(norm(w - z))


class UnalignedTransport(Subspaces):
    """Parallel, but in the basis to which the geodesic leads."""

    def transport(self, w, z, x):
        u, s, v = np.linalg.svd(self.log(w, z), full_matrices=False)
        return (-w @ v.T * np.sin(s) + u * np.cos(s)) @ (u.T @ x) + x - u @ (u.T @ x)


class ArccosRays(Rays):
    def dist(self, w, z):
        return float(np.arccos(min(1, abs(np.vdot(w, z)))))


class RealProjection(ComplexSphere):
    """It forgets the imaginary parts."""

    def project(self, w, z):
        return z - w * (w.real @ z.real)


class HalfGradient(HalfPlane):
    def gradient(self, w, gradient):
        return gradient * w[1]


class LongWayRound(Torus):
    """Its logarithm does not know that angles come back; its exponential does."""

    def log(self, w, z):
        return z - w


class LogarithmOfSigns(Turnings):
    """Its logarithm leads to the quaternion, not to the nearer one of its two."""

    def log(self, w, z):
        return Ball.log(self, w, z)


class HessianOfSphere(Ellipsoid):
    """The Weingarten map of another surface."""

    def hessian(self, w, gradient, product, x):
        return self.project(w, product - (w @ gradient) * x)
