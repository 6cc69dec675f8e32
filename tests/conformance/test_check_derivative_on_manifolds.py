"""Riemannian gradients and Hessians of functions on manifolds, or Euclidean ones that the manifold converts."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_gradient, check_hessian
from psitheory.conformance.manifolds.derivative import ON_MANIFOLDS
from psitheory.errors import ArgumentError, UnknownName
from psitheory.geometry import PSIQuotient, Sphere
from psitheory.layout import Layout
from psitheory.models import Rayleigh

A = np.random.default_rng(2).normal(size=(4, 4))
MATRIX = A + A.T
SPHERE = Sphere(4)


def rayleigh_on_the_sphere(w):
    return w @ MATRIX @ w


def riemannian_gradient(w):
    return 2 * (MATRIX @ w - (w @ MATRIX @ w) * w)


def riemannian_hessian(w, x):
    return 2 * SPHERE.project(w, MATRIX @ x) - 2 * (w @ MATRIX @ w) * x


def test_riemannian_derivatives_pass():
    on = {"manifold": SPHERE, "cases": 4}
    assert check_gradient(rayleigh_on_the_sphere, riemannian_gradient, **on).verdict is Verdict.HOLDS
    report = check_hessian(rayleigh_on_the_sphere, riemannian_gradient, riemannian_hessian, **on)
    assert report.verdict is Verdict.HOLDS, str(report)
    assert {finding.law for finding in report.findings} == set(ON_MANIFOLDS) - {FUNCTION}


FUNCTION = "function_does_not_depend_on_the_representative"
TANGENT, DERIVATIVE = "gradient_is_tangent", "gradient_is_the_derivative"
SECOND, LINEAR = "hessian_is_the_second_derivative_along_geodesics", "hessian_is_linear"


@pytest.mark.parametrize(
    ("gradient", "refuted"),
    [
        (lambda w: 2 * MATRIX @ w, (TANGENT,)),
        (lambda w: riemannian_gradient(w) * (1 + 1e-6), (DERIVATIVE,)),
        (lambda w: riemannian_gradient(w) + w, (TANGENT,)),
        (lambda w: -riemannian_gradient(w), (DERIVATIVE,)),
    ],
    ids=["Euclidean", "1e-6 too long", "with a normal part", "descent"],
)
def test_a_wrong_riemannian_gradient_is_refuted(gradient, refuted):
    report = check_gradient(rayleigh_on_the_sphere, gradient, manifold=SPHERE, cases=2)
    assert report.refuted() == refuted, str(report)


TURN = np.array([[0, 1.0, 0, 0], [-1.0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])


@pytest.mark.parametrize(
    ("hessian", "refuted"),
    [
        (lambda w, x: 2 * SPHERE.project(w, MATRIX @ x), {SECOND}),
        (lambda w, x: 2 * MATRIX @ x - 2 * (w @ MATRIX @ w) * x, {"hessian_is_tangent"}),
        (lambda w, x: riemannian_hessian(w, x) * (1 + 1e-6), {SECOND}),
        (lambda w, x: riemannian_hessian(w, x) + SPHERE.project(w, TURN @ x), {"hessian_is_symmetric"}),
        (
            lambda w, x: riemannian_hessian(w, x) + (x @ x) * riemannian_gradient(w),
            {SECOND, LINEAR, "hessian_is_symmetric"},
        ),
    ],
    ids=["flat", "ambient", "1e-6 too large", "twisted", "curved"],
)
def test_a_wrong_riemannian_hessian_is_refuted(hessian, refuted):
    report = check_hessian(rayleigh_on_the_sphere, riemannian_gradient, hessian, manifold=SPHERE, cases=2)
    assert set(report.refuted()) == refuted, str(report)


def test_euclidean_derivatives_are_converted_by_the_manifold():
    on = {"manifold": SPHERE, "euclidean": True, "cases": 2}
    arguments = rayleigh_on_the_sphere, lambda w: 2 * MATRIX @ w, lambda w, x: 2 * MATRIX @ x
    assert check_hessian(*arguments, **on).verdict is Verdict.HOLDS


def test_a_model_on_the_quotient_passes_and_a_function_of_norms_is_none_there():
    quotient, model = PSIQuotient(Layout.of([4])), Rayleigh(MATRIX)
    assert check_hessian(model, manifold=quotient, cases=2).verdict is Verdict.HOLDS
    report = check_gradient(lambda w: w @ w, lambda w: 2 * w, manifold=quotient, euclidean=True, cases=2)
    assert FUNCTION in report.refuted()


def test_the_metric_counts():
    quotient, model = PSIQuotient(Layout.of([4])), Rayleigh(MATRIX)
    report = check_gradient(model, lambda w: model.evaluate(w).gradient, manifold=quotient, cases=2)
    assert report.refuted() == (DERIVATIVE,)  # horizontal by itself, but not multiplied by the squared norm
    assert check_gradient(model, manifold=quotient, cases=2).verdict is Verdict.HOLDS


def test_every_law_on_manifolds_is_seen_to_fail():
    seen = {FUNCTION, TANGENT, DERIVATIVE, SECOND, LINEAR, "hessian_is_tangent", "hessian_is_symmetric"}
    assert seen == set(ON_MANIFOLDS)


def test_a_finding_on_a_manifold_replays():
    def too_long(w):
        return 1.001 * riemannian_gradient(w)

    finding = check_gradient(rayleigh_on_the_sphere, too_long, manifold=SPHERE, cases=2, seed=3).finding(DERIVATIVE)
    assert finding.smallest == "w=[1. 0. 0. 0.]  x=[0. 1. 0. 0.]"
    assert finding.replay == "check_gradient(rayleigh_on_the_sphere, gradient=too_long, manifold=Sphere(d=4), seed=3)"
    again = eval(finding.replay, {**globals(), "too_long": too_long})
    assert again.finding(DERIVATIVE) == finding


def test_on_a_manifold_a_gradient_of_another_size_is_a_sentence():
    with pytest.raises(ArgumentError, match="gradient returns 2 numbers; 4, as many as a point has, are needed"):
        check_gradient(rayleigh_on_the_sphere, lambda w: w[:2], manifold=SPHERE)
    with pytest.raises(UnknownName, match="only names the law 'nothing'; there are function_does_not_depend"):
        check_hessian(rayleigh_on_the_sphere, riemannian_gradient, riemannian_hessian, manifold=SPHERE, only="nothing")


def test_a_function_that_raises_is_shown_with_law_and_input_and_the_other_laws_still_run():
    report = check_gradient(lambda w: 1 / 0, riemannian_gradient, manifold=SPHERE, cases=1)
    finding = report.finding(DERIVATIVE)
    assert finding.observed == "the code under test raised ZeroDivisionError: division by zero"
    assert finding.smallest == "w=[1. 0. 0. 0.]  x=[0. 1. 0. 0.]"
    assert report.finding(TANGENT).verdict is Verdict.HOLDS


def test_on_a_manifold_a_constant_has_the_derivatives_0_exactly_and_no_others():
    report = check_hessian(lambda w: 1.0, lambda w: 0 * w, lambda w, x: 0 * x, manifold=SPHERE)
    assert report.verdict is Verdict.HOLDS, str(report)
    report = check_hessian(
        lambda w: 1.0, lambda w: 1e-5 * (np.eye(4)[0] - w[0] * w), lambda w, x: 1e-3 * x, manifold=SPHERE
    )
    assert {DERIVATIVE, "hessian_is_the_second_derivative_along_geodesics"} <= set(report.refuted())
