"""Manifolds: ours obey every law, each broken one is refuted where it is broken, and bad input is a sentence."""

from __future__ import annotations

import json

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_manifold
from psitheory.conformance.manifolds.check import LAWS
from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName
from psitheory.geometry import Euclidean, PSIQuotient, Sphere
from psitheory.laws import broken, broken_manifolds
from psitheory.layout import Layout
from tests.conformance.laws_that_manifolds_break import REFUTED
from tests.conformance.smallest_inputs_of_manifolds import SMALLEST


def made(name):
    kind = getattr(broken_manifolds, name, None) or getattr(broken, name)
    if issubclass(kind, Sphere):
        return kind(3)
    return kind(Layout.of([2, 3], 1)) if issubclass(kind, PSIQuotient) else kind(2)


# -- what is right ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "manifold",
    [
        PSIQuotient(Layout.of([2, 3], 1)),
        PSIQuotient(Layout.of([3, 1])),
        PSIQuotient(Layout.of([], 2)),
        Sphere(2),
        Sphere(3),
        Sphere(40),
        Euclidean(1),
        Euclidean(4),
    ],
    ids=repr,
)
def test_our_manifolds_obey_every_law(manifold):
    report = check_manifold(manifold, cases=3)
    assert report.verdict is Verdict.HOLDS, str(report)


def test_a_quotient_is_tried_on_all_that_it_offers():
    report = check_manifold(PSIQuotient(Layout.of([2, 3], 1)), cases=1)
    assert set(report.skipped) == {
        "projection_is_orthogonal",  # its metric is not that of the ambient space
        "exponential_inverts_logarithm",  # on spheres the parts are compared with great circles
        "distance_is_the_length_of_the_logarithm",
        "short_geodesics_are_radially_isometric",
        "long_geodesics_keep_their_speed",
        "transport_to_far_points_is_isometric",
        "far_points_are_reached_by_their_logarithms",
        "distance_of_far_points_is_the_length_of_the_logarithm",
        "transport_carries_the_velocity_along",
        "exponential_is_radially_isometric",
        "transport_has_no_torsion",
        "transport_composes_along_geodesics",
        "nearest_point_of_a_point_is_itself",  # every array without a zero block is a point
        "nearest_points_are_on_the_manifold",
    }


def test_a_law_without_its_methods_is_skipped_and_named_and_does_not_hold():
    class Nothing:
        def inner(self, w, x, y):
            return x @ y

    report = check_manifold(Nothing(), points=[np.array([1.0, 0.0])], cases=2)
    assert report.finding("metric_is_symmetric").verdict is Verdict.HOLDS
    assert report.skipped["projection_is_linear"] == "there is no project"
    assert "projection_is_linear" in str(report)
    with pytest.raises(UnknownName, match="it was skipped: there is no project"):
        report.finding("projection_is_linear")


def test_what_is_only_skipped_is_inconclusive():
    report = check_manifold(Sphere(3), only="orbit_directions_are_vertical")
    assert not report.findings
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.exit_code == 3


# -- what is broken -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REFUTED)
def test_a_broken_manifold_is_refuted_where_it_is_broken_and_nowhere_else(name):
    report = check_manifold(made(name), cases=2)
    assert set(report.refuted()) == REFUTED[name], str(report)


@pytest.mark.parametrize("law", SMALLEST)
def test_the_witness_of_each_law_is_small(law):
    name, smallest = SMALLEST[law]
    finding = check_manifold(made(name), only=law, cases=2).finding(law)
    assert finding.verdict is Verdict.REFUTED
    assert finding.smallest == smallest


def test_every_law_is_seen_to_fail():
    assert set(SMALLEST) == set(LAWS)
    assert set().union(*REFUTED.values()) == set(LAWS)


def test_a_finding_replays():
    report = check_manifold(broken_manifolds.ShortDistance(3), cases=3, seed=5)
    finding = report.finding("distance_is_the_length_of_the_geodesic")
    assert finding.replay == (
        "check_manifold(ShortDistance(d=3), only='distance_is_the_length_of_the_geodesic', seed=5)"
    )
    again = eval(finding.replay, {"check_manifold": check_manifold, "ShortDistance": broken_manifolds.ShortDistance})
    assert again.findings == (finding,)


def test_an_error_of_1e_8_in_a_distance_is_seen_and_its_size_is_told():
    finding = check_manifold(broken_manifolds.ShortDistance(3), only=LAWS).finding(
        "distance_is_the_length_of_the_geodesic"
    )
    left, right = (float(side.split()[0].rstrip(",")) for side in finding.observed.split(" against "))
    assert left / right - 1 == pytest.approx(-1e-8, rel=1e-3)


def test_a_witness_is_carried_to_the_last_bit():
    finding = check_manifold(broken_manifolds.ArccosDistance(3), only=LAWS).finding(
        "distance_of_near_points_is_accurate"
    )
    w, x = (np.array([float.fromhex(v) for v in finding.witness[name]]) for name in "wx")
    d = float.fromhex(finding.witness["d"])
    z = w + d * x
    assert broken_manifolds.ArccosDistance(3).dist(w, z) == 0.0
    assert Sphere(3).dist(w, z / np.linalg.norm(z)) == pytest.approx(d)


def test_a_first_order_retraction_is_enough_where_no_more_is_claimed():
    class Bent(Euclidean):
        def retract(self, w, x):
            return w + x + np.sum(x * x, axis=-1, keepdims=True) * np.ones(self.n)

    law = "retraction_is_of_second_order"
    assert law in check_manifold(Bent(2), cases=2).skipped
    assert check_manifold(Bent(2), cases=2, order=2).refuted() == (law,)
    assert law in check_manifold(broken_manifolds.SwervingRetraction(3), cases=2, order=1).skipped


def test_a_vector_transport_need_not_be_parallel():
    report = check_manifold(broken_manifolds.ProjectingTransport(3), cases=2, transport="vector")
    assert report.verdict is Verdict.HOLDS
    assert "transport_is_isometric" in report.skipped


# -- other people's conventions -----------------------------------------------------------------------


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


# -- bad input and code that raises -------------------------------------------------------------------


def test_code_that_raises_is_shown_with_law_and_input_and_the_others_still_run():
    class Raising(Sphere):
        def dist(self, w, z):
            raise ZeroDivisionError("by hand")

    report = check_manifold(Raising(3), cases=2)
    finding = report.finding("distance_is_symmetric")
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "the code under test raised ZeroDivisionError: by hand"
    assert finding.smallest == "w=[1. 0. 0.]  z=[0.6 0.8 0. ]"
    assert report.finding("transport_is_parallel").verdict is Verdict.HOLDS


def test_a_method_that_is_not_implemented_is_a_missing_one():
    class Half(Sphere):
        def log(self, w, z):
            raise NotImplementedError

    report = check_manifold(Half(3), cases=2)
    assert report.verdict is Verdict.HOLDS
    assert "does not implement log" in report.skipped["logarithm_inverts_exponential"]


@pytest.mark.parametrize(
    ("subject", "options", "error", "sentence"),
    [
        (object(), {}, ArgumentTypeError, "manifold is <object object"),
        (3, {}, ArgumentTypeError, "manifold is 3; an object with some of the methods inner, norm"),
        (Sphere, {}, ArgumentTypeError, "manifold is the class Sphere; an instance of it is needed"),
        (Sphere(3), {"only": "nothing"}, UnknownName, "only names the law 'nothing'; there are metric_is_symmetric"),
        (Sphere(3), {"expected": {"nothing": "why"}}, UnknownName, "expected names the law 'nothing'"),
        (Sphere(3), {"expected": {LAWS[0]: ""}}, ArgumentError, "the reason for the failure is needed"),
        (Sphere(3), {"cases": 0}, ArgumentError, "cases is 0; an integer of at least 1"),
        (Sphere(3), {"order": 3}, ArgumentError, "order is 3; 1 or 2"),
        (Sphere(3), {"transport": "slow"}, ArgumentError, "transport is 'slow'; 'parallel' or 'vector'"),
        (Sphere(3), {"points": []}, ArgumentError, "points is empty"),
        (Sphere(3), {"points": [np.array([np.nan, 0, 0])]}, ArgumentError, "is not finite"),
        (Sphere(3), {"points": [np.zeros(0)]}, ArgumentError, "has no entries"),
        (Sphere(3), {"points": ["a"]}, ArgumentTypeError, "an array of numbers"),
    ],
)
def test_bad_input_is_a_sentence(subject, options, error, sentence):
    with pytest.raises(error) as caught:
        check_manifold(subject, **options)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_method_with_other_arguments_is_named():
    class Wrong:
        def inner(self, x, y):
            return x @ y

    with pytest.raises(ArgumentTypeError, match=r"inner of Wrong takes \(x, y\); \(w, x, y\) is needed"):
        check_manifold(Wrong(), points=[np.ones(2)])


def test_a_metric_that_is_no_number_is_a_sentence():
    class Wrong(Sphere):
        def inner(self, w, x, y):
            return x * y

    with pytest.raises(ArgumentError, match=r"inner of .*Wrong.* returns 3 numbers for one point; one is needed"):
        check_manifold(Wrong(3), only="metric_is_symmetric")


def test_points_are_needed_where_none_are_drawn():
    class Bare:
        def inner(self, w, x, y):
            return x @ y

    with pytest.raises(ArgumentError, match="Bare has no random_point; points="):
        check_manifold(Bare())


# -- expected failures --------------------------------------------------------------------------------


def test_an_expected_failure_counts_as_meant_and_one_that_does_not_come_is_a_failure():
    subject = broken_manifolds.ArccosDistance(3)
    laws = ("distance_of_near_points_is_accurate", "distance_of_near_antipodal_points_is_accurate")
    report = check_manifold(subject, cases=2, expected=dict.fromkeys(laws, "by arccos"))
    assert report.verdict is Verdict.HOLDS
    assert report.refuted() == laws
    surprised = check_manifold(Sphere(3), cases=1, only=laws[0], expected={laws[0]: "by arccos"})
    assert surprised.verdict is Verdict.REFUTED
    assert "it HOLDS: take the expectation away" in str(surprised)


def test_the_report_is_json():
    data = json.loads(check_manifold(broken_manifolds.SumNorm(3), cases=2).to_json())
    assert data["verdict"] == "REFUTED"
    assert [f["law"] for f in data["findings"] if f["verdict"] == "REFUTED"] == ["norm_is_the_root_of_the_metric"]


def test_points_that_raise_are_named() -> None:
    def points(rng: np.random.Generator) -> np.ndarray:
        raise ValueError("none left")

    with pytest.raises(ArgumentError, match="points raised ValueError: none left; a function of a Generator"):
        check_manifold(Sphere(3), points=points)


class SphereThatStates:
    """S³ with one number of its own."""

    def __init__(self, dim):
        self.dim = dim

    def random_point(self, rng):
        w = rng.normal(size=4)
        return w / np.linalg.norm(w)

    def project(self, w, x):
        return x - w * (w @ x)

    def retract(self, w, x):
        return (w + x) / np.linalg.norm(w + x)

    def inner(self, w, x, y):
        return x @ y


@pytest.mark.parametrize(
    ("dim", "verdict"),
    [(3, Verdict.HOLDS), (2, Verdict.REFUTED), (5, Verdict.REFUTED)]
    # the space around, axes, and what is no number say nothing of the dimension
    + [(dim, Verdict.HOLDS) for dim in (4, 0, -1, None, "3", np.array([3.0, 4.0]))],
)
def test_what_a_manifold_calls_dim_is_its_dimension_where_it_can_be_nothing_else(dim, verdict):
    report = check_manifold(SphereThatStates(dim), cases=2)
    assert report.verdict is verdict
    assert report.refuted() == (("dimension_is_that_of_the_tangent_space",) if verdict is Verdict.REFUTED else ())
