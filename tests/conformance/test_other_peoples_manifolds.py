"""Manifolds as people write them: right ones pass whatever their formulas, each wrong one is refuted for its fault."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_manifold
from psitheory.errors import ArgumentError
from psitheory.geometry import Euclidean
from tests.conformance.plain_frames import CayleyFrames, Frames, PolarFrames, Subspaces
from tests.conformance.plain_spaces import HalfPlane, Hyperboloid, PositiveDefinite, Torus, UnitTorus
from tests.conformance.plain_spheres import (
    Ball,
    Columns,
    ComplexSphere,
    Ellipsoid,
    LargeSphere,
    OtherFormulas,
    Rays,
    Turnings,
)
from tests.conformance.plain_wrong_manifolds import (
    ArccosLog,
    ArccosRays,
    ArcoshDistance,
    AsymmetricMetric,
    BoundedDistance,
    ChordByArcsin,
    DistanceOfBases,
    EuclideanGradient,
    FarDistance,
    FastRetraction,
    FirstOrder,
    FixedProjection,
    FlatHessian,
    ForgetfulTransport,
    HalfGradient,
    HessianOfSphere,
    HessianWithoutCorrection,
    LargeSteps,
    LogarithmOfSigns,
    LogEuclideanDistance,
    LongLog,
    LongWayRound,
    NearTransport,
    NudgingLogarithm,
    ObliqueProjection,
    RealProjection,
    RetractionForExponential,
    SinglePrecision,
    TaylorExponential,
    TwiceTheDistance,
    TwistedHessian,
    UnalignedTransport,
    UnevenMetric,
    UnmendedSigns,
    UnsafeInSingle,
)

NEAR, FAR = "distance_of_near_points_is_accurate", "distance_of_near_antipodal_points_is_accurate"
LOG, NEAR_LOG = "logarithm_inverts_exponential", "logarithm_of_near_points_is_accurate"
FAR_LOG = "logarithm_of_near_antipodal_points_is_accurate"
NEAR_PARALLEL = "transport_between_near_points_is_parallel"
FAR_PARALLEL = "transport_between_near_antipodal_points_is_accurate"
EXP_LOG, LENGTH = "exponential_inverts_logarithm", "distance_is_the_length_of_the_geodesic"
LENGTH_OF_LOG = "distance_is_the_length_of_the_logarithm"
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
SHORT, FAST = "short_geodesics_are_radially_isometric", "long_geodesics_keep_their_speed"
FAR_LENGTH = "distance_of_far_points_is_the_length_of_the_logarithm"
FAR_ISOMETRIC = "transport_to_far_points_is_isometric"
LINEAR = "linear_methods_take_vectors_of_any_length"


@pytest.mark.parametrize(
    "kind",
    [
        Ball,
        OtherFormulas,
        Columns,
        LargeSphere,
        Hyperboloid,
        PositiveDefinite,
        Frames,
        PolarFrames,
        CayleyFrames,
        Subspaces,
        Rays,
        Turnings,
        Ellipsoid,
        ComplexSphere,
        Torus,
        UnitTorus,
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


WRONG = {
    ChordByArcsin: {FAR},
    FarDistance: {FAR, FAR_LOG},
    BoundedDistance: {FAR},
    NudgingLogarithm: {"inputs_are_left_alone"},
    TwiceTheDistance: {LOG, NEAR_LOG, FAR_LOG, LENGTH, NEAR, FAR},
    LongLog: {LOG, NEAR_LOG, FAR_LOG},
    ArccosLog: {NEAR_LOG},
    FixedProjection: {
        "projected_vectors_are_tangent",
        "projection_is_orthogonal",
        "tangent_vectors_stay_under_the_projection",
        ARRIVES,
    },
    ObliqueProjection: {"projection_is_orthogonal", GRADIENT, HESSIAN_SYMMETRIC, HESSIAN},
    ForgetfulTransport: {ARRIVES, NOWHERE, ISOMETRIC, BACK, PARALLEL, NEAR_PARALLEL, FAR_PARALLEL},
    NearTransport: {ISOMETRIC, BACK, PARALLEL, FAR_PARALLEL},
    FirstOrder: {SECOND},
    FastRetraction: {FIRST},
    LargeSteps: {GEODESIC},
    TaylorExponential: {
        GEODESIC,
        "exponential_stays_on_the_manifold",
        "short_steps_stay_on_the_manifold",
        "short_geodesics_are_accurate",
    },
    SinglePrecision: {LOG, NEAR_LOG, FAR_LOG, LENGTH, NEAR, FAR},
    UnsafeInSingle: {NEAR_LOG},
    TwistedHessian: {HESSIAN_SYMMETRIC, HESSIAN, LINEAR},
    FlatHessian: {HESSIAN},
    ArcoshDistance: {NEAR_LOG, NEAR},
    EuclideanGradient: {GRADIENT},
    LogEuclideanDistance: {LENGTH, LENGTH_OF_LOG, NEAR, FAR_LENGTH},
    AsymmetricMetric: {
        "norm_is_the_root_of_the_metric",
        LENGTH,
        LENGTH_OF_LOG,
        NEAR,
        FAST,
        FAR_LENGTH,
        FAR_ISOMETRIC,
    },
    HessianWithoutCorrection: {HESSIAN},
    UnmendedSigns: {"retraction_of_zero_stays_at_the_point", FIRST, "tiny_steps_stay_at_the_point"},
    RetractionForExponential: {GEODESIC, "exponential_is_radially_isometric", HESSIAN, SHORT, FAST},
    UnevenMetric: {
        "metric_is_constant_on_orbits",
        GRADIENT,
        HESSIAN_SYMMETRIC,
        HESSIAN,
        ISOMETRIC,
        LENGTH,
        LENGTH_OF_LOG,
        NEAR,
    },
    DistanceOfBases: {LENGTH, LENGTH_OF_LOG, NEAR, "distance_does_not_depend_on_the_representatives"},
    UnalignedTransport: {CARRIES, REPRESENTATIVE},
    ArccosRays: {NEAR_LOG, NEAR},
    RealProjection: {
        "projection_fixes_what_it_returns",
        "projected_vectors_are_tangent",
        "random_tangents_are_tangent",
        "tangent_vectors_stay_under_the_projection",
        LOG,
        NEAR_LOG,
        FAR_LOG,
        "gradient_is_tangent",
    },
    HalfGradient: {GRADIENT},
    LongWayRound: {LENGTH_OF_LOG, FAR_LENGTH, LOG},
    LogarithmOfSigns: {LOG},
    HessianOfSphere: {HESSIAN},
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
    class Undrawn(Torus):
        random_point = None

    with pytest.raises(ArgumentError, match="Undrawn draws no tangent vector but 0; points that differ are needed"):
        check_manifold(Undrawn(), points=[np.zeros(2)])
    assert check_manifold(Torus(), points=[np.zeros(2)], cases=2).verdict is Verdict.HOLDS  # its own draws differ


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


def test_a_method_by_which_tangents_are_drawn_may_raise_and_the_other_laws_still_run():
    class Raising(Ball):
        def project(self, w, z):
            raise RuntimeError("by hand")

    report = check_manifold(Raising(), cases=2)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.finding("distance_is_symmetric").verdict is Verdict.HOLDS
    finding = report.finding("projection_is_linear")
    assert finding.observed == "the code under test raised RuntimeError: by hand"


def test_points_that_cannot_be_drawn_are_a_sentence():
    class Raising(Ball):
        def random_point(self, rng):
            raise RuntimeError("by hand")

    with pytest.raises(ArgumentError, match="random_point of Raising raised RuntimeError: by hand; points= is needed"):
        check_manifold(Raising())
