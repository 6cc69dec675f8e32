"""A network of one hidden layer without normalisation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import RATIONALS
from psitheory.errors import ArgumentError, UnknownName
from psitheory.models import Perceptron

from .derivative_reference import check_derivatives

seeds = st.integers(0, 2**32 - 1)
activations = st.sampled_from(["relu", "tanh", "identity"])


def instance(seed, activation="tanh", hidden=2, d=2, lead=()):
    rng = np.random.default_rng(seed)
    model = Perceptron(rng.normal(size=(4, d)), rng.normal(size=4), hidden=hidden, activation=activation)
    return model, rng.normal(size=(*lead, model.layout.n)), rng.normal(size=(*lead, model.layout.n))


@given(seeds, activations, st.integers(1, 3), st.integers(1, 3))
def test_derivatives_are_those_of_the_loss(seed, activation, hidden, d):
    check_derivatives(*instance(seed, activation, hidden, d))


def test_the_loss_by_hand_on_rationals():
    model = Perceptron(RATIONALS.asarray([[1, 2], [3, -1]]), RATIONALS.asarray([1, 0]), hidden=1, activation="relu")
    w = RATIONALS.asarray([1, 1, -1, 3])  # relu(x1 + x2 - 1) * 3: 6 against 1, 3 against 0
    assert model.evaluate(w).loss[()] == RATIONALS.element(34) / 2


@given(seeds, st.lists(st.integers(-60, 60), min_size=2, max_size=2))
def test_relu_neurons_trade_powers_of_two_bit_for_bit(seed, exponents):
    model, w, _ = instance(seed, "relu", lead=(3,))
    part, a = model.layout.view, np.exp2(exponents)
    traded = model.layout.pack(W=part("W", w) * a[:, None], b=part("b", w) * a, v=part("v", w) / a)
    assert (model.evaluate(traded).loss == model.evaluate(w).loss).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_batch_equals_the_loop(dtype):
    model, w, _ = instance(1, lead=(2, 3))
    found = model.evaluate(w.astype(dtype))
    assert found.loss.dtype == found.gradient.dtype == dtype
    for index in np.ndindex(2, 3):
        one = model.evaluate(w[index].astype(dtype))
        np.testing.assert_allclose(found.loss[index], one.loss, rtol=64 * np.finfo(dtype).eps)
        np.testing.assert_allclose(found.gradient[index], one.gradient, rtol=0, atol=512 * np.finfo(dtype).eps)


def test_mini_batches_are_the_samples_named():
    model, w, _ = instance(2)
    few = Perceptron(model.inputs[[2, 0]], model.targets[[2, 0]], hidden=2, activation="tanh")
    found, expected = model.evaluate(w, np.array([2, 0])), few.evaluate(w)
    assert found.loss == expected.loss
    assert (found.gradient == expected.gradient).all()


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"hidden": 0}, ArgumentError, "hidden is 0; a positive integer"),
        ({"targets": [1.0]}, ArgumentError, "targets"),
        ({"activation": "step"}, UnknownName, "step"),
    ],
)
def test_bad_arguments_are_named(change, error, says):
    with pytest.raises(error, match=says):
        Perceptron(**{"inputs": [[1.0], [2.0]], "targets": [0.0, 1.0], "hidden": 1} | change)
