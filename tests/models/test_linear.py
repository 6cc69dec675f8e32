"""Linear regression."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import precision, to_balls, to_rationals
from psitheory.errors import ArgumentError, NotInArithmetic
from psitheory.models import LinearRegression

from .derivative_reference import check_derivatives

seeds = st.integers(0, 2**32 - 1)


def instance(seed, n=6, d=3, lead=(), bias=False):
    rng = np.random.default_rng(seed)
    model = LinearRegression(rng.normal(size=(n, d)), rng.normal(size=n), bias=bias)
    return model, rng.normal(size=(*lead, d + bias)), rng.normal(size=(*lead, d + bias))


@given(seeds, st.booleans(), st.sampled_from([None, [0, 2, 3, 3]]))
def test_derivatives_are_those_of_the_loss(seed, bias, batch):
    check_derivatives(*instance(seed, bias=bias), batch)


@given(seeds, st.booleans())
def test_loss_is_the_mean_square_exactly(seed, bias):
    model, w, _ = (to_rationals(part) for part in instance(seed, bias=bias))
    shift = w[-1] if bias else 0
    residuals = [
        sum(x * u for x, u in zip(row, w, strict=False)) + shift - y
        for row, y in zip(model.inputs, model.targets, strict=True)
    ]
    assert model.evaluate(w).loss == sum(r * r for r in residuals) / 6


@given(seeds, st.booleans())
def test_spectrum_and_minimum(seed, bias):
    model, _, _ = instance(seed, bias=bias)
    n = model.layout.n
    hessian = model.hessian_vector(np.zeros((n, n)), np.eye(n))
    reference = np.linalg.eigvalsh((hessian + hessian.T) / 2)
    np.testing.assert_allclose(model.spectrum, reference, rtol=0, atol=1e-13 * reference[-1])
    assert model.smoothness.value == model.spectrum[-1]
    columns = np.column_stack([model.inputs, np.ones(6)]) if bias else model.inputs
    residual = np.linalg.lstsq(columns, model.targets)[1]
    assert model.minimum == pytest.approx(float(residual[0]) / 6, rel=1e-9, abs=1e-12)
    with precision(200):
        assert float(to_balls(model).smoothness.value) == pytest.approx(model.smoothness.value)


def test_an_ensemble_equals_the_loop_with_shared_and_with_own_batches():
    model, w, x = instance(1, n=8, lead=(2, 3), bias=True)
    own = np.random.default_rng(0).integers(0, 8, size=(2, 3, 5))
    for batch in (None, np.array([1, 2, 2, 7]), own):
        found, product = model.evaluate(w, batch), model.hessian_vector(w, x, batch)
        assert found.loss.shape == (2, 3)
        for i in np.ndindex(2, 3):
            mine = batch if batch is None or batch.ndim == 1 else batch[i]
            np.testing.assert_allclose(found.loss[i], model.evaluate(w[i], mine).loss, rtol=1e-13)
            np.testing.assert_allclose(found.gradient[i], model.evaluate(w[i], mine).gradient, atol=1e-13)
            np.testing.assert_allclose(product[i], model.hessian_vector(w[i], x[i], mine), atol=1e-13)


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ([0.5, 1.0], "an array of integers, the indices of samples, is needed"),
        ([0, 6], "indices from 0 to 5 are needed"),
        ([-1], "indices from 0 to 5 are needed"),
    ],
)
def test_bad_input_is_named(batch, message):
    model, w, _ = instance(0)
    with pytest.raises(ArgumentError, match=message):
        model.evaluate(w, batch)
    with pytest.raises(ArgumentError, match="its last axis must be 3"):
        model.evaluate(np.ones(2))
    with pytest.raises(ArgumentError, match="targets has the shape"):
        LinearRegression(np.eye(3), [1.0])
    with pytest.raises(NotInArithmetic, match="eigenvalues"):
        _ = to_rationals(model).spectrum
