"""Gradient descent along geodesics."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.errors import ArgumentError
from psitheory.layout import Layout
from psitheory.models import Cosine
from psitheory.models.interface import Evaluation
from psitheory.optimizers.geodesic import RiemannianGradientDescent

LAYOUT = Layout.of([3, 2], 1)
ULP = np.finfo(float).eps


@given(st.integers(0, 2**16), st.floats(0.01, 2))
def test_each_block_turns_by_the_length_of_its_gradient_and_keeps_its_norm(seed, eta):
    rng = np.random.default_rng(seed)
    w, z = rng.normal(size=6), rng.normal(size=6)
    gradient = z.copy()
    for block in (slice(0, 3), slice(3, 5)):  # gradients of scale-invariant functions are horizontal
        gradient[block] -= (w[block] @ z[block]) / (w[block] @ w[block]) * w[block]
    moved, _ = RiemannianGradientDescent(eta).step(LAYOUT, w, Evaluation(0.0, gradient), ())
    for block in (slice(0, 3), slice(3, 5)):
        r, g = np.linalg.norm(w[block]), np.linalg.norm(gradient[block])
        turn = eta * r * g
        expected = np.cos(turn) * w[block] - np.sin(turn) * r * gradient[block] / g
        assert np.abs(moved[block] - expected).max() <= 32 * ULP * r * (1 + turn)
    assert abs(moved[5] - (w[5] - eta * gradient[5])) <= 4 * ULP * (abs(w[5]) + eta * abs(gradient[5]))


def test_on_the_cosine_a_step_turns_by_the_sine():
    model, theta = Cosine(np.array([1.0, 0.0])), np.linspace(0.1, 3, 30)
    w = 5 * np.stack([np.cos(theta), np.sin(theta)], axis=-1)
    moved, _ = RiemannianGradientDescent(0.5).step(model.layout, w, model.evaluate(w), ())
    assert np.arctan2(moved[:, 1], moved[:, 0]) == pytest.approx(theta - 0.5 * np.sin(theta), abs=32 * ULP)


def test_a_schedule_is_counted():
    model, w = Cosine(np.array([1.0, 0.0])), np.array([0.0, 1.0])
    method = RiemannianGradientDescent(lambda t: 1 / (1 + t))
    state = method.init(model.layout, w)
    first, state = method.step(model.layout, w, model.evaluate(w), state)
    assert state == 1
    second, _ = method.step(model.layout, first, model.evaluate(first), state)
    by_half, _ = RiemannianGradientDescent(0.5).step(model.layout, first, model.evaluate(first), ())
    assert (second == by_half).all()


def test_the_rate_is_positive():
    with pytest.raises(ArgumentError, match="rate is 0"):
        RiemannianGradientDescent(0)
