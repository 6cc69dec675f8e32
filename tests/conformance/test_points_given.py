"""Points that somebody gives: checked first, no others used; where the library chooses, it says what it passed over."""

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_gradient, check_manifold, check_retraction
from psitheory.errors import ArgumentError
from psitheory.geometry import Sphere


def logarithms(w):
    return np.log(np.abs(w)).sum()


def test_a_point_off_the_manifold_is_named():
    with pytest.raises(ArgumentError, match=r"points\[1\] is not on the manifold: defect 3; points on it are needed"):
        check_manifold(Sphere(3), points=[np.array([0.0, 1, 0]), np.array([2.0, 0, 0])])


def test_points_of_another_shape_or_not_finite_are_named():
    with pytest.raises(ArgumentError, match=r"points\[1\] has 2 entries; 3, as many as the first has"):
        check_manifold(Sphere(3), points=[[0.0, 1, 0], [1.0, 0]])
    with pytest.raises(ArgumentError, match=r"points\[1\] is .*, which is not finite"):
        check_gradient(np.sum, np.ones_like, manifold=Sphere(3), euclidean=True, points=[[0.0, 1, 0], [np.nan, 0, 1]])


def test_no_points_but_those_given_are_used():
    report = check_gradient(
        logarithms,
        lambda w: 1 / w,
        manifold=Sphere(3),
        euclidean=True,
        points=[np.array([2.0, 3, 6]) / 7, np.array([1.0, 2, 2]) / 3],
    )
    assert report.verdict is Verdict.HOLDS
    assert not report.notes


@pytest.mark.parametrize(("factor", "verdict"), [(1.0, Verdict.HOLDS), (1.5, Verdict.REFUTED)])
def test_where_the_library_chose_a_point_at_which_f_is_undefined_it_passes_on_and_says_so(factor, verdict):
    report = check_gradient(logarithms, lambda w: factor / w, manifold=Sphere(3), euclidean=True)
    assert report.verdict is verdict, str(report)
    assert report.notes == ("not tried at w=[1. 0. 0.], where f or its gradient is not finite",)


def test_a_euclidean_gradient_is_projected_where_nothing_else_converts_it():
    class Plain:
        def project(self, w, z):
            return z - w * (w @ z)

        def inner(self, w, x, y):
            return x @ y

        def retract(self, w, x):
            return (w + x) / np.linalg.norm(w + x)

        def random_point(self, rng):
            w = rng.normal(size=3)
            return w / np.linalg.norm(w)

    a = np.diag([0.0, 1, 3])
    right = check_gradient(lambda w: w @ a @ w, lambda w: 2 * a @ w, manifold=Plain(), euclidean=True)
    assert right.verdict is Verdict.HOLDS, str(right)
    wrong = check_gradient(lambda w: w @ a @ w, lambda w: a @ w, manifold=Plain(), euclidean=True)
    assert wrong.verdict is Verdict.REFUTED


def test_what_is_claimed_and_not_tried_does_not_hold():
    report = check_retraction(lambda w, x: w + x + 3 * x * x, points=[[0.5, 1.0]], order=2)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "claimed, and not tried" in report.finding("retraction_is_of_second_order").observed
    unclaimed = check_retraction(lambda w, x: w + x + 3 * x * x, points=[[0.5, 1.0]])
    assert unclaimed.verdict is Verdict.HOLDS
    assert "retraction_is_of_second_order" in unclaimed.skipped
