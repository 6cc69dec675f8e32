"""Compiled descent of networks: inside enclosures, bit for bit under powers of two; what is left to loops."""

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from psitheory.arithmetic import precision, widened
from psitheory.errors import DeadNeuron
from psitheory.experiments import descend
from psitheory.optimizers import GradientDescent, PSIGradientDescent
from tests.compiled.test_networks import networks, options, seeds
from tests.compiled.test_rayleigh import COLUMNS, assert_close, assert_enclosed

SQUARED = {"loss": "squared", "hidden": (3, 2), "affine": True}


def run(model, *arguments, **keywords):
    """Descend; starts that the formula finds dead are set aside."""
    try:
        return descend(model, *arguments, **keywords)
    except DeadNeuron:
        reject()


@given(seeds, options, st.sampled_from([PSIGradientDescent(2.0**-8), GradientDescent(2.0**-8)]))
@settings(max_examples=15)
def test_a_run_lies_in_the_enclosure_of_the_run(seed, given, method):
    plain, fast, rng = networks(seed, given)
    w = rng.normal(size=plain.layout.n)
    run(plain, method, w, 2)
    found = descend(fast, method, w, 2, record=[0, 1])
    with precision(256):
        assert_enclosed(found, descend(widened(plain), method, widened(w), 2, record=[0, 1]))


@given(seeds, options, st.integers(0, 200))
@settings(max_examples=30)
def test_a_run_commutes_with_powers_of_two_bit_for_bit(seed, given, k):
    _, fast, rng = networks(seed, {**given, "eps": 0.0})
    w = rng.normal(size=(3, fast.layout.n))
    a = 2.0 ** rng.integers(-k, k + 1, (3, fast.layout.m))
    here = run(fast, PSIGradientDescent(0.01), w, 10)
    there = descend(fast, PSIGradientDescent(0.01), fast.layout.scale(a, w), 10)
    for name in COLUMNS[:4]:
        np.testing.assert_array_equal(getattr(there, name), getattr(here, name))
    np.testing.assert_array_equal(there.final, fast.layout.scale(a, here.final))


@pytest.mark.parametrize("lead", [(), (1,), (2, 3)])
@pytest.mark.parametrize("record", [None, [0, 7], [3], [12]])
@pytest.mark.parametrize("method", [PSIGradientDescent, GradientDescent])
def test_a_compiled_run_records_what_the_loop_records(lead, record, method):
    plain, fast, rng = networks(5, SQUARED)
    w = rng.normal(size=(*lead, plain.layout.n))
    before = w.copy()
    rates = rng.uniform(0.001, 0.005, lead) if lead else 0.005
    runs = [descend(m, method(rates), w, 12, record=record, keep_points=True) for m in (fast, plain)]
    assert_close(*runs)
    np.testing.assert_allclose(runs[0].points, runs[1].points, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(w, before)


def test_the_loop_is_left_to_what_is_not_plain_descent(monkeypatch):
    def never(*_):
        raise AssertionError("the loop ran")

    _, fast, rng = networks(5, SQUARED)
    w = rng.normal(size=(2, fast.layout.n))
    monkeypatch.setattr(PSIGradientDescent, "step", never)
    descend(fast, PSIGradientDescent(0.01), w, 3)
    for rate, decay in ((lambda t: 0.01 / (1 + t), 0), (0.01, 0.1)):
        with pytest.raises(AssertionError, match="the loop ran"):
            descend(fast, PSIGradientDescent(rate, decay=decay), w, 3)


def test_a_run_that_overflows_goes_on_in_the_loop_and_breaks_there():
    plain, fast, rng = networks(1, SQUARED)
    w = rng.normal(size=(3, plain.layout.n))
    rates = np.array([0.005, 1e60, 0.001])
    found, expected = (descend(m, PSIGradientDescent(rates), w, 9, record=range(10)) for m in (fast, plain))
    assert (expected.broken_at >= 0).sum() == 1
    np.testing.assert_array_equal(found.broken_at, expected.broken_at)
    sound = expected.broken_at < 0
    np.testing.assert_allclose(found.loss[:, sound], expected.loss[:, sound], rtol=1e-9)


def test_a_neuron_that_dies_on_the_way_breaks_its_run():
    given = {"activation": "relu", "loss": "squared", "affine": True, "eps": 0.0, "hidden": (4, 3, 3)}
    plain, fast, rng = networks(3431, given)
    w = rng.normal(size=plain.layout.n)
    starts = np.stack([w, rng.normal(size=plain.layout.n)])
    for method in (PSIGradientDescent(2.0**-8), GradientDescent(2.0**-8)):
        for where in (w, starts):
            found, expected = (descend(m, method, where, 4, record=range(5)) for m in (fast, plain))
            assert (expected.broken_at > 0).any()
            assert_close(found, expected)


def test_a_step_from_short_rows_leads_as_far_as_in_the_loop():
    plain, fast, rng = networks(2, {"loss": "cross-entropy", "hidden": (3, 2)})
    w = plain.layout.scale(np.array([1e-160, 1, 1, 1, 1]), rng.normal(size=(2, plain.layout.n)))
    for steps in (1, 2):
        found, expected = (descend(m, GradientDescent(2.0**-6), w, steps) for m in (fast, plain))
        assert (expected.broken_at < 0).all()
        assert_close(found, expected)


@pytest.mark.parametrize("size", [1e-150, 1e-60, 1e60, 1e150])
def test_weights_of_extreme_size_run_too(size):
    plain, fast, rng = networks(2, {"loss": "cross-entropy", "hidden": (3, 2)})
    w = plain.layout.scale(np.array([size, 1, 1, size, 1]), rng.normal(size=(2, plain.layout.n)))
    found, expected = (descend(m, PSIGradientDescent(0.01), w, 5) for m in (fast, plain))
    for name in COLUMNS:
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-9, atol=1e-12)


def test_a_dead_start_is_named_and_single_precision_kept():
    _, fast, rng = networks(3, {"loss": "cross-entropy", "hidden": (3, 2), "activation": "relu", "affine": True})
    w = rng.normal(size=(4, fast.layout.n))
    fast.layout.view("beta1", w)[2] = -50  # all of the first layer is cut off
    with pytest.raises(DeadNeuron, match="neuron 0 of W2 is dead"):
        descend(fast, PSIGradientDescent(0.01), w, 3)
    single = descend(fast, PSIGradientDescent(0.01), w[:2].astype(np.float32), 3)
    assert single.final.dtype == single.loss.dtype == single.norms.dtype == np.float32
