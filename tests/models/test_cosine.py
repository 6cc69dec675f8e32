"""The cosine with a fixed direction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import RATIONALS, precision, to_balls
from psitheory.errors import ArgumentError, ArgumentTypeError, NotInArithmetic
from psitheory.models.functions.cosine import Cosine

from .derivative_reference import check_derivatives

seeds = st.integers(0, 2**32 - 1)


def instance(seed, d=3, lead=()):
    rng = np.random.default_rng(seed)
    return Cosine(rng.normal(size=d)), rng.normal(size=(*lead, d)), rng.normal(size=(*lead, d))


@given(seeds, st.integers(1, 5))
def test_derivatives_are_those_of_the_loss(seed, d):
    check_derivatives(*instance(seed, d))


@given(seeds)
def test_loss_is_minus_the_cosine(seed):
    model, w, _ = instance(seed)
    with precision(200):
        z, u = to_balls(model.direction), to_balls(w)
        cosine = (z @ u) / ((z @ z).sqrt() * (u @ u).sqrt())
        assert to_balls(model).evaluate(u).loss[()].overlaps(-cosine)
        assert abs(model.evaluate(w).loss + float(cosine)) <= 16 * np.finfo(float).eps


def test_pythagorean_points_are_exact_and_others_are_refused():
    model = Cosine(RATIONALS.asarray([3, 4]))
    evaluation = model.evaluate(RATIONALS.asarray([5, 12]))
    assert 65 * evaluation.loss[()] == -63
    assert evaluation.gradient @ RATIONALS.asarray([5, 12]) == 0
    assert model.minimum == -1
    with pytest.raises(NotInArithmetic, match="not rational"):
        model.evaluate(RATIONALS.asarray([1, 1]))


@given(seeds, st.integers(-300, 300))
def test_powers_of_two_scale_bit_for_bit(seed, k):
    model, w, x = instance(seed, lead=(3,))
    one, other = model.evaluate(w), model.evaluate(np.ldexp(w, k))
    assert (one.loss == other.loss).all()
    assert (np.ldexp(one.gradient, -k) == other.gradient).all()
    assert (np.ldexp(model.hessian_vector(w, x), -2 * k) == model.hessian_vector(np.ldexp(w, k), x)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_batch_equals_the_loop_bit_for_bit(dtype):
    model, w, x = instance(1, lead=(2, 3))
    w, x = w.astype(dtype), x.astype(dtype)
    batch, product = model.evaluate(w), model.hessian_vector(w, x)
    assert batch.loss.dtype == batch.gradient.dtype == product.dtype == dtype
    for index in np.ndindex(2, 3):
        assert batch.loss[index] == model.evaluate(w[index]).loss
        assert (batch.gradient[index] == model.evaluate(w[index]).gradient).all()
        assert (product[index] == model.hessian_vector(w[index], x[index])).all()


def test_smoothness_is_the_greatest_curvature_and_attained():
    model = Cosine([1.0, 0.0])
    largest = model.smoothness.value
    assert abs(largest - 2 / np.sqrt(3)) <= np.finfo(float).eps * 2
    angles = np.append(np.linspace(-np.pi, np.pi, 401), np.arccos(1 / np.sqrt(3)))
    u = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    hessians = np.stack([model.hessian_vector(u, np.eye(2)[i]) for i in range(2)], axis=-1)
    top = np.linalg.eigvalsh(hessians)[:, -1]
    assert top.max() <= largest + 16 * np.finfo(float).eps
    assert top[-1] >= largest - 16 * np.finfo(float).eps
    with precision(200):
        value = to_balls(model).smoothness.value
        assert (value * value * 3).overlaps(value * 0 + 4)
        assert value.rad() < 1e-50


def test_extreme_directions_and_weights_do_not_overflow():
    model = Cosine([3e300, 4e300])
    evaluation = model.evaluate(np.array([[0.0, 1e-300], [0.0, 1e300]]))
    np.testing.assert_allclose(evaluation.loss, -0.8, rtol=4e-16)
    np.testing.assert_allclose(evaluation.gradient, [[-0.6e300, 0], [-0.6e-300, 0]], rtol=1e-15)


@pytest.mark.parametrize(
    ("direction", "error", "message"),
    [
        ([0.0, 0.0], ArgumentError, "direction is zero"),
        ([np.nan, 0.0], ArgumentError, "direction holds an entry that is not finite"),
        ([[1.0]], ArgumentError, r"direction has the shape \(1, 1\)"),
        (np.array([1, 2]), ArgumentTypeError, "direction has the dtype int64"),
    ],
)
def test_bad_directions_are_named(direction, error, message):
    with pytest.raises(error, match=message):
        Cosine(direction)


def test_bad_arguments_are_named():
    with pytest.raises(ArgumentError, match="its last axis must be 2"):
        Cosine([1.0, 2.0]).evaluate(np.ones(1))
    with pytest.raises(ArgumentError, match="the cosine has no samples"):
        Cosine([1.0, 2.0]).evaluate(np.ones(2), np.arange(2))
