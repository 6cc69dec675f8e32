"""Races: counts against a plain loop, the flat line bit for bit, the slope of gradient descent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.errors import ArgumentError
from psitheory.experiments.arrival import steps_to_reach
from psitheory.experiments.race import FAR, race
from psitheory.experiments.trajectory import riemannian_square
from psitheory.models import Rayleigh
from psitheory.models.named import named_model
from psitheory.optimizers import Adam, GradientDescent, HeavyBall, PSIArmijo, PSIGradientDescent, PSIMomentum

PLANE = Rayleigh(np.diag([0.0, 1.0]))
SPACE = Rayleigh(np.diag([0.0, 0.25, 1.0]))


def one_by_one(model, optimizer, start, target, most):
    """Count the steps of one run in a plain loop."""
    w, state = start, optimizer.init(model.layout, start)
    for t in range(most + 1):
        evaluation = model.evaluate(w)
        if riemannian_square(model.layout, w, evaluation.gradient) <= target:
            return t
        w, state = optimizer.step(model.layout, w, evaluation, state)
    return -1


@pytest.mark.parametrize(
    "optimizer",
    [
        GradientDescent(0.5),
        HeavyBall(0.05, 0.9),
        Adam(0.01, eps=0),
        PSIGradientDescent(0.5),
        PSIMomentum(0.05, 0.9),
        PSIArmijo(SPACE, 1.0),
        GradientDescent(lambda t: 0.5 / (t + 1) ** 0.5),
    ],
    ids=lambda o: type(o).__name__,
)
def test_an_ensemble_that_shrinks_counts_as_a_plain_loop_does(optimizer):
    rng = np.random.default_rng(0)
    starts = rng.normal(size=(2, 5, 3)) * np.geomspace(0.2, 5, 5)[:, None]
    found = steps_to_reach(SPACE, optimizer, starts, 1e-3, most_steps=300)
    plain = [[one_by_one(SPACE, optimizer, w, 1e-3, 300) for w in row] for row in starts]
    np.testing.assert_array_equal(found, plain)
    assert len(np.unique(found)) > 3


def test_a_rate_for_each_run_stays_with_its_run():
    rates, starts = np.array([[0.5, 0.05], [0.01, 0.2]]), np.ones((2, 2, 2))
    found = steps_to_reach(PLANE, PSIGradientDescent(rates), starts, 1e-3)
    plain = [[one_by_one(PLANE, PSIGradientDescent(eta), np.ones(2), 1e-3, 9999) for eta in row] for row in rates]
    np.testing.assert_array_equal(found, plain)


@given(seed=st.integers(0, 2**32 - 1), exponents=st.lists(st.integers(-200, 200), min_size=2, max_size=6, unique=True))
def test_psi_gd_takes_as_many_steps_from_every_power_of_two(seed, exponents):
    u = np.random.default_rng(seed).normal(size=(1, len(exponents), 3))
    scales = np.ldexp(1.0, exponents)
    found = race(SPACE, {"psi": PSIGradientDescent(0.5)}, u[0, 0], u, scales, target=1e-3, max_steps=2000)
    assert len(set(found.equivalent["psi"])) == 1
    assert found.equivalent["psi"][0] >= 0


def test_the_slope_of_gradient_descent_is_one_over_a_decade():
    rng = np.random.default_rng(0)
    scales = np.geomspace(FAR, 10.001 * FAR, 12)
    u = rng.normal(size=(4, 12, 3))
    methods = {"gd": GradientDescent(0.5), "psi": PSIGradientDescent(0.5)}
    found = race(SPACE, methods, u[0, 0], u, scales, target=0.02, max_steps=50_000)
    fit = found.fits["gd"]
    assert fit.decades > 2  # of the squared scale
    assert fit.contains(1)
    assert fit.upper - fit.lower < 0.5
    assert found.fits["psi"].contains(0)
    assert not found.fits["psi"].contains(1)


def test_from_the_first_scale_that_does_not_arrive_nothing_is_fitted():
    scales = np.geomspace(1, 100, 9)
    u = np.random.default_rng(1).normal(size=(3, 9, 2))
    found = race(PLANE, {"gd": GradientDescent(0.5)}, u[0, 0], u, scales, target=0.01, max_steps=1000)
    counts, fit = found.drawn["gd"], found.fits["gd"]
    first = np.flatnonzero((counts < 0).any(axis=0))[0]
    far = np.flatnonzero(scales >= FAR)
    assert far[0] < first < len(scales)
    assert fit.used == np.count_nonzero(counts[:, far[0] : first] > 0)
    assert fit.used + fit.censored + found.at_goal == 3 * len(far)
    drawn = found.exhibit("t").arrays
    assert np.isnan(drawn["gd, fitted"][first:]).all()
    np.testing.assert_array_equal(np.isnan(drawn["gd"][1:]), counts < 0)
    plain = found.to_dict()["optimizers"]["gd"]["equivalent"]
    assert plain == [None if t < 0 else t for t in found.equivalent["gd"]]
    assert None in plain


def test_a_start_at_the_goal_is_neither_fitted_nor_censored():
    scales = np.geomspace(FAR * 1.001, 30, 8)
    u = np.random.default_rng(2).normal(size=(4, 8, 2))
    found = race(PLANE, {"gd": GradientDescent(0.5)}, u[0, 0], u, scales, target=0.1, max_steps=10**5)
    counts, fit = found.drawn["gd"], found.fits["gd"]
    assert counts.min() == 0
    assert found.at_goal == np.count_nonzero(counts == 0) == found.to_dict()["at_goal"]
    assert fit.used == np.count_nonzero(counts)
    assert fit.censored == 0
    assert race(PLANE, {}, u[0, 0], u, scales, target=0.1, max_steps=9).at_goal == 0


def test_scales_leave_free_parameters_alone():
    model, draw = named_model("wine", rows=20, hidden=(2,))
    rng = np.random.default_rng(0)
    start, others = draw(rng), draw(rng, (1, 3))
    found = race(model, {"psi": PSIGradientDescent(0.1)}, start, others, [0.25, 1, 4], target=0.1, max_steps=500)
    assert len(set(found.equivalent["psi"])) == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"scales": [0.0, 1.0]}, "scales"),
        ({"target": 0.0}, "threshold is 0.0; a positive number is needed"),
        ({"max_steps": 0}, "max_steps is 0; at least 1 is needed"),
        ({"others": np.ones((1, 3, 2))}, r"others has the shape \(1, 3, 2\); \(J, 2, 2\) is needed"),
        ({"start": np.zeros(2)}, "start"),
    ],
)
def test_bad_arguments_are_sentences(changed, message):
    options = {
        "model": PLANE,
        "optimizers": {"gd": GradientDescent(0.5)},
        "start": np.ones(2),
        "others": np.ones((1, 2, 2)),
        "scales": [1.0, 2.0],
        "target": 0.1,
        "max_steps": 10,
    } | changed
    with pytest.raises(ArgumentError, match=message):
        race(**options)
