"""Manifolds of metrics that are not the ambient one, groups, and classes under scales, as people write them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from psitheory.checking import Verdict
from psitheory.conformance import check_manifold
from tests.conformance.plain_spaces import HalfPlane, PositiveDefinite, Torus
from tests.conformance.plain_spheres import Ball, norm


class CanonicalFrames:
    """Orthonormal pairs in R^4 with the canonical metric, by the exponential of Edelman, Arias and Smith."""

    def random_point(self, rng):
        q, r = np.linalg.qr(rng.normal(size=(4, 2)))
        return q * np.sign(np.diag(r))

    def project(self, w, z):
        a = w.T @ z
        return z - w @ ((a + a.T) / 2)

    def random_tangent(self, rng, w):
        return self.project(w, rng.normal(size=(4, 2)))

    def inner(self, w, x, y):
        return float(np.sum(x * (y - w @ (w.T @ y) / 2)))

    def norm(self, w, x):
        return float(np.sqrt(self.inner(w, x, x)))

    def gradient(self, w, gradient):
        return gradient - w @ gradient.T @ w

    def exp(self, w, x):
        a = w.T @ x
        q, r = np.linalg.qr(x - w @ a)
        m = expm(np.block([[a, -r.T], [r, np.zeros((2, 2))]]))[:, :2]
        return w @ m[:2] + q @ m[2:]


class FramesOfTwoMetrics(CanonicalFrames):
    """The exponential of the Euclidean metric: its curves have constant speed in the canonical one, too."""

    def exp(self, w, x):
        a, s, one = w.T @ x, x.T @ x, np.eye(2)
        return np.hstack([w, x]) @ expm(np.block([[a, -s], [one, a]])) @ np.vstack([expm(-a), 0 * one])


class Turns:
    """Rotations of space with the metric of their entries, which is bi-invariant."""

    def random_point(self, rng):
        q, r = np.linalg.qr(rng.normal(size=(3, 3)))
        q = q * np.sign(np.diag(r))
        return q * np.array([np.sign(np.linalg.det(q)), 1, 1])

    def project(self, w, z):
        a = w.T @ z
        return w @ ((a - a.T) / 2)

    def random_tangent(self, rng, w):
        return self.project(w, rng.normal(size=(3, 3)))

    def inner(self, w, x, y):
        return float(np.sum(x * y))

    def norm(self, w, x):
        return float(norm(x))

    def exp(self, w, x):
        a = w.T @ x
        a = (a - a.T) / 2
        t = norm(a) / np.sqrt(2)
        return w @ (np.eye(3) + np.sinc(t / np.pi) * a + np.sinc(t / 2 / np.pi) ** 2 / 2 * a @ a)

    def log(self, w, z):
        r = w.T @ z
        a = (r - r.T) / 2
        sine = norm(a) / np.sqrt(2)
        angle = np.arctan2(sine, (np.trace(r) - 1) / 2)
        return w @ a * (angle / sine if sine > 0 else 1.0)

    def transport(self, w, z, x):
        half = expm(w.T @ self.log(w, z) / 2)
        return w @ half @ (w.T @ x) @ half


class LeftTransport(Turns):
    """Isometric, its own inverse on the way back, and it carries velocities along; but it has torsion."""

    def transport(self, w, z, x):
        return z @ (w.T @ x)


class Directions:
    """Vectors up to a positive factor, with their own action and representatives, and no lift."""

    def random_point(self, rng):
        return rng.normal(size=3) * np.exp(rng.normal())

    def project(self, w, z):
        return z - w * (w @ z) / (w @ w)

    horizontal = project

    def vertical(self, w, z):
        return w * (w @ z) / (w @ w)

    def random_tangent(self, rng, w):
        return self.project(w, rng.normal(size=3) * norm(w))

    def act(self, a, w):
        return a * w

    def canonical(self, w):
        return w / norm(w)

    def inner(self, w, x, y):
        return float(x @ y) / (w @ w)

    def norm(self, w, x):
        return float(norm(x) / norm(w))

    def exp(self, w, x):
        angle = norm(x) / norm(w)
        return np.cos(angle) * w + np.sinc(angle / np.pi) * x

    def retract(self, w, x):
        return w + x

    def gradient(self, w, gradient):
        return (w @ w) * gradient


class DirectionsByOneNorm(Directions):
    def gradient(self, w, gradient):
        return norm(w) * gradient


class FlatDirections(Directions):
    def inner(self, w, x, y):
        return float(x @ y)

    def norm(self, w, x):
        return float(norm(x))


class OnceAround(Ball):
    """Its geodesics stay where they began once they have gone round."""

    def exp(self, w, x):
        return super().exp(w, x) if norm(x) < 2 * np.pi else w


class WrappedDistance(Ball):
    """Nearly opposite points are near; which does not make lines of its points."""

    def dist(self, w, z):
        angle = super().dist(w, z)
        return min(angle, np.pi - angle) if angle > 3 else angle

    log = None


class Angles(Torus):
    """Its points are any numbers, of which those that differ by whole turns are one point."""

    def exp(self, w, x):
        return w + x

    retract = exp


class Traces(PositiveDefinite):
    """The trace of a stack of three matrices of three rows has three numbers, too: stacks are not taken for that."""

    def inner(self, w, x, y):
        return np.trace(np.linalg.solve(w, x) @ np.linalg.solve(w, y))


class ClippedPlane(HalfPlane):
    """The half-plane, whose points are held in a strip."""

    def exp(self, w, x):
        z = super().exp(w, x)
        return np.array([z[0], np.clip(z[1], 1e-4, 1e4)])


@pytest.mark.parametrize("kind", [CanonicalFrames, Turns, Directions, Angles, Traces])
def test_right_manifolds_pass(kind):
    report = check_manifold(kind(), cases=6)
    assert report.verdict is Verdict.HOLDS, str(report)


@pytest.mark.parametrize(
    ("kind", "refuted"),
    [
        (
            FramesOfTwoMetrics,
            {"exponential_is_radially_isometric", "short_geodesics_are_radially_isometric"},
        ),
        (LeftTransport, {"transport_has_no_torsion"}),
        (
            DirectionsByOneNorm,
            {"gradient_represents_the_derivative", "gradient_does_not_depend_on_the_representative"},
        ),
        (
            FlatDirections,
            {
                "metric_is_constant_on_orbits",
                "gradient_represents_the_derivative",
                "classes_of_extreme_norms_are_handled",
            },
        ),
        (ClippedPlane, {"long_geodesics_keep_their_speed"}),
        (OnceAround, {"exponential_is_a_geodesic"}),
        (WrappedDistance, {"distance_of_near_antipodal_points_is_accurate"}),
    ],
)
def test_wrong_manifolds_are_refuted_for_their_faults(kind, refuted):
    report = check_manifold(kind(), cases=9)
    assert set(report.refuted()) == refuted, str(report)


BEGINS = "distance_begins_as_the_metric_says"


class Upper:
    """The half-plane of hyperbolic geometry, of which a metric and distances are offered alone."""

    power = 2

    def random_point(self, rng):
        return np.array([rng.normal(), np.exp(rng.normal())])

    def inner(self, w, x, y):
        return float(x @ y) / w[1] ** self.power

    def dist(self, w, z):
        return 2 * np.arcsinh(norm(w - z) / 2 / np.sqrt(w[1] * z[1]))


class OtherMetric(Upper):
    power = 1


class Subspaces:
    """Planes in R^4 by orthonormal bases, with chordal distances and a retraction."""

    factor = np.sqrt(0.5)

    def random_point(self, rng):
        return np.linalg.qr(rng.normal(size=(4, 2)))[0]

    def project(self, w, z):
        return z - w @ (w.T @ z)

    def inner(self, w, x, y):
        return float(np.sum(x * y))

    def retract(self, w, x):
        return np.linalg.qr(w + x)[0]

    def dist(self, w, z):
        return self.factor * norm(w @ w.T - z @ z.T)


class WithoutTheFactor(Subspaces):
    factor = 1.0


@pytest.mark.parametrize(("right", "wrong"), [(Upper, OtherMetric), (Subspaces, WithoutTheFactor)])
def test_distances_and_the_metric_belong_together_without_an_exponential(right, wrong):
    assert check_manifold(right(), only=BEGINS, cases=4).exit_code == 0
    assert check_manifold(wrong(), only=BEGINS, cases=4).refuted() == (BEGINS,)
