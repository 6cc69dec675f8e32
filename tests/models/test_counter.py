"""Models that are not scale-invariant."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import to_rationals
from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName
from psitheory.models import LinearRegression, RankOne, Rayleigh, Unnormalised, WithL2
from psitheory.models.layers.activations import NAMES

from .derivative_reference import check_derivatives

seeds = st.integers(0, 2**32 - 1)


def neuron(seed, lead=(), **options):
    rng = np.random.default_rng(seed)
    model = Unnormalised(rng.normal(size=(6, 3)), rng.choice([-1.0, 1.0], size=6), **options)
    return model, rng.normal(size=(*lead, 3)), rng.normal(size=(*lead, 3))


@given(seeds, st.sampled_from(NAMES), st.sampled_from(["squared", "logistic"]), st.sampled_from([None, [0, 2, 3, 3]]))
def test_derivatives_of_an_unnormalised_neuron(seed, activation, loss, batch):
    check_derivatives(*neuron(seed, activation=activation, loss=loss), batch)


@given(seeds)
def test_an_unnormalised_neuron_is_linear_regression_if_all_is_linear(seed):
    model, w, _ = (to_rationals(part) for part in neuron(seed))
    other = LinearRegression(model.inputs, model.targets).evaluate(w)
    assert model.evaluate(w).loss == other.loss
    assert (model.evaluate(w).gradient == other.gradient).all()


@given(seeds)
def test_an_unnormalised_neuron_sees_its_scale(seed):
    model, w, _ = neuron(seed, activation="tanh")
    assert model.evaluate(w).loss != model.evaluate(2 * w).loss


def test_an_ensemble_equals_the_loop():
    model, w, x = neuron(1, lead=(2, 3), activation="tanh")
    found, product = model.evaluate(w), model.hessian_vector(w, x)
    for i in np.ndindex(2, 3):
        np.testing.assert_allclose(found.loss[i], model.evaluate(w[i]).loss, rtol=1e-13)
        np.testing.assert_allclose(found.gradient[i], model.evaluate(w[i]).gradient, atol=1e-13)
        np.testing.assert_allclose(product[i], model.hessian_vector(w[i], x[i]), atol=1e-12)


@given(seeds, st.floats(0, 3))
def test_derivatives_with_an_l2_term(seed, decay):
    rng = np.random.default_rng(seed)
    check_derivatives(WithL2(RankOne(rng.normal(size=(3, 2))), decay), rng.normal(size=6), rng.normal(size=6))


def test_the_l2_term_is_half_the_square_of_the_blocks_alone():
    model = WithL2(RankOne(np.eye(2)), 3.0)
    w = np.array([1.0, 2.0, 3.0, 0.0, 7.0])
    assert model.evaluate(w).loss == RankOne(np.eye(2)).evaluate(w).loss + 3 * 14 / 2
    assert model.layout == model.model.layout


def test_samples_are_those_of_the_model():
    model, w, _ = neuron(0)
    assert WithL2(model, 1.0).samples == 6
    assert WithL2(model, 1.0).evaluate(w, [0, 1]).loss == model.evaluate(w, [0, 1]).loss + w @ w / 2


@pytest.mark.parametrize("decay", [-1.0, np.float32(-1), np.array(np.nan), np.inf])
def test_a_decay_below_zero_or_not_finite_is_named(decay):
    with pytest.raises(ArgumentError, match=f"^decay is {float(decay)}; zero or a positive number is needed$"):
        WithL2(Rayleigh(np.eye(2)), decay)


@pytest.mark.parametrize("decay", [None, "a", 1j, np.ones(2)])
def test_a_decay_that_is_no_number_is_named(decay):
    with pytest.raises(ArgumentTypeError, match="^decay is .*; zero or a positive number is needed$"):
        WithL2(Rayleigh(np.eye(2)), decay)


def test_bad_input_is_named():
    with pytest.raises(UnknownName, match="activation"):
        Unnormalised(np.eye(2), [1.0, 1.0], activation="step")
    with pytest.raises(ArgumentError, match="targets has the shape"):
        Unnormalised(np.eye(2), [1.0])
