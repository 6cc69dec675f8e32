"""Manifolds in other people's conventions: of no known kind, in sequences, as classes under scales, one by one."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_manifold
from psitheory.geometry import Sphere


class Simplex:
    """The open simplex with the metric of Fisher and Rao: neither the metric nor the constraint of a sphere."""

    def random_point(self, rng):
        return rng.dirichlet(np.full(4, 3.0))

    def project(self, w, z):
        return z - np.mean(z)

    def inner(self, w, x, y):
        return np.sum(x * y / w)

    def exp(self, w, x):
        root, velocity = np.sqrt(w), x / (2 * np.sqrt(w))
        length = np.linalg.norm(velocity)
        return (np.cos(length) * root + np.sinc(length / np.pi) * velocity) ** 2

    def dist(self, w, z):
        u, v = np.sqrt(w), np.sqrt(z)
        return 4 * np.arctan2(np.linalg.norm(u - v), np.linalg.norm(u + v))

    def gradient(self, w, gradient):
        return w * (gradient - w @ gradient)


class SloppySimplex(Simplex):
    def gradient(self, w, gradient):
        return w * (gradient - np.mean(gradient))


class ArccosSimplex(Simplex):
    def dist(self, w, z):
        return 2 * np.arccos(np.clip(np.sqrt(w) @ np.sqrt(z), -1, 1))


def test_a_manifold_of_no_known_kind_is_checked_by_what_it_says_of_itself():
    report = check_manifold(Simplex())
    assert report.verdict is Verdict.HOLDS, str(report)
    assert {"distance_of_near_points_is_accurate", "exponential_is_a_geodesic", "projected_vectors_are_tangent"} <= {
        finding.law for finding in report.findings
    }


def test_what_is_wrong_with_a_manifold_of_no_known_kind_is_found():
    assert check_manifold(SloppySimplex(), cases=3).refuted() == ("gradient_is_tangent",)
    assert check_manifold(ArccosSimplex()).refuted() == ("distance_of_near_points_is_accurate",)


class ListedProduct:
    """A circle and a plane, points being lists of two arrays."""

    def random_point(self, rng):
        z = rng.normal(size=2)
        return [z / np.linalg.norm(z), rng.normal(size=2)]

    def random_tangent(self, rng, w):
        return self.project(w, [rng.normal(size=2), rng.normal(size=2)])

    def project(self, w, z):
        return [z[0] - (z[0] @ w[0]) * w[0], z[1]]

    def inner(self, w, x, y):
        return x[0] @ y[0] + x[1] @ y[1]

    def retract(self, w, x):
        return [(w[0] + x[0]) / np.linalg.norm(w[0] + x[0]), w[1] + x[1]]


def test_points_may_be_sequences_of_arrays():
    report = check_manifold(ListedProduct(), cases=3)
    assert report.verdict is Verdict.HOLDS, str(report)
    assert "projection_is_orthogonal" in {finding.law for finding in report.findings}


class ScaleQuotient:
    """Directions under scales in Pymanopt's words, without anything that says that points are classes."""

    dim = 2

    def random_point(self):
        return np.random.normal(size=3)  # noqa: NPY002

    def random_tangent_vector(self, point):
        return self.projection(point, np.random.normal(size=3))  # noqa: NPY002

    def projection(self, point, vector):
        return vector - (vector @ point) / (point @ point) * point

    def inner_product(self, point, a, b):
        return a @ b / (point @ point)

    def retraction(self, point, vector):
        return point + vector

    def euclidean_to_riemannian_gradient(self, point, gradient):
        return (point @ point) * gradient


class UnscaledQuotient(ScaleQuotient):
    def retraction(self, point, vector):
        return point / np.linalg.norm(point) + vector


def test_classes_under_scales_are_recognised_by_the_projection():
    report = check_manifold(ScaleQuotient(), cases=3)
    assert report.verdict is Verdict.HOLDS, str(report)
    assert report.finding("retraction_does_not_depend_on_the_representative").cases


def test_a_retraction_that_depends_on_the_representative_is_refuted():
    refuted = check_manifold(UnscaledQuotient(), cases=3).refuted()
    assert "retraction_does_not_depend_on_the_representative" in refuted


def test_the_global_generators_are_left_as_they_were():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    check_manifold(ScaleQuotient(), cases=1, only="metric_is_symmetric")
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_code_in_single_precision_passes_at_single_precision():
    class Single(Sphere):
        def exp(self, w, x):
            return super().exp(np.float32(w), np.float32(x))

    # In float64 the loss of precision is found; the same code called in float32 is right.
    finding = check_manifold(Single(3), only="exponential_is_a_geodesic").findings[0]
    assert finding.verdict is Verdict.REFUTED
    assert finding.kind == "float64"
    assert check_manifold(Sphere(3), only="exponential_is_a_geodesic").findings[0].kind == "float64, float32"


def test_a_batch_is_tried_only_where_methods_take_one():
    class OnePoint:
        def random_point(self, rng):
            return rng.normal(size=3)

        def inner(self, w, x, y):
            return float(np.dot(x, y))

        def retract(self, w, x):
            return w + x

    report = check_manifold(OnePoint(), cases=1)
    assert "one point at a time" in report.skipped["a_batch_equals_the_loop"]
    claimed = check_manifold(OnePoint(), cases=1, batch=True).finding("a_batch_equals_the_loop")
    assert claimed.verdict is Verdict.INCONCLUSIVE
    assert "raised" in claimed.observed


WEIGHTS = np.array([1.0, 2.0, 5.0])


class WeightedSphere:
    """Unit vectors, with a metric whose lengths are longer along some axes than others; it projects along normals."""

    def __init__(self, normal):
        self.normal = normal

    def random_point(self, rng):
        z = rng.normal(size=3)
        return z / np.linalg.norm(z)

    def random_tangent(self, rng, w):
        return self.project(w, rng.normal(size=3))

    def inner(self, w, x, y):
        return float(np.sum(WEIGHTS * x * y))

    def project(self, w, z):
        return z - self.normal(w) * (w @ z) / (w @ self.normal(w))


@pytest.mark.parametrize(
    ("normal", "is_right"),
    [(lambda w: w, True), (lambda w: w / WEIGHTS, True), (lambda w: w / WEIGHTS**0.5, False), (lambda w: w**3, False)],
    ids=["in the ambient space", "by the metric", "between them", "neither"],
)
def test_the_nearest_tangent_vector_may_be_that_of_the_metric_or_of_the_ambient_space(normal, is_right):
    law = "projection_is_orthogonal_by_some_metric"
    report = check_manifold(WeightedSphere(normal), cases=40)
    assert report.refuted() == (() if is_right else (law,))
    assert law in {finding.law for finding in report.findings}


class HalfPlaneWithoutGeodesics:
    """Poincaré's half-plane: a metric and a distance alone."""

    def __init__(self, is_right):
        self.is_right = is_right

    def random_point(self, rng):
        return np.array([rng.normal(), np.exp(rng.normal())])

    def random_tangent(self, rng, w):
        return rng.normal(size=2)

    def inner(self, w, x, y):
        return float(x @ y) / w[1] ** 2

    def dist(self, w, z):
        square = float((w - z) @ (w - z)) / (4 * w[1] * z[1])
        return float(2 * np.arcsinh(np.sqrt(square)) if self.is_right else np.arccosh(1 + 2 * square))


@pytest.mark.parametrize("is_right", [True, False])
def test_noise_in_distances_is_seen_without_an_exponential(is_right):
    law = "distance_of_near_points_is_no_noise"
    assert check_manifold(HalfPlaneWithoutGeodesics(is_right)).refuted() == (() if is_right else (law,))
