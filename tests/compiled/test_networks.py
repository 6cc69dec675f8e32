"""Compiled passes of a network: inside the enclosures of its formula, and bit for bit under powers of two."""

import pickle

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from psitheory.arithmetic import precision, widened
from psitheory.errors import ArgumentError, DeadNeuron
from psitheory.models import BatchNormMLP

pytest.importorskip("numba")

seeds = st.integers(0, 2**32 - 1)
options = st.fixed_dictionaries(
    {
        "activation": st.sampled_from(["tanh", "relu"]),
        "loss": st.sampled_from(["cross-entropy", "squared"]),
        "affine": st.booleans(),
        "eps": st.sampled_from([0.0, 0.25]),
        "hidden": st.sampled_from([(3,), (4, 3), (4, 3, 3)]),
    }
)


def networks(seed, given, n=12, d=3, dtype=float):
    """A network by both engines, and a generator."""
    rng = np.random.default_rng(seed)
    targets = np.arange(n) % 3 if given["loss"] == "cross-entropy" else rng.normal(size=(n, 2)).astype(dtype)
    inputs = rng.normal(size=(n, d)).astype(dtype)
    plain, fast = (BatchNormMLP(inputs, targets, engine=engine, **given) for engine in ("numpy", "numba"))
    return plain, fast, rng


def alive(model, *arguments):
    """Evaluate a model; cases where the formula finds a neuron dead are set aside."""
    try:
        return model.evaluate(*arguments)
    except DeadNeuron:
        reject()


def inside(values, balls):
    return all(ball.contains(float(x)) for x, ball in zip(np.ravel(values), np.ravel(balls), strict=True))


@given(seeds, options)
@settings(max_examples=30)
def test_loss_and_gradient_lie_in_the_enclosure_of_the_formula(seed, given):
    plain, fast, rng = networks(seed, given)
    w = rng.normal(size=(2, plain.layout.n))
    alive(plain, w)
    found = fast.evaluate(w)
    with precision(128):
        enclosed = widened(plain).evaluate(widened(w))
        assert inside(found.loss, enclosed.loss)
        assert inside(found.gradient, enclosed.gradient)


@given(seeds, options, st.integers(0, 900))
@settings(max_examples=50)
def test_a_rescaling_by_powers_of_two_commutes_bit_for_bit(seed, given, k):
    plain, fast, rng = networks(seed, {**given, "eps": 0.0})
    w = rng.normal(size=(3, fast.layout.n))
    a = 2.0 ** rng.integers(-k, k + 1, (3, fast.layout.m))
    alive(plain, w)
    here, there = fast.evaluate(w), fast.evaluate(fast.layout.scale(a, w))
    np.testing.assert_array_equal(there.loss, here.loss)
    np.testing.assert_array_equal(there.gradient, fast.layout.scale(1 / a, here.gradient))


@given(seeds, options, st.sampled_from(["shared", "own"]))
@settings(max_examples=30)
def test_batches_and_single_runs_are_those_of_the_formula(seed, given, kind):
    plain, fast, rng = networks(seed, given)
    w = rng.normal(size=(2, 3, plain.layout.n))
    batch = (
        np.array([5, 0, 3, 1, 6, 10, 8, 11])
        if kind == "shared"
        else rng.permuted(np.tile(np.arange(12), (2, 3, 1)), axis=-1)
    )
    for points, samples in ((w, batch), (w[0, 0], None), (w[:0], None), (np.asfortranarray(w), batch[..., :8])):
        if len(points):
            expected, found = alive(plain, points, samples), fast.evaluate(points, samples)
            assert found.loss.shape == expected.loss.shape
            # rounding, as the enclosures of single points above; a wrong sample would differ in the first digits
            np.testing.assert_allclose(found.loss, expected.loss, rtol=1e-9)
            np.testing.assert_allclose(found.gradient, expected.gradient, rtol=1e-6, atol=1e-9)


def test_precision_is_kept():
    given = {"loss": "squared", "hidden": (3,)}
    plain, fast, rng = networks(0, given, dtype=np.float32)
    w = rng.normal(size=(2, plain.layout.n)).astype(np.float32)
    found, expected = fast.evaluate(w), plain.evaluate(w)
    assert found.loss.dtype == found.gradient.dtype == np.float32
    np.testing.assert_allclose(found.gradient, expected.gradient, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("size", [1e-280, 1e-180, 1e200, 1e290])
@pytest.mark.parametrize("eps", [0.0, 0.25])
def test_rows_of_extreme_size_are_those_of_the_formula(size, eps):
    plain, fast, rng = networks(1, {"loss": "cross-entropy", "hidden": (3, 2), "eps": eps})
    w = plain.layout.scale(np.array([size, 1, 1, 1, 1]), rng.normal(size=plain.layout.n))
    found, expected = fast.evaluate(w), plain.evaluate(w)
    np.testing.assert_allclose(found.loss, expected.loss, rtol=1e-12)
    np.testing.assert_allclose(found.gradient, expected.gradient, rtol=1e-9)


@pytest.mark.parametrize("layer", ["W1", "W2"])
def test_a_dead_neuron_is_named(layer):
    _, fast, rng = networks(2, {"loss": "cross-entropy", "hidden": (3, 2), "activation": "relu", "affine": True})
    w = rng.normal(size=(4, fast.layout.n))
    if layer == "W1":
        fast = BatchNormMLP(np.ones((12, 3)), np.arange(12) % 3, hidden=(3, 2), engine="numba")
        w = rng.normal(size=(4, fast.layout.n))
    else:
        fast.layout.view("beta1", w)[2] = -50  # all of the first layer is cut off
    with pytest.raises(DeadNeuron, match=f"neuron 0 of {layer} is dead"):
        fast.evaluate(w)


def test_directions_exact_numbers_and_complex_steps_take_the_formula():
    plain, fast, rng = networks(3, {"loss": "squared", "hidden": (2,)})
    w, x = rng.normal(size=(2, plain.layout.n))
    np.testing.assert_array_equal(fast.hessian_vector(w, x), plain.hessian_vector(w, x))
    np.testing.assert_array_equal(fast.evaluate(w + 1e-30j * x).gradient, plain.evaluate(w + 1e-30j * x).gradient)


def test_a_network_that_was_pickled_is_compiled_still():
    _, fast, rng = networks(4, {"loss": "squared", "hidden": (2,)})
    copy = pickle.loads(pickle.dumps(fast))
    w = rng.normal(size=fast.layout.n)
    assert copy.engine == "numba"
    np.testing.assert_array_equal(copy.evaluate(w).gradient, fast.evaluate(w).gradient)


def test_what_cannot_be_compiled_is_told_at_once(monkeypatch):
    rng = np.random.default_rng(0)
    arguments = {"inputs": rng.normal(size=(4, 2)), "targets": np.arange(4) % 2, "hidden": (2,)}
    with pytest.raises(ArgumentError, match="activation is 'sine'; engine 'numba' needs one of tanh, relu"):
        BatchNormMLP(**arguments, activation="sine", engine="numba")
    with pytest.raises(ArgumentError, match="engine is 'cuda'; 'numpy' or 'numba' is needed"):
        BatchNormMLP(**arguments, engine="cuda")
    monkeypatch.setattr("psitheory.compiled.find_spec", lambda _: None)
    with pytest.raises(ArgumentError, match=r"not installed; pip install 'psitheory\[fast\]' installs it"):
        BatchNormMLP(**arguments, engine="numba")
