"""The rotation field."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import precision, to_balls, to_rationals
from psitheory.errors import ArgumentError
from psitheory.models import RotationField

from .derivative_reference import STEP, close

seeds = st.integers(0, 2**32 - 1)


def instance(seed, m=2, lead=()):
    rng = np.random.default_rng(seed)
    return RotationField(rng.normal(size=m)), rng.normal(size=(*lead, 2 * m)), rng.normal(size=(*lead, 2 * m))


@given(seeds)
def test_the_field_is_its_formula_exactly(seed):
    model, w, _ = (to_rationals(part) for part in instance(seed))
    g = model.strengths
    expected = [
        entry
        for i in range(2)
        for entry in np.array([-w[2 * i + 1], w[2 * i]]) * (g[i] / (w[2 * i] ** 2 + w[2 * i + 1] ** 2))
    ]
    assert (model.evaluate(w).gradient == expected).all()
    assert model.evaluate(w).loss == 0


@given(seeds)
def test_its_derivative_is_the_difference_in_balls(seed):
    with precision(600):
        model, w, x = (to_balls(part) for part in instance(seed))
        h = to_balls(np.array([2.0]))[0] ** -STEP
        ahead, behind = model.evaluate(w + h * x).gradient, model.evaluate(w - h * x).gradient
        assert close(model.hessian_vector(w, x), (ahead - behind) / (2 * h))


@given(seeds, st.integers(-300, 300))
def test_powers_of_two_scale_bit_for_bit(seed, k):
    model, w, _ = instance(seed, lead=(3,))
    assert (np.ldexp(model.evaluate(w).gradient, -k) == model.evaluate(np.ldexp(w, k)).gradient).all()


def test_an_ensemble_equals_the_loop():
    model, w, x = instance(1, lead=(2, 3))
    found, product = model.evaluate(w), model.hessian_vector(w, x)
    assert found.loss.shape == (2, 3)
    for i in np.ndindex(2, 3):
        np.testing.assert_allclose(found.gradient[i], model.evaluate(w[i]).gradient, rtol=1e-14)
        np.testing.assert_allclose(product[i], model.hessian_vector(w[i], x[i]), rtol=1e-13, atol=1e-14)


def test_bad_input_is_named():
    with pytest.raises(ArgumentError, match="strengths holds an entry that is not finite"):
        RotationField([np.inf])
    with pytest.raises(ArgumentError, match="its last axis must be 2"):
        RotationField([1.0]).evaluate(np.ones(3))
    with pytest.raises(ArgumentError, match="batch is"):
        RotationField([1.0]).evaluate(np.ones(2), [0])
