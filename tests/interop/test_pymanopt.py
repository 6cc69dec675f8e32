"""Pymanopt: its manifolds under our checks, ours inside its optimisers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import solve_continuous_lyapunov

from psitheory.checking import Verdict
from psitheory.conformance import check_manifold
from psitheory.geometry import PSIQuotient, Sphere
from psitheory.layout import Layout
from psitheory.models import Neuron, Rayleigh

pymanopt = pytest.importorskip("pymanopt")

from pymanopt import manifolds  # noqa: E402
from pymanopt.optimizers import ConjugateGradient, TrustRegions  # noqa: E402

from psitheory.interop.pymanopt import FromPsitheory, problem  # noqa: E402

NEAR = "distance_of_near_points_is_accurate"
ANTIPODAL = "distance_of_near_antipodal_points_is_accurate"
LOGARITHM = "logarithm_of_near_points_is_accurate"
REPRESENTATIVE = "transport_does_not_depend_on_the_representatives"

ARCCOS = "distances by arccos are noise near 0 and near π, and so are the logarithms made of them"
SPHERES = dict.fromkeys((LOGARITHM, NEAR, ANTIPODAL), ARCCOS)
PROJECTED = {REPRESENTATIVE: "transport by projection is right only where the two representatives are aligned"}
SUBSPACES = {NEAR: "principal angles by arccos are noise near 0"} | PROJECTED
FAR_LOGARITHM = "logarithm_of_near_antipodal_points_is_accurate"
RESTING = "of a part that stays where it is the logarithm divides 0 by 0"
REAL = "the imaginary part of what exp returns is dropped"
REFLECTED = "the sign of the Lyapunov equation is wrong: the projection doubles vertical vectors, and removes none"
TRANSPOSED = "the projection takes the skew part by the transpose, not by the adjoint"
COUNTED = {"dimension_is_that_of_the_tangent_space": "the real dimension of Hermitian matrices is n², not n(n + 1)"}
ARCOSH = "distances by arcosh are noise near 0"

EXPECTED = {
    manifolds.Sphere(3): SPHERES,
    manifolds.Sphere(2, 3): SPHERES,
    manifolds.SphereSubspaceIntersection(np.eye(4)[:, :3]): SPHERES,
    manifolds.Oblique(3, 2): SPHERES,
    manifolds.Product([manifolds.Sphere(3), manifolds.Euclidean(2)]): SPHERES,
    manifolds.ComplexCircle(2): SPHERES
    | dict.fromkeys(
        (
            "exponential_of_zero_stays_at_the_point",
            "exponential_stays_on_the_manifold",
            "exponential_starts_with_the_given_velocity",
            "exponential_is_a_geodesic",
            "tiny_steps_stay_at_the_point",
            "short_steps_stay_on_the_manifold",
            "short_geodesics_are_accurate",
        ),
        REAL,
    )
    | {FAR_LOGARITHM: RESTING},
    manifolds.Grassmann(4, 2): SUBSPACES,
    manifolds.Grassmann(4, 2, k=2): SUBSPACES,
    manifolds.ComplexGrassmann(4, 2): SUBSPACES,
    manifolds.PSDFixedRank(4, 2): PROJECTED,
    manifolds.PSDFixedRankComplex(4, 2): PROJECTED,
    manifolds.Elliptope(4, 2): dict.fromkeys(
        (
            "projection_fixes_what_it_returns",
            "projection_is_orthogonal",
            "tangent_vectors_stay_under_the_projection",
            "dimension_is_that_of_the_tangent_space",
            "transported_vectors_are_tangent",
            "transport_to_the_point_itself_changes_nothing",
            "hessian_is_symmetric",
            "hessian_is_the_second_derivative_along_geodesics",
        ),
        REFLECTED,
    ),
    manifolds.Stiefel(4, 2): {},
    manifolds.Stiefel(4, 2, k=2): {},
    manifolds.Stiefel(4, 2, retraction="polar"): {},
    # A retraction of first order in one part is no fault because the other part consists of subspaces.
    manifolds.Product([manifolds.Stiefel(4, 2), manifolds.Grassmann(4, 2)]): PROJECTED,
    manifolds.Euclidean(3, 2): {},
    manifolds.ComplexEuclidean(3): {},
    manifolds.Symmetric(3): {},
    manifolds.SkewSymmetric(3): {},
    manifolds.SymmetricPositiveDefinite(3): {},
    manifolds.SymmetricPositiveDefinite(2, k=2): {},
    manifolds.HermitianPositiveDefinite(2): COUNTED,
    manifolds.SpecialHermitianPositiveDefinite(2): COUNTED,
    manifolds.SpecialOrthogonalGroup(3): {},
    manifolds.SpecialOrthogonalGroup(3, retraction="polar"): {},
    manifolds.UnitaryGroup(3): dict.fromkeys(
        (
            "projection_is_orthogonal",
            "projected_vectors_are_tangent",
            "tangent_vectors_stay_under_the_projection",
            "transported_vectors_are_tangent",
            "gradient_is_tangent",
            "gradient_represents_the_derivative",
            "short_geodesics_are_radially_isometric",  # whose velocities are projected
        ),
        TRANSPOSED,
    ),
    manifolds.Positive(2, 2): {},
    manifolds.PoincareBall(3): {NEAR: ARCOSH, LOGARITHM: "the logarithm of the point itself is 0/0"},
    manifolds.FixedRankEmbedded(4, 3, 2): {},
}


@pytest.mark.parametrize("manifold", EXPECTED, ids=str)
def test_its_manifolds_are_right_but_for_these_findings(manifold):
    report = check_manifold(manifold, cases=4, expected=EXPECTED[manifold])
    assert set(report.refuted()) == set(EXPECTED[manifold]), str(report)
    assert report.verdict is Verdict.HOLDS, str(report)


class MendedElliptope(manifolds.Elliptope):
    """With the sign mended."""

    def projection(self, point, vector):
        rows = vector - point * np.sum(point * vector, axis=1, keepdims=True)
        skew = point.T @ rows - rows.T @ point
        return rows - point @ solve_continuous_lyapunov(point.T @ point, skew)


class MendedUnitaryGroup(manifolds.UnitaryGroup):
    """With the adjoint in the place of the transpose."""

    def projection(self, point, vector):
        inside = point.conj().T @ vector
        return (inside - inside.conj().T) / 2

    euclidean_to_riemannian_gradient = projection


class MendedComplexCircle(manifolds.ComplexCircle):
    """With an exponential that stays complex."""

    def exp(self, point, tangent_vector):
        length = np.abs(tangent_vector)
        return np.cos(length) * point + np.sinc(length / np.pi) * tangent_vector


@pytest.mark.parametrize(
    ("manifold", "left"),
    [
        (MendedElliptope(4, 2), set(PROJECTED)),
        (MendedUnitaryGroup(3), set()),
        (MendedComplexCircle(2), {*SPHERES, FAR_LOGARITHM}),
    ],
    ids=lambda value: str(value) if not isinstance(value, set) else "",
)
def test_the_findings_go_where_their_cause_is_mended(manifold, left):
    report = check_manifold(manifold, cases=4)
    assert set(report.refuted()) == left, str(report)


class ReadsTheLowerHalf(manifolds.SymmetricPositiveDefinite):
    """It makes matrices symmetric by one half of them, so that what is tangent stays."""

    def projection(self, point, vector):
        return np.tril(vector) + np.tril(vector, -1).T


def test_a_projection_that_is_not_the_nearest_is_refuted_under_another_metric_too():
    law = "projection_is_orthogonal_by_some_metric"
    assert check_manifold(ReadsTheLowerHalf(3), cases=4, only=law).refuted() == (law,)
    assert check_manifold(manifolds.SymmetricPositiveDefinite(3), cases=4, only=law).verdict is Verdict.HOLDS


def test_the_findings_are_true_of_the_sphere():
    sphere, w, x = manifolds.Sphere(3), np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
    assert sphere.dist(w, w + 1e-9 * x) == 0.0
    assert np.linalg.norm(sphere.log(w, w + 1e-9 * x)) < 1e-15
    assert sphere.dist(w, -w + 1e-9 * x) == np.pi


def test_the_findings_are_true_of_the_subspaces():
    grassmann, rng = manifolds.Grassmann(4, 2), np.random.default_rng(0)
    w, z, q = (np.linalg.qr(rng.normal(size=(n, 2)))[0] for n in (4, 4, 2))
    x = grassmann.projection(w, rng.normal(size=(4, 2)))
    np.testing.assert_allclose(grassmann.dist(w @ q, w), 0, atol=1e-7)
    assert grassmann.norm(z, grassmann.transport(w, z, x) - grassmann.transport(w @ q, z, x @ q)) > 0.1


def test_a_finding_is_text_with_the_call_that_replays_it():
    report = check_manifold(manifolds.Sphere(3), cases=2)
    finding = report.finding(NEAR)
    assert finding.smallest == "w=[1. 0. 0.]  x=[0. 1. 0.]  d=1e-09"
    assert finding.observed.startswith("0 against 1e-09, where rounding explains ")
    assert finding.replay == f"check_manifold(manifold, only='{NEAR}', seed=0)"
    assert f"REFUTED  {NEAR}   subject: Sphere manifold of 3-vectors" in str(report)


def test_transport_may_be_claimed_to_be_parallel():
    refuted = check_manifold(manifolds.Sphere(3), cases=2, transport="parallel").refuted()
    assert {"transport_is_isometric", "transport_is_parallel"} <= set(refuted)


@pytest.mark.parametrize(
    "manifold", [Sphere(3), PSIQuotient(Layout.of([2, 3], 1)), PSIQuotient(Layout.of([4]))], ids=repr
)
def test_our_manifolds_obey_the_laws_under_its_names(manifold):
    report = check_manifold(FromPsitheory(manifold, np.random.default_rng(0)), cases=3, transport="parallel")
    assert report.verdict is Verdict.HOLDS, str(report)


# -- our manifolds inside its optimisers --------------------------------------------------------------

OPTIMIZERS = [
    TrustRegions(verbosity=0, min_gradient_norm=1e-9),
    ConjugateGradient(verbosity=0, min_gradient_norm=1e-7, max_iterations=500),
]


def rayleigh():
    a = np.random.default_rng(0).normal(size=(6, 6))
    return Rayleigh(a + a.T)


def neuron():
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(12, 4))
    return Neuron(inputs, np.tanh(inputs @ rng.normal(size=4)))


def least_by_scipy(model):
    """Return the least loss that SciPy finds from many starts."""
    from scipy.optimize import minimize

    starts = np.random.default_rng(1).normal(size=(20, model.layout.n))
    evaluate = lambda w: (float(model.evaluate(w).loss), model.evaluate(w).gradient)  # noqa: E731
    return min(minimize(evaluate, w, jac=True, tol=1e-12).fun for w in starts)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: type(optimizer).__name__)
@pytest.mark.parametrize("make", [rayleigh, neuron])
@pytest.mark.parametrize("kind", ["quotient", "sphere"])
def test_its_optimisers_reach_the_minimum_on_our_manifolds(optimizer, make, kind):
    model = make()
    manifold = PSIQuotient(model.layout) if kind == "quotient" else Sphere(model.layout.n)
    result = optimizer.run(problem(model, manifold, np.random.default_rng(3)))
    least = model.minimum if make is rayleigh else least_by_scipy(model)
    assert result.cost == pytest.approx(least, abs=1e-10)
