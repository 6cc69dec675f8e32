"""Gradients, Hessians and retractions: small wrong factors are caught, and right code passes always."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_gradient, check_hessian, check_retraction
from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName
from psitheory.geometry import Euclidean, PSIQuotient, Sphere
from psitheory.laws import broken, broken_manifolds
from psitheory.layout import Layout
from psitheory.models import Neuron, Rayleigh

INSTANCES = 200


def unit(rng, n=20):
    z = rng.normal(size=n)
    return z / np.linalg.norm(z)


def symmetric(rng, n=20):
    a = rng.normal(size=(n, n))
    return a + a.T


def accepted(error):
    """Return the share of random instances of xᵀAx on the unit sphere that pass with a gradient off by ``error``."""
    rng = np.random.default_rng(0)
    passed = 0
    for k in range(INSTANCES):
        a = symmetric(rng)
        report = check_gradient(
            lambda w, a=a: w @ a @ w, lambda w, a=a: 2 * (1 + error) * a @ w, points=unit, cases=1, seed=k
        )
        passed += report.verdict is Verdict.HOLDS
    return passed / INSTANCES


@pytest.mark.parametrize(("error", "share"), [(0, 1), (1e-3, 0), (-1e-4, 0), (1e-6, 0), (-1e-8, 0)])
def test_a_gradient_that_is_off_by_a_small_factor_is_refuted_in_every_instance(error, share):
    assert accepted(error) == share


def test_errors_of_1e_10_are_seen_unless_the_derivative_is_nearly_zero():
    assert accepted(1e-10) < 0.05


def test_a_right_gradient_passes_in_single_precision_with_a_floor_that_is_told():
    def f(w):
        return np.float32(np.sum(np.sin(np.float32(w))))

    report = check_gradient(f, np.cos, points=lambda rng: rng.normal(size=5))
    assert report.verdict is Verdict.HOLDS
    floor = float(report.findings[0].kind.split("noise floor ")[1])
    assert 1e-6 < floor < 1e-2


def test_right_gradients_pass_for_many_functions_and_seeds():
    functions = [
        (lambda w: np.sum(np.abs(w)), np.sign),
        (lambda w: np.sum(np.maximum(w, 0) ** 2), lambda w: 2 * np.maximum(w, 0)),
        (lambda w: np.log(np.sum(np.exp(w))), lambda w: np.exp(w) / np.sum(np.exp(w))),
        (lambda w: 3 * np.sum(w), lambda w: np.full(4, 3.0)),
        (lambda w: 1e6 + np.sum(w**2), lambda w: 2 * w),
        (lambda w: 1e-9 * np.sum(w**3), lambda w: 3e-9 * w**2),
        (lambda w: np.linalg.norm(w), lambda w: w / np.linalg.norm(w)),
    ]
    for f, gradient in functions:
        for seed in range(20):
            report = check_gradient(f, gradient, points=lambda rng: rng.normal(size=4), cases=4, seed=seed)
            assert not report.refuted(), str(report)


def test_a_linear_function_is_exact_and_has_no_slope():
    report = check_gradient(lambda w: 3 * w.sum(), lambda w: 3 + 0 * w, points=lambda rng: rng.normal(size=5))
    assert "exact, no slope" in report.findings[0].kind


@pytest.mark.parametrize("value", [0.0, 1.0, 0.1, -3e5, np.float32(7.3)])
def test_a_constant_has_the_gradient_0_exactly_and_no_other(value):
    """Differences are 0 bit for bit; a slope of 1e-6 moves values of size 1 by more than a unit of rounding."""
    arguments = {"points": [np.ones(2)]}
    report = check_gradient(lambda w: value, lambda w: np.zeros(2), **arguments)
    assert report.verdict is Verdict.HOLDS
    assert "exact" in report.findings[0].kind
    wrong = 1e-6 * max(1.0, abs(value))
    assert check_gradient(lambda w: value, lambda w: np.full(2, wrong), **arguments).verdict is Verdict.REFUTED


def test_a_constant_gradient_has_the_hessian_0_exactly_and_no_other():
    a = np.array([1.0, -0.3])
    for share, verdict in ((0, Verdict.HOLDS), (1e-6, Verdict.REFUTED)):
        report = check_hessian(
            lambda w: a @ w, lambda w: a, lambda w, x, share=share: share * x, points=lambda rng: rng.normal(size=2)
        )
        assert report.verdict is verdict, str(report)


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_a_right_gradient_whose_function_is_lost_in_rounding_is_not_refuted(precision):
    """log(1 + exp(-s)) is 0 to the last bit where its derivative, about -exp(-s), is not."""
    point = {np.float32: 20.0, np.float64: 45.0}[precision]

    def f(w):
        return float(np.log(1 + np.exp(-precision(np.sum(w)))))

    report = check_gradient(f, lambda w: -np.exp(-np.sum(w)) * np.ones(3), points=[np.array([point, 0.1, -0.1])])
    assert not report.refuted(), str(report)


def test_a_noisy_function_is_inconclusive():
    noise = np.random.default_rng(0)
    report = check_gradient(
        lambda w: w @ w + noise.normal(), lambda w: 2 * w, points=lambda rng: rng.normal(size=3), cases=3
    )
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "noise floor" in report.findings[0].observed


@pytest.mark.parametrize("model", [Rayleigh(np.diag([0.0, 1.0, 3.0])), Neuron(np.eye(4)[:, :3], [1.0, -1.0, 0.5, 0.0])])
def test_our_models_have_the_derivatives_that_they_say(model):
    assert check_gradient(model).verdict is Verdict.HOLDS
    assert check_hessian(model).verdict is Verdict.HOLDS


a = symmetric(np.random.default_rng(1), 4)
HESSIANS = {
    "gradient_is_the_derivative": (lambda w: 2.02 * a @ w, lambda w, x: 2.02 * a @ x),
    "hessian_is_the_derivative_of_the_gradient": (lambda w: 2 * a @ w, lambda w, x: 2 * (1 + 1e-8) * a @ x),
    "hessian_is_linear": (lambda w: 2 * a @ w, lambda w, x: 2 * a @ x * (1 + 1e-7 * (x @ x))),
    "hessian_is_symmetric": (
        lambda w: 2 * a @ w + w[::-1] * [1, 2, 3, 4],
        lambda w, x: 2 * a @ x + x[::-1] * [1, 2, 3, 4],
    ),
}


@pytest.mark.parametrize("law", HESSIANS)
def test_a_wrong_derivative_is_refuted_where_it_is_wrong(law):
    gradient, hessian_vector = HESSIANS[law]
    f = (lambda w: w @ a @ w) if law != "hessian_is_symmetric" else None
    report = check_hessian(f, gradient, hessian_vector, points=lambda rng: rng.normal(size=4))
    assert law in report.refuted()
    others = {"hessian_is_linear": {"hessian_is_the_derivative_of_the_gradient", "hessian_is_symmetric"}}
    assert set(report.refuted()) - {law} <= others.get(law, set())


def test_points_may_be_matrices():
    report = check_gradient(lambda w: np.sum(w**3), lambda w: 3 * w**2, points=[np.eye(2), np.ones((2, 2))])
    assert report.verdict is Verdict.HOLDS


@pytest.mark.parametrize(
    ("arguments", "options", "error", "sentence"),
    [
        ((np.sum, None), {"points": [np.ones(2)]}, ArgumentTypeError, "gradient is None; a function is needed"),
        ((3, np.ones_like), {"points": [np.ones(2)]}, ArgumentTypeError, "f is 3; a function is needed"),
        ((np.sum, np.ones_like), {}, ArgumentError, "points is missing"),
        ((np.sum, np.ones_like), {"points": []}, ArgumentError, "points is empty"),
        ((np.sum, np.ones_like), {"points": [np.zeros(0)]}, ArgumentError, "at least one, are needed"),
        ((np.sin, np.cos), {"points": [np.ones(2)]}, ArgumentError, "f returns 2 numbers at one point; one is needed"),
        ((np.sum, np.sum), {"points": [np.ones(2)]}, ArgumentError, "gradient returns 1 numbers; 2, as many"),
        ((np.sum, lambda w: w * np.nan), {"points": [np.ones(2)]}, ArgumentError, "gradient is not finite"),
        ((lambda: 0, np.ones_like), {"points": [np.ones(2)]}, ArgumentTypeError, "f does not take a point"),
        (
            (np.sum, lambda w, b: w + b),
            {"points": [np.ones(2)]},
            ArgumentTypeError,
            "gradient does not take a point: missing a required argument: 'b'",
        ),
        (
            (lambda w: None, np.ones_like),
            {"points": [np.ones(2)]},
            ArgumentTypeError,
            "f returns None; one number is needed",
        ),
        ((np.sum, np.ones_like), {"points": lambda rng: 1 / 0}, ArgumentError, "points raised ZeroDivisionError"),
        ((np.sum, np.ones_like), {"points": [np.ones(2)], "cases": 0}, ArgumentError, "cases is 0"),
    ],
)
def test_bad_input_is_a_sentence(arguments, options, error, sentence):
    with pytest.raises(error) as caught:
        check_gradient(*arguments, **options)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("points", [[np.ones(2), -np.ones(2)], [-np.ones(2)]])
def test_a_function_that_raises_is_shown_with_the_input_and_the_other_laws_still_run(points):
    report = check_hessian(
        lambda w: w.sum() if w[0] > 0 else 1 / 0, lambda w: np.ones(2), lambda w, x: 0 * x, points=points
    )
    finding = report.finding("gradient_is_the_derivative")
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "the code under test raised ZeroDivisionError: division by zero"
    assert finding.smallest.startswith("w=[-1. -1.]  x=[")
    assert report.finding("hessian_is_symmetric").verdict is Verdict.HOLDS


@pytest.mark.parametrize("broken", ["f", "gradient"])
def test_a_type_error_inside_a_function_is_told_as_what_it_is(broken):
    functions = {"f": np.sum, "gradient": np.ones_like} | {broken: lambda w: w.sum() + None}
    finding = check_gradient(**functions, points=[np.ones(2)]).finding("gradient_is_the_derivative")
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed.startswith("the code under test raised TypeError: unsupported operand")
    assert finding.smallest.startswith("w=[1. 1.]  x=[")


def test_an_unknown_law_is_a_sentence():
    with pytest.raises(UnknownName, match="only names the law 'nothing'"):
        check_hessian(Rayleigh(np.eye(2)), only="nothing")


# -- retractions --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("manifold", "order", "verdict"),
    [
        (Sphere(3), 2, Verdict.HOLDS),
        (PSIQuotient(Layout.of([2, 3], 1)), 2, Verdict.HOLDS),
        (Euclidean(2), 2, Verdict.HOLDS),
        (broken_manifolds.SwervingRetraction(3), 1, Verdict.REFUTED),
        (broken.FirstOrderRetraction(Layout.of([3])), 1, Verdict.REFUTED),
        (broken_manifolds.FastRetraction(3), 0, Verdict.REFUTED),
    ],
    ids=repr,
)
def test_the_order_of_a_retraction_is_found(manifold, order, verdict):
    report = check_retraction(manifold, cases=4)
    assert report.properties["order"] == order
    assert report.verdict is verdict, str(report)


def test_the_order_is_not_measured_by_the_distance_of_the_manifold():
    class WithoutDistance(Sphere):
        def dist(self, w, z):
            raise AssertionError("not to be asked")

    assert check_retraction(WithoutDistance(3), cases=2).properties["order"] == 2


def test_a_retraction_may_be_a_function():
    def normalised(w, x):
        return (w + x) / np.linalg.norm(w + x)

    def swerving(w, x):
        z = w + x + (x @ x) * np.array([0.0, 1.0, 0.0])
        return z / np.linalg.norm(z)

    points = lambda rng: unit(rng, 3)  # noqa: E731
    assert check_retraction(normalised, points=points).properties["order"] == 2
    report = check_retraction(swerving, points=points)
    assert report.properties["order"] == 1
    assert report.refuted() == ("retraction_is_of_second_order",)
    assert check_retraction(swerving, points=points, order=1).verdict is Verdict.HOLDS


def test_a_retraction_that_is_nothing_is_a_sentence():
    with pytest.raises(ArgumentTypeError, match="retraction is 3; a manifold or a function"):
        check_retraction(3)
