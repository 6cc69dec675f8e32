"""Backtracking: what it accepts is the first that satisfies the condition, and never too small."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import to_balls, to_rationals
from psitheory.errors import ArgumentError, ArgumentTypeError, Undecided
from psitheory.experiments import descend, iterate, riemannian_square
from psitheory.models import Cosine, Rayleigh
from psitheory.optimizers import PSIArmijo, PSIGradientDescent

MODEL = Rayleigh(np.diag([0.0, 1.0, 3.0, 4.0]))
L = 8.0


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100), st.sampled_from([0.25, 0.5, 0.75]), st.sampled_from([0.1, 0.5]))
def test_the_first_rate_that_decreases_enough_is_taken(seed: int, rate: float, factor: float, slope: float) -> None:
    w = np.random.default_rng(seed).normal(size=(3, 4))
    method = PSIArmijo(MODEL, rate, factor=factor, slope=slope)
    evaluation = MODEL.evaluate(w)
    after, eta = method.step(MODEL.layout, w, evaluation, method.init(MODEL.layout, w))
    square = riemannian_square(MODEL.layout, w, evaluation.gradient)

    def decreases_enough(eta: np.ndarray) -> np.ndarray:
        trial, _ = PSIGradientDescent(eta).step(MODEL.layout, w, evaluation, ())
        return np.asarray(MODEL.evaluate(trial).loss <= evaluation.loss - slope * eta * square * (1 - 1e-9))

    assert decreases_enough(eta).all()
    first = eta == rate
    assert (first | ~decreases_enough(eta / factor * (1 + 1e-9))).all()
    expected, _ = PSIGradientDescent(eta).step(MODEL.layout, w, evaluation, ())
    np.testing.assert_allclose(after, expected, rtol=0, atol=8 * np.finfo(float).eps * np.abs(after).max())


def test_accepted_rates_and_the_mean_square_respect_the_bound_without_knowing_smoothness() -> None:
    rate, factor, slope = 16.0, 0.5, 0.25
    lowest = min(rate, 2 * factor * (1 - slope) / L)
    w = np.random.default_rng(0).normal(size=(20, 4))
    method = PSIArmijo(MODEL, rate, factor=factor, slope=slope)
    runs = iterate(MODEL, method, w)
    next(runs)
    for _ in range(20):
        _, _, _, eta = next(runs)
        assert (eta >= lowest).all()
    steps = 50
    found = descend(MODEL, method, w, steps, record=[0, steps])
    gap = found.loss[0] - MODEL.minimum
    assert (found.min_squared_gradient[1] <= gap / (slope * lowest * steps)).all()


def test_a_run_without_a_decrease_stays_where_it_is() -> None:
    class Stubborn(Cosine):
        def evaluate(self, w, batch=None):  # type: ignore[no-untyped-def]
            found = super().evaluate(w)
            return type(found)(found.loss + (w[..., 0] != 1), found.gradient)

    model = Stubborn(np.array([1.0, 0.0]))
    w = np.array([[1.0, 1.0], [3.0, 3.0]])
    method = PSIArmijo(model, 0.5, tries=5)
    after, eta = method.step(model.layout, w, model.evaluate(w), method.init(model.layout, w))
    np.testing.assert_array_equal(after[0], w[0])
    assert eta[0] == 0
    assert eta[1] == 0.5


def test_rationals_search_exactly_and_balls_say_when_they_cannot() -> None:
    w = np.array([1.0, 2.0, -1.0, 3.0])
    method = PSIArmijo(to_rationals(MODEL), to_rationals(np.array(16.0)).item())
    exact = to_rationals(w)
    _, eta = method.step(MODEL.layout, exact, to_rationals(MODEL).evaluate(exact), method.init(MODEL.layout, exact))
    floating = PSIArmijo(MODEL, 16.0)
    _, found = floating.step(MODEL.layout, w, MODEL.evaluate(w), floating.init(MODEL.layout, w))
    assert float(int(eta[()].p) / int(eta[()].q)) == found
    wide = to_balls(w)
    wide[0] = wide[0] + arb(0, 5)
    balls = PSIArmijo(to_balls(MODEL), 16.0)
    with pytest.raises(Undecided, match="more precision is needed"):
        balls.step(MODEL.layout, wide, to_balls(MODEL).evaluate(wide), balls.init(MODEL.layout, wide))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"rate": 0.0}, r"rate is 0\.0"),
        ({"rate": 1.0, "factor": 1.0}, "factor is 1.0"),
        ({"rate": 1.0, "slope": 0.0}, r"slope is 0\.0"),
        ({"rate": 1.0, "tries": 0}, "tries is 0"),
    ],
)
def test_bad_input_is_named(options: dict[str, float], says: str) -> None:
    with pytest.raises(ArgumentError, match=says):
        PSIArmijo(MODEL, **options)


@pytest.mark.parametrize("model", [None, Rayleigh, np.eye(2)])
def test_what_is_no_model_is_named(model: object) -> None:
    with pytest.raises(ArgumentTypeError, match=r"^model is .*; an object with a layout and evaluate\(w\) is needed$"):
        PSIArmijo(model, 1.0)  # type: ignore[arg-type]


def test_a_schedule_is_refused() -> None:
    with pytest.raises(ArgumentTypeError, match="^rate is <function .*; a positive number is needed, since every step"):
        PSIArmijo(MODEL, lambda t: 1 / (t + 1))


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4)])
def test_no_rate_is_accepted_before_the_first_step(shape: tuple[int, ...]) -> None:
    state = PSIArmijo(MODEL, 1.0).init(MODEL.layout, np.ones(shape))
    np.testing.assert_array_equal(state, np.zeros(shape[:-1]))
