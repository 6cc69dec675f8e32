"""Geoopt: its manifolds under our checks, ours inside its optimisers."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_manifold
from psitheory.conformance.manifolds.check import LAWS
from psitheory.geometry import PSIQuotient, Sphere
from psitheory.layout import Layout

torch = pytest.importorskip("torch")
geoopt = pytest.importorskip("geoopt")

from psitheory.interop.geoopt import FromPsitheory  # noqa: E402

NEAR = "distance_of_near_points_is_accurate"
ANTIPODAL = "distance_of_near_antipodal_points_is_accurate"
LOGARITHM = "logarithm_of_near_points_is_accurate"
VELOCITY = "exponential_starts_with_the_given_velocity"
FIRST = "retraction_is_of_first_order"

CLAMPED = "distances are clamped at 4.5e-4 from 0 and from π, and logarithms are made of them"
FAR_LOGARITHM = "logarithm_of_near_antipodal_points_is_accurate"
SPHERES = dict.fromkeys((LOGARITHM, NEAR, ANTIPODAL, FAR_LOGARITHM), CLAMPED)
PARTS = dict.fromkeys((LOGARITHM, NEAR), CLAMPED)
CONVERTED = "proju converts gradients: of a tangent vector it doubles the part within the span of the point"
SCALED = "velocities are divided by the scale, though the metric and the gradients are not"
LONG = "long_geodesics_keep_their_speed"
CLIPPED = {LONG: "points of the ball are clipped 1e-5 short of its boundary, at 12.2 from the centre"}
AT_ZERO = "norms are clamped at 1e-4 from 0, so that exp of 0 is off by 5e-9"

EXPECTED = {
    "Euclidean": (lambda: geoopt.Euclidean(), {}),
    "Euclidean of vectors": (lambda: geoopt.Euclidean(ndim=1), {}),
    "Sphere": (lambda: geoopt.Sphere(), SPHERES),
    "SphereExact": (lambda: geoopt.SphereExact(), SPHERES),
    "great sphere": (lambda: geoopt.Sphere(intersection=torch.eye(4, 3)), SPHERES),
    "EuclideanStiefel": (lambda: geoopt.EuclideanStiefel(), {}),
    "EuclideanStiefelExact": (lambda: geoopt.EuclideanStiefelExact(), {}),
    "CanonicalStiefel": (
        lambda: geoopt.CanonicalStiefel(),
        {
            "projection_fixes_what_it_returns": CONVERTED,
            "tangent_vectors_stay_under_the_projection": CONVERTED,
            FIRST: "the Cayley transform is that of a Euclidean gradient: it doubles the same part of the velocity",
        },
    ),
    "SymmetricPositiveDefinite": (lambda: geoopt.SymmetricPositiveDefinite(), {}),
    "log-Euclidean distance": (
        lambda: geoopt.SymmetricPositiveDefinite("LEM"),
        dict.fromkeys(
            (
                NEAR,
                "distance_is_the_length_of_the_geodesic",
                "distance_is_the_length_of_the_logarithm",
                "distance_of_far_points_is_the_length_of_the_logarithm",
            ),
            "only the distance is log-Euclidean; metric and exp stay affine-invariant",
        ),
    ),
    "PoincareBall": (lambda: geoopt.PoincareBall(), CLIPPED),
    "PoincareBallExact of curvature -0.3": (lambda: geoopt.PoincareBallExact(c=0.3), {}),
    "Stereographic of curvature 0": (lambda: geoopt.Stereographic(k=0.0), {}),
    "SphereProjection": (lambda: geoopt.SphereProjection(), {}),
    "Lorentz": (
        lambda: geoopt.Lorentz(),
        dict.fromkeys(
            (
                "retraction_of_zero_stays_at_the_point",
                "exponential_of_zero_stays_at_the_point",
                "tiny_steps_stay_at_the_point",
            ),
            AT_ZERO,
        )
        | dict.fromkeys((LOGARITHM, NEAR), "distances are clamped at 3e-8 from 0")
        | {"inputs_are_left_alone": "egrad2rgrad changes the sign of an entry of the gradient that it is given"},
    ),
    "Scaled PoincareBall": (
        lambda: geoopt.Scaled(geoopt.PoincareBall(), 2.0),
        dict.fromkeys(
            (
                FIRST,
                VELOCITY,
                LONG,
                "exponential_is_a_geodesic",
                "exponential_is_radially_isometric",
                "short_geodesics_are_radially_isometric",
            ),
            SCALED,
        ),
    ),
    "ProductManifold": (
        lambda: geoopt.ProductManifold((geoopt.PoincareBall(), 2), (geoopt.Sphere(), 3)),
        PARTS | CLIPPED,
    ),
    "ProductManifold of flat parts": (
        lambda: geoopt.ProductManifold((geoopt.PoincareBall(), 2), (geoopt.Euclidean(ndim=1), 2)),
        {NEAR: "squared distances are clamped at 1e-15"} | CLIPPED,
    ),
    "UpperHalf": (
        lambda: geoopt.manifolds.UpperHalf(),
        dict.fromkeys(
            (
                "projection_fixes_what_it_returns",
                "tangent_vectors_stay_under_the_projection",
                "transported_vectors_are_tangent",
            ),
            "proju converts gradients: it multiplies by the imaginary part from both sides",
        ),
    ),
}


BY_ROUNDING = {
    "SymmetricPositiveDefinite": {
        "squared_distances_have_derivatives": "where two eigenvalues are equal, which at w = z rounding decides"
    },
}
"""What a processor's rounding makes or not: derivatives of eigenvectors divide by differences of eigenvalues."""


@pytest.mark.parametrize("name", EXPECTED)
def test_its_manifolds_are_right_but_for_these_findings(name):
    make, expected = EXPECTED[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one says that it is not fully implemented
        manifold = make()
    by_rounding = BY_ROUNDING.get(name, {})
    report = check_manifold(manifold, cases=4, expected=expected | by_rounding)
    found = tuple(law for law in report.refuted() if law not in by_rounding)
    assert found == tuple(law for law in LAWS if law in expected), str(report)
    assert report.verdict is Verdict.HOLDS, str(report)


def test_the_findings_are_true_of_the_sphere():
    sphere = geoopt.Sphere()
    w, z = torch.tensor([[1.0, 0, 0], [1.0, 1e-6, 0]], dtype=torch.float64)
    assert sphere.dist(w, z).item() == pytest.approx(4.47e-4, rel=1e-3)
    assert sphere.logmap(w, z).norm().item() != pytest.approx(1e-6, rel=0.1)


def test_doubly_stochastic_matrices_are_found_to_1e_5_and_their_gradients_are_short():
    report = check_manifold(geoopt.BirkhoffPolytope(), cases=2)
    assert {
        "projection_fixes_what_it_returns",
        "gradient_represents_the_derivative",
        "a_batch_equals_the_loop",
    } <= set(report.refuted())


def tangent_of(manifold, w):
    """Return a tangent vector of orthonormal columns or of doubly stochastic matrices, found without the library."""
    z = torch.tensor(np.random.default_rng(0).normal(size=tuple(w.shape)))
    if isinstance(manifold, geoopt.BirkhoffPolytope):
        return z - z.mean(0, keepdim=True) - z.mean(1, keepdim=True) + z.mean()
    return z - w @ (w.T @ z + z.T @ w) / 2


@pytest.mark.parametrize("manifold", [geoopt.CanonicalStiefel(), geoopt.BirkhoffPolytope()], ids=str)
def test_the_finding_is_true_that_proju_changes_tangent_vectors(manifold):
    w = manifold.random(3, 3, dtype=torch.float64)
    x = tangent_of(manifold, w)
    assert (manifold.proju(w, x) - x).abs().max() > 0.1


def test_the_finding_is_true_that_the_cayley_transform_leaves_with_another_velocity():
    manifold = geoopt.CanonicalStiefel()
    w = torch.linalg.qr(torch.tensor(np.random.default_rng(1).normal(size=(4, 2))))[0]
    x, h = tangent_of(manifold, w), 1e-6
    velocity = (manifold.retr(w, h * x) - manifold.retr(w, -h * x)) / (2 * h)
    torch.testing.assert_close(velocity, x + w @ (w.T @ x), rtol=0, atol=1e-8)
    assert (velocity - x).abs().max() > 0.1


def test_the_finding_is_true_that_a_scaled_manifold_divides_velocities():
    ball, h = geoopt.Scaled(geoopt.PoincareBall().double(), 2.0), 1e-6
    w, x = torch.tensor([[0.1, 0.2], [0.3, -0.1]], dtype=torch.float64)
    velocity = (ball.expmap(w, h * x) - ball.expmap(w, -h * x)) / (2 * h)
    torch.testing.assert_close(velocity, x / 2, rtol=0, atol=1e-8)
    assert ball.inner(w, x, x) == ball.base.inner(w, x, x)


def test_the_findings_are_true_of_the_hyperboloid():
    manifold = geoopt.Lorentz().double()
    w = torch.tensor([np.sqrt(2.0), 1.0, 0.0], dtype=torch.float64)
    assert (manifold.expmap(w, 0 * w) - w).abs().max() > 1e-9
    gradient = torch.ones(3, dtype=torch.float64)
    manifold.egrad2rgrad(w, gradient)
    assert gradient[0] == -1


class FarHyperboloid(geoopt.Lorentz):
    """Its own distance; its norm is the library's, which takes no point, as is what overrides it so."""

    def dist(self, x, y, *, keepdim=False, dim=-1):
        return 2 * super().dist(x, y, keepdim=keepdim, dim=dim)

    def norm(self, u, *, keepdim=False, dim=-1):
        return super().norm(u, keepdim=keepdim, dim=dim)


def test_a_subclass_is_checked_where_methods_of_the_library_take_other_arguments():
    law = "distance_is_the_length_of_the_logarithm"
    report = check_manifold(FarHyperboloid(), shape=(4,), only=law, cases=2)
    assert report.refuted() == (law,)
    assert any("norm of" in note for note in report.notes)


def test_the_geodesics_of_orthonormal_columns_are_true():
    """By the formula of Edelman, Arias and Smith with SciPy's exponential, which is not that of the library."""
    from scipy.linalg import expm

    rng = np.random.default_rng(2)
    w = np.linalg.qr(rng.normal(size=(4, 2)))[0]
    x = tangent_of(geoopt.EuclideanStiefel(), torch.tensor(w)).numpy()
    a, s = w.T @ x, x.T @ x
    end = np.hstack([w, x]) @ expm(np.block([[a, -s], [np.eye(2), a]]))[:, :2] @ expm(-a)
    found = geoopt.EuclideanStiefel().expmap(torch.tensor(w), torch.tensor(x)).numpy()
    np.testing.assert_allclose(found, end, rtol=0, atol=1e-10)


def test_what_a_matrix_exponential_loses_is_a_note_and_no_finding():
    finding = check_manifold(geoopt.EuclideanStiefel(), cases=3).finding("a_batch_equals_the_loop")
    assert finding.verdict is Verdict.HOLDS


def test_a_module_is_called_in_the_precision_of_the_points():
    ball = geoopt.PoincareBall(c=0.3)
    assert check_manifold(ball, cases=2).verdict is Verdict.HOLDS
    assert ball.c.dtype == torch.float32


def test_the_shape_of_points_may_be_given():
    assert check_manifold(geoopt.Sphere(), shape=(5,), cases=1, only=NEAR).refuted() == (NEAR,)


def test_the_generator_of_torch_is_left_as_it_was():
    before = torch.random.get_rng_state()
    check_manifold(geoopt.Sphere(), cases=1, only="metric_is_symmetric")
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize("manifold", [Sphere(3), PSIQuotient(Layout.of([2, 3], 1))], ids=repr)
def test_our_manifolds_obey_the_laws_on_tensors_under_its_names(manifold):
    def points(rng):
        return torch.tensor(manifold.random_point(rng))

    report = check_manifold(FromPsitheory(manifold), points=points, cases=2, transport="parallel")
    assert report.verdict is Verdict.HOLDS, str(report)


@pytest.mark.parametrize("optimizer", [geoopt.optim.RiemannianSGD, geoopt.optim.RiemannianAdam])
def test_its_optimisers_reach_the_minimum_on_our_quotient(optimizer):
    a = np.random.default_rng(0).normal(size=(5, 5))
    matrix = torch.tensor(a + a.T)
    start = torch.tensor(np.random.default_rng(1).normal(size=5))
    w = geoopt.ManifoldParameter(start, manifold=FromPsitheory(PSIQuotient(Layout.of([5]))))
    method = optimizer([w], lr=0.02)
    for _ in range(1500):
        method.zero_grad()
        (w @ matrix @ w / (w @ w)).backward()
        method.step()
    loss = (w @ matrix @ w / (w @ w)).item()
    assert loss == pytest.approx(np.linalg.eigvalsh(a + a.T)[0], abs=1e-6)
