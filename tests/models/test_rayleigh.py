"""The Rayleigh quotient."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import RATIONALS, precision, to_balls, to_rationals, widened
from psitheory.errors import ArgumentError, ArgumentTypeError, NotInArithmetic
from psitheory.models.functions.rayleigh import Rayleigh

from .derivative_reference import check_derivatives

seeds = st.integers(0, 2**32 - 1)


def instance(seed, d=4, lead=()):
    rng = np.random.default_rng(seed)
    b = rng.normal(size=(d, d))
    return Rayleigh(b + b.T), rng.normal(size=(*lead, d)), rng.normal(size=(*lead, d))


@given(seeds, st.integers(1, 5))
def test_derivatives_are_those_of_the_loss(seed, d):
    check_derivatives(*instance(seed, d))


@given(seeds)
def test_loss_is_the_quotient(seed):
    model, w, _ = instance(seed)
    q, exact = to_rationals(w), to_rationals(model.matrix)
    expected = sum(q[i] * exact[i, j] * q[j] for i in range(4) for j in range(4)) / sum(x * x for x in q)
    assert to_rationals(model).evaluate(q).loss[()] == expected
    condition = np.abs(w) @ np.abs(model.matrix) @ np.abs(w) / (w @ w)
    assert abs(model.evaluate(w).loss - float(expected.p) / float(expected.q)) <= 32 * np.finfo(float).eps * condition


@given(seeds)
def test_exact_identities_hold_on_rationals(seed):
    model, w, x = map(to_rationals, instance(seed))
    gradient = model.evaluate(w).gradient
    assert w @ gradient == 0
    assert (model.hessian_vector(w, w) == -gradient).all()
    assert (model.evaluate(3 * w).gradient == gradient / 3).all()
    assert (model.hessian_vector(3 * w, x) == model.hessian_vector(w, x) / 9).all()


@given(seeds, st.integers(-300, 300))
def test_powers_of_two_scale_bit_for_bit(seed, k):
    model, w, x = instance(seed, lead=(3,))
    one, other = model.evaluate(w), model.evaluate(np.ldexp(w, k))
    assert (one.loss == other.loss).all()
    assert (np.ldexp(one.gradient, -k) == other.gradient).all()
    assert (np.ldexp(model.hessian_vector(w, x), -2 * k) == model.hessian_vector(np.ldexp(w, k), x)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_batch_equals_the_loop_in_its_own_precision(dtype):
    model, w, x = instance(1, lead=(2, 3))
    w, x = w.astype(dtype), x.astype(dtype)
    batch = model.evaluate(w)
    assert batch.loss.dtype == batch.gradient.dtype == model.hessian_vector(w, x).dtype == dtype
    # f and its derivatives are below 2‖A‖/‖w‖² ~ 10; sums of 4 terms lose a few ulps
    atol = 100 * np.finfo(dtype).eps
    for index in np.ndindex(2, 3):
        single = model.evaluate(w[index])
        np.testing.assert_allclose(batch.loss[index], single.loss, rtol=0, atol=atol)
        np.testing.assert_allclose(batch.gradient[index], single.gradient, rtol=0, atol=atol)
        one = model.hessian_vector(w[index], x[index])
        np.testing.assert_allclose(model.hessian_vector(w, x)[index], one, rtol=0, atol=4 * atol)


@given(seeds, st.integers(2, 6))
def test_constants_are_attained_and_enclosed(seed, d):
    model, _, _ = instance(seed, d)
    values, vectors = np.linalg.eigh(model.matrix)
    atol = 64 * d * np.finfo(float).eps * np.abs(values).max()
    np.testing.assert_allclose(model.spectrum, values, rtol=0, atol=atol)
    np.testing.assert_allclose(model.evaluate(vectors[:, 0]).loss, model.minimum, rtol=0, atol=atol)
    # at the least eigenvector the Hessian has the eigenvalue L in the direction of the greatest
    curved = model.hessian_vector(vectors[:, 0], vectors[:, -1])
    np.testing.assert_allclose(curved, model.smoothness.value * vectors[:, -1], rtol=0, atol=16 * atol)
    with precision(200):
        balls = to_balls(model)
        for ball, value in zip(balls.spectrum, values, strict=True):
            assert float(abs(ball.mid() - value)) <= atol
            assert ball.rad() < 1e-30
        assert widened(model).minimum.overlaps(balls.minimum)
        assert widened(model).smoothness.value.overlaps(balls.smoothness.value)


def test_multiple_eigenvalues_are_enclosed():
    balls = to_balls(Rayleigh(np.ones((3, 3))))
    assert balls.minimum.contains(0)
    assert balls.maximum.contains(3)


def test_a_diagonal_matrix_has_an_exact_spectrum():
    model = Rayleigh(RATIONALS.asarray([[2, 0, 0], [0, -3, 0], [0, 0, 1]]))
    assert list(model.spectrum) == [-3, 1, 2]
    assert model.minimum == -3
    assert model.smoothness.value == 10
    with pytest.raises(NotInArithmetic, match="not diagonal do not exist in rationals"):
        _ = to_rationals(Rayleigh([[0.0, 1.0], [1.0, 0.0]])).spectrum


def test_float_data_meets_weights_of_any_arithmetic_exactly():
    model, w, _ = instance(5)
    assert model.evaluate(to_rationals(w)).loss[()] == to_rationals(model).evaluate(to_rationals(w)).loss[()]


def test_an_overflow_reads_as_nan_and_not_as_a_critical_point():
    with np.errstate(all="ignore"):
        assert np.isnan(Rayleigh(np.diag([1.0, 2.0])).evaluate(np.array([np.inf, 1.0])).gradient).all()
        assert np.isnan(Rayleigh(np.diag([1.0, 2.0])).evaluate(np.zeros(2)).gradient).all()


@pytest.mark.parametrize(
    ("matrix", "error", "message"),
    [
        ([[1.0, 2.0], [3.0, 4.0]], ArgumentError, "matrix is not equal to its transpose; a symmetric matrix is needed"),
        (RATIONALS.asarray([[1, 2], [3, 4]]), ArgumentError, "symmetric matrix is needed"),
        ([[1.0, 2.0]], ArgumentError, r"matrix has the shape \(1, 2\); a square matrix is needed"),
        ([1.0], ArgumentError, r"matrix has the shape \(1,\); an array of 2 axes, each of size 1 or more, is needed"),
        ([[np.inf]], ArgumentError, "matrix holds an entry that is not finite"),
        (np.eye(2, dtype=int), ArgumentTypeError, "matrix has the dtype int64"),
        ("A", ArgumentTypeError, "matrix is 'A'; an array of real numbers is needed"),
    ],
)
def test_bad_matrices_are_named(matrix, error, message):
    with pytest.raises(error, match=message):
        Rayleigh(matrix)


def test_bad_arguments_are_named():
    model = Rayleigh(np.eye(2))
    with pytest.raises(ArgumentError, match=r"w has the shape \(3,\); its last axis must be 2"):
        model.evaluate(np.ones(3))
    with pytest.raises(ArgumentError, match="batch is 3; the Rayleigh quotient has no samples"):
        model.evaluate(np.ones(2), 3)
