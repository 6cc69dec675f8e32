"""Bad input to check_manifold is a sentence, code that raises is shown, and expected failures count as meant."""

from __future__ import annotations

import json

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_manifold
from psitheory.conformance.manifolds.check import LAWS
from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName
from psitheory.geometry import Sphere
from psitheory.laws import broken_manifolds


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


def test_draws_of_tangent_vectors_that_take_the_point_first_are_told_the_order():
    class PointFirst(Sphere):
        def random_tangent(self, point, source):
            return super().random_tangent(source, point)

    class Raising(Sphere):
        def random_tangent(self, point, source):
            raise ZeroDivisionError("by hand")

    sentence = (
        r"random_tangent of .* takes \(point, source\), the point first; \(rng, w\), the Generator first, is needed"
    )
    with pytest.raises(ArgumentTypeError, match=sentence):
        check_manifold(PointFirst(3))
    report = check_manifold(Raising(3), cases=2, only="metric_is_symmetric")
    assert report.findings[0].observed == "the code under test raised ZeroDivisionError: by hand"


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
