"""Compiled descent on Rayleigh quotients: inside enclosures, bit for bit under powers of two; what is left to loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.arithmetic import precision, widened
from psitheory.experiments import descend
from psitheory.models import Rayleigh
from psitheory.optimizers import GradientDescent, PerBlock, PSIGradientDescent, PSIMomentum

pytest.importorskip("numba")

seeds = st.integers(0, 2**32 - 1)
COLUMNS = ("loss", "squared_gradient", "sum_squared_gradient", "min_squared_gradient", "norms", "final")


def models(seed, d=4):
    """A quotient by both engines, and a generator."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(d, d))
    return Rayleigh(a + a.T), Rayleigh(a + a.T, engine="numba"), rng


def assert_close(found, expected, rtol=1e-9):
    """Short runs with small steps: rounding grows by a factor of at most (1 + 2ηL)^T, far below 1e-9."""
    for name in COLUMNS:
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=rtol, atol=1e-12)
    np.testing.assert_array_equal(found.broken_at, expected.broken_at)
    np.testing.assert_array_equal(found.times, expected.times)


def assert_enclosed(found, balls):
    """What a run on floats records lies in what one in balls does; no minimum is there before the first step."""
    for name in COLUMNS:
        pairs = zip(np.ravel(getattr(found, name)), np.ravel(getattr(balls, name)), strict=True)
        assert all(np.isinf(x) or ball.contains(float(x)) for x, ball in pairs), name


@given(seeds, st.sampled_from([PSIGradientDescent(0.0625), GradientDescent(0.0625)]))
@settings(max_examples=15)
def test_a_run_lies_in_the_enclosure_of_the_run(seed, method):
    plain, fast, rng = models(seed)
    w = rng.normal(size=4)
    found = descend(fast, method, w, 4, record=[0, 3])
    with precision(256):
        assert_enclosed(found, descend(widened(plain), method, widened(w), 4, record=[0, 3]))


@given(seeds, st.integers(-900, 900))
@settings(max_examples=50)
def test_a_run_commutes_with_powers_of_two_bit_for_bit(seed, k):
    _, fast, rng = models(seed)
    w, scale = rng.normal(size=(3, 4)), 2.0**k
    here = descend(fast, PSIGradientDescent(0.1), w, 30)
    there = descend(fast, PSIGradientDescent(0.1), scale * w, 30)
    for name in COLUMNS[:4]:
        np.testing.assert_array_equal(getattr(there, name), getattr(here, name))
    np.testing.assert_array_equal(there.final, scale * here.final)


@pytest.mark.parametrize("lead", [(), (1,), (600,), (2, 3)])
@pytest.mark.parametrize("record", [None, [0, 7], [3], [20]])
def test_a_compiled_run_records_what_the_loop_records(lead, record):
    plain, fast, rng = models(0)
    w = rng.normal(size=(*lead, 4))
    before = w.copy()
    rates = rng.uniform(0.01, 0.05, lead) if lead else 0.05
    runs = [descend(m, PSIGradientDescent(rates), w, 20, record=record, keep_points=True) for m in (fast, plain)]
    assert_close(*runs)
    np.testing.assert_allclose(runs[0].points, runs[1].points, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(w, before)


def test_a_run_that_overflows_goes_on_in_the_loop_and_breaks_there():
    plain, fast, rng = models(1)
    w = rng.normal(size=(5, 4))
    rates = np.array([0.05, 1e60, 0.05, 1e90, 0.01])
    found, expected = (descend(m, PSIGradientDescent(rates), w, 12, record=range(13)) for m in (fast, plain))
    assert (expected.broken_at >= 0).any()
    np.testing.assert_array_equal(found.broken_at, expected.broken_at)
    sound = expected.broken_at < 0
    np.testing.assert_allclose(found.loss[:, sound], expected.loss[:, sound], rtol=1e-9)


@pytest.mark.parametrize("size", [1e-200, 1e-100, 1e100, 1e200])
def test_weights_of_extreme_size_run_too(size):
    plain, fast, rng = models(2)
    w = size * rng.normal(size=(2, 4))
    found, expected = (descend(m, PSIGradientDescent(0.02), w, 9) for m in (fast, plain))
    for name in COLUMNS[1:]:
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-9)


def test_a_critical_point_is_no_underflow():
    fast = Rayleigh(np.diag([1.0, 2.0, 5.0]), engine="numba")
    run = descend(fast, PSIGradientDescent(0.1), np.array([[0.0, 3.0, 0.0], [1.0, 1.0, 1.0]]), 10)
    assert (run.squared_gradient[:, 0] == 0).all()
    assert (run.loss[:, 0] == 2).all()


@pytest.mark.parametrize(
    "method",
    [
        PSIMomentum(0.05, 0.9),
        PSIGradientDescent(lambda t: 0.05 / (1 + t)),
        PSIGradientDescent(PerBlock(0.05, 0.01)),
        PSIGradientDescent(0.05, decay=0.01),
        GradientDescent(0.05, coupled_decay=0.01),
    ],
)
def test_other_methods_take_the_loop_with_compiled_gradients(method):
    plain, fast, rng = models(3)
    w = rng.normal(size=(3, 4))
    assert_close(*(descend(m, method, w, 20) for m in (fast, plain)))


def test_single_precision_is_kept():
    plain, fast, rng = models(4)
    w = rng.normal(size=(3, 4)).astype(np.float32)
    found, expected = (descend(m, PSIGradientDescent(0.02), w, 9) for m in (fast, plain))
    assert found.final.dtype == found.loss.dtype == np.float32
    np.testing.assert_allclose(found.loss, expected.loss, rtol=1e-4)


def test_starts_that_do_not_fit_are_refused_as_ever():
    _, fast, _ = models(5)
    with pytest.raises(ValueError, match="starts is zero in w1"):
        descend(fast, PSIGradientDescent(0.1), np.zeros((2, 4)), 3)
    assert descend(fast, PSIGradientDescent(0.1), np.ones((0, 4)), 3).loss.shape[1] == 0


def test_a_step_from_a_short_vector_leads_as_far_as_in_the_loop():
    """By 1e320 of its length, which no float holds, though it holds where the step leads."""
    plain, fast, rng = models(3)
    w = rng.normal(size=(2, 4)) * np.array([[1e-160], [1.0]])
    for steps in (1, 2):
        found, expected = (descend(m, GradientDescent(2.0**-6), w, steps) for m in (fast, plain))
        assert (expected.broken_at < 0).all()
        assert_close(found, expected)
