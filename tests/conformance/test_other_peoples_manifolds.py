"""Manifolds as people write them: right ones pass whatever their formulas, each wrong one is refuted for its fault."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_manifold
from psitheory.errors import ArgumentError
from psitheory.geometry import Euclidean
from tests.conformance.plain_manifolds import (
    Ball,
    CayleyFrames,
    ComplexSphere,
    Frames,
    HalfPlane,
    Hyperboloid,
    LargeSphere,
    OtherFormulas,
    PolarFrames,
    PositiveDefinite,
    Rays,
    Subspaces,
    Torus,
    norm,
)

NEAR, FAR = "distance_of_near_points_is_accurate", "distance_of_near_antipodal_points_is_accurate"
LOG, NEAR_LOG = "logarithm_inverts_exponential", "logarithm_of_near_points_is_accurate"
EXP_LOG, LENGTH = "exponential_inverts_logarithm", "distance_is_the_length_of_the_geodesic"
GEODESIC, VELOCITY = "exponential_is_a_geodesic", "exponential_starts_with_the_given_velocity"
FIRST, SECOND = "retraction_is_of_first_order", "retraction_is_of_second_order"
ISOMETRIC, BACK, PARALLEL = (
    "transport_is_isometric",
    "transport_there_and_back_changes_nothing",
    "transport_is_parallel",
)
NOWHERE, CARRIES = "transport_to_the_point_itself_changes_nothing", "transport_carries_the_velocity_along"
ARRIVES, REPRESENTATIVE = "transported_vectors_are_tangent", "transport_does_not_depend_on_the_representatives"
GRADIENT, HESSIAN = "gradient_represents_the_derivative", "hessian_is_the_second_derivative_along_geodesics"
HESSIAN_SYMMETRIC = "hessian_is_symmetric"


@pytest.mark.parametrize(
    "kind",
    [
        Ball,
        OtherFormulas,
        LargeSphere,
        Hyperboloid,
        PositiveDefinite,
        Frames,
        PolarFrames,
        CayleyFrames,
        Subspaces,
        Rays,
        ComplexSphere,
        Torus,
        HalfPlane,
    ],
)
def test_right_manifolds_pass(kind):
    report = check_manifold(kind(), cases=5)
    assert report.verdict is Verdict.HOLDS, str(report)


def test_a_hermitian_product_is_taken_by_its_real_part_and_that_is_said():
    notes = check_manifold(ComplexSphere(), cases=1, only="metric_is_symmetric").notes
    assert any("complex numbers; their real part is taken as the metric" in note for note in notes)


# -- wrong ones ---------------------------------------------------------------------------------------


class ChordByArcsin(Ball):
    def dist(self, w, z):
        return 2 * np.arcsin(min(norm(w - z) / 2, 1))


class FarDistance(Ball):
    def dist(self, w, z):
        d = super().dist(w, z)
        return d if d < 3.1 else d * (1 + 1e-7)


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
        return float(super().dist(np.float32(w), np.float32(z)))


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
        return w @ symmetric_part(product) @ w


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


def symmetric_part(a):
    return (a + a.T) / 2


WRONG = {
    ChordByArcsin: {FAR},
    FarDistance: {FAR},
    TwiceTheDistance: {LOG, NEAR_LOG, LENGTH, NEAR, FAR},
    LongLog: {LOG, NEAR_LOG},
    ArccosLog: {NEAR_LOG},
    FixedProjection: {
        "projected_vectors_are_tangent",
        "projection_is_orthogonal",
        "tangent_vectors_stay_under_the_projection",
        ARRIVES,
    },
    ObliqueProjection: {"projection_is_orthogonal", GRADIENT, HESSIAN_SYMMETRIC, HESSIAN},
    ForgetfulTransport: {ARRIVES, NOWHERE, ISOMETRIC, BACK, PARALLEL},
    NearTransport: {ISOMETRIC, BACK, PARALLEL},
    FirstOrder: {SECOND},
    FastRetraction: {FIRST},
    LargeSteps: {GEODESIC},
    TaylorExponential: {GEODESIC, "exponential_stays_on_the_manifold"},
    SinglePrecision: {LOG, NEAR_LOG, LENGTH, "distance_obeys_the_triangle_inequality", NEAR, FAR},
    UnsafeInSingle: {NEAR_LOG},
    TwistedHessian: {HESSIAN_SYMMETRIC, HESSIAN},
    FlatHessian: {HESSIAN},
    ArcoshDistance: {NEAR_LOG, NEAR},
    EuclideanGradient: {GRADIENT},
    LogEuclideanDistance: {LENGTH, NEAR},
    AsymmetricMetric: {"norm_is_the_root_of_the_metric", LENGTH, NEAR},
    HessianWithoutCorrection: {HESSIAN},
    UnmendedSigns: {"retraction_of_zero_stays_at_the_point", FIRST, "tiny_steps_stay_at_the_point"},
    RetractionForExponential: {GEODESIC, HESSIAN},
    UnevenMetric: {"metric_is_constant_on_orbits", GRADIENT, HESSIAN_SYMMETRIC, HESSIAN, ISOMETRIC, LENGTH, NEAR},
    DistanceOfBases: {LENGTH, NEAR, "distance_does_not_depend_on_the_representatives"},
    UnalignedTransport: {CARRIES, REPRESENTATIVE},
    ArccosRays: {NEAR_LOG, NEAR},
    RealProjection: {
        "projection_fixes_what_it_returns",
        "projected_vectors_are_tangent",
        "random_tangents_are_tangent",
        "tangent_vectors_stay_under_the_projection",
        LOG,
        NEAR_LOG,
        "gradient_is_tangent",
    },
    HalfGradient: {GRADIENT},
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_manifolds_are_refuted_for_their_faults(kind):
    report = check_manifold(kind(), cases=6)
    assert set(report.refuted()) == WRONG[kind], str(report)


def test_what_fails_in_single_precision_only_is_said_to():
    finding = check_manifold(UnsafeInSingle(), only=NEAR_LOG).finding(NEAR_LOG)
    assert finding.kind == "float32"
    assert finding.observed.startswith("nan against 0")


def test_small_losses_of_matrix_functions_are_a_note_off_spheres():
    class Loses(PositiveDefinite):
        share = 1e-11

        def exp(self, w, x):
            return super().exp(w, x) * (1 + self.share)

    class LosesMore(Loses):
        share = 1e-8

    law = "exponential_inverts_logarithm"
    finding = check_manifold(Loses(), cases=3, only=law).finding(law)
    assert finding.verdict is Verdict.HOLDS
    assert "the sides agree to" in finding.kind
    assert check_manifold(LosesMore(), cases=3, only=law).refuted() == (law,)


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("kind", [Ball, LargeSphere, Hyperboloid, PositiveDefinite, Frames, Subspaces, Rays, HalfPlane])
def test_a_few_points_do_not_pass_for_a_constraint(kind, count):
    rng = np.random.default_rng(count)
    points = [kind().random_point(rng) for _ in range(count)]
    report = check_manifold(kind(), points=points, cases=2)
    assert report.verdict is Verdict.HOLDS, str(report)


def test_unit_vectors_for_points_make_no_sphere_of_a_vector_space():
    report = check_manifold(Euclidean(3), points=list(np.eye(3)), cases=2)
    assert report.verdict is Verdict.HOLDS, str(report)


def test_an_arccos_distance_is_seen_from_a_single_point_too():
    class Arccos(Ball):
        def dist(self, w, z):
            return np.arccos(np.clip(w @ z, -1, 1))

    assert check_manifold(Arccos(), points=[np.array([1.0, 0, 0, 0])], cases=2, only=NEAR).refuted() == (NEAR,)


def test_a_manifold_that_draws_no_direction_is_a_sentence():
    with pytest.raises(ArgumentError, match="Torus draws no tangent vector but 0; points that differ are needed"):
        check_manifold(Torus(), points=[np.zeros(2)])


def in_single(method):
    def called(self, *arguments):
        return method(self, *(np.float32(argument) for argument in arguments))

    return called


class AllSingle(Ball):
    """As code for JAX is, unless it is told otherwise: whatever comes, float32 goes."""

    project, retract, exp, log, transport = map(
        in_single, (Ball.project, Ball.retract, Ball.exp, Ball.log, Ball.transport)
    )
    gradient, hessian = in_single(Ball.gradient), in_single(Ball.hessian)
    inner, dist = in_single(Ball.inner), in_single(Ball.dist)


class AllSingleByArccos(AllSingle):
    def dist(self, w, z):
        return np.arccos(np.clip(np.float32(w) @ np.float32(z), -1, 1))


def test_what_computes_in_single_precision_only_is_judged_by_it_and_that_is_said():
    report = check_manifold(AllSingle(), cases=4)
    assert report.verdict is Verdict.HOLDS, str(report)
    assert {finding.kind.split(";")[0] for finding in report.findings} == {"float32"}
    assert any(note.startswith("its methods compute in float32") for note in report.notes)
    assert {NEAR, FAR} <= set(check_manifold(AllSingleByArccos(), cases=4).refuted())
