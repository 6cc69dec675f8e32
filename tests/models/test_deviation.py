"""Deviations of any size: no infinite one, which would read as a zero gradient, and none of zero by underflow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import precision, to_balls
from psitheory.errors import DeadNeuron
from psitheory.models import NORMS, BatchNormMLP, NormalisedLayer
from psitheory.models.layers.deviation import deviation

seeds = st.integers(0, 2**32 - 1)
rng = np.random.default_rng(0)
X, Y, LABELS = rng.normal(size=(12, 4)), rng.normal(size=(12, 2)), np.arange(12) % 3
POSITIONS = rng.normal(size=(12, 5, 3))
SIZES = {np.float64: [1e-200, 1e-160, 1e155, 1e160, 1e200], np.float32: [1e-30, 1e20]}


@given(seeds, st.integers(-1000, 1000), st.integers(-1000, 1000), st.integers(0, 300), st.booleans())
def test_deviations_of_any_size_are_those_of_the_formula(seed, k, e, s, has_eps):
    z = np.ldexp(np.random.default_rng(seed).normal(size=(2, 5)), [[k], [0]])
    eps, scale = (np.ldexp(1.0, e) if has_eps else 0), np.ldexp(1.0, [[s], [0]])
    with precision(300):
        balls = to_balls(z)
        term = to_balls(np.array([eps]))[0] / to_balls(scale) / to_balls(scale)
        expected = [
            float((sum(x * x for x in row) / 5 + t).sqrt().mid()) for row, t in zip(balls, term[:, 0], strict=True)
        ]
    np.testing.assert_allclose(deviation(z, eps, scale)[:, 0], expected, rtol=1e-14)


@given(seeds, st.integers(-900, 900), st.integers(-900, 900))
def test_deviations_commute_with_powers_of_two_bit_for_bit(seed, k, j):
    z = np.random.default_rng(seed).normal(size=(3, 7))
    assert (deviation(np.ldexp(z, k), 0) == np.ldexp(deviation(np.ldexp(z, j), 0), k - j)).all()


def test_what_overflowed_before_is_nan_and_never_zero():
    z = np.array([[1.0, np.inf, 2.0], [-np.inf, -np.inf, -np.inf]])
    with np.errstate(invalid="ignore"):
        assert np.isnan(z / deviation(z, 0)).any(axis=-1).all()


def _in_balls(model, w):
    with precision(2000):
        return np.array([float(x) for x in to_balls(model).evaluate(to_balls(w)).gradient])


@pytest.mark.parametrize("eps", [0, 1e-5])
@pytest.mark.parametrize(("dtype", "size"), [(dtype, size) for dtype in SIZES for size in SIZES[dtype]])
@pytest.mark.parametrize("norm", [norm for norm in NORMS if norm != "instance"])
def test_layers_on_inputs_of_any_size_have_the_gradient_of_the_formula(norm, dtype, size, eps):
    model = NormalisedLayer((X * size).astype(dtype), Y.astype(dtype), norm, hidden=6, eps=eps)
    w = np.random.default_rng(1).normal(size=model.layout.n).astype(dtype)
    _compare(model, w)


@pytest.mark.parametrize(("dtype", "size"), [(dtype, size) for dtype in SIZES for size in SIZES[dtype]])
def test_instance_norm_on_inputs_of_any_size_has_the_gradient_of_the_formula(dtype, size):
    model = NormalisedLayer((POSITIONS * size).astype(dtype), Y.astype(dtype), "instance", hidden=6)
    _compare(model, np.random.default_rng(1).normal(size=model.layout.n).astype(dtype))


@pytest.mark.parametrize("eps", [0.0, 1e-5])
@pytest.mark.parametrize(("dtype", "size"), [(dtype, size) for dtype in SIZES for size in SIZES[dtype]])
def test_networks_on_inputs_of_any_size_have_the_gradient_of_the_formula(dtype, size, eps):
    model = BatchNormMLP((X * size).astype(dtype), LABELS, hidden=(3, 2), eps=eps)
    w = np.random.default_rng(1).normal(size=model.layout.n).astype(dtype)
    _compare(model, w)
    x = np.random.default_rng(2).normal(size=model.layout.n).astype(dtype)
    assert np.isfinite(model.hessian_vector(w, x)).all()


def _compare(model, w):
    found, expected, limits = model.evaluate(w).gradient, _in_balls(model, w), np.finfo(w.dtype)
    for part in model.layout.parts:
        a, b = (model.layout.view(part.name, x) for x in (found, expected))
        np.testing.assert_allclose(a, b, rtol=0, atol=1e3 * limits.eps * np.abs(b).max() + limits.tiny)


@pytest.mark.parametrize(("activation", "gain"), [("relu", 1e-200), ("relu", 1e160), ("softplus", 1e160)])
def test_gains_of_any_size_kill_no_neuron(activation, gain):
    model = BatchNormMLP(X, LABELS, hidden=(3, 2), activation=activation, affine=True)
    w = np.random.default_rng(1).normal(size=model.layout.n)
    model.layout.view("beta1", w)[...] = 0
    model.layout.view("gamma1", w)[...] = np.abs(model.layout.view("gamma1", w)) * gain
    found = model.evaluate(w)
    assert np.isfinite(found.loss)
    assert (model.layout.norms(found.gradient) > 0).all()


def test_a_neuron_that_overflows_is_nan_and_not_dead():
    model = BatchNormMLP(X, LABELS, hidden=(3, 2), activation="relu", affine=True)
    w = np.random.default_rng(1).normal(size=model.layout.n)
    model.layout.view("gamma1", w)[...] = 1e308
    with np.errstate(all="ignore"):
        found = model.evaluate(w)
    assert np.isnan(found.loss)
    assert np.isnan(model.layout.view("W1", found.gradient)).all()


@pytest.mark.parametrize("size", [1e-200, 1e160])
def test_neurons_that_are_dead_are_named_at_every_size(size):
    inputs = X.copy()
    inputs[:, 1] = 0.1
    model = BatchNormMLP(inputs * size, LABELS, hidden=(3, 2))
    w = np.random.default_rng(1).normal(size=model.layout.n)
    model.layout.view("W1", w)[2] = [0.0, 3.0, 0.0, 0.0]
    with pytest.raises(DeadNeuron, match="neuron 2 of W1 is dead"):
        model.evaluate(w)
    with pytest.raises(DeadNeuron, match="row 0 of the pre-activations"):
        NormalisedLayer(np.full((5, 2), 0.1 * size), np.ones((5, 1)), "batch").evaluate(np.ones(12))
