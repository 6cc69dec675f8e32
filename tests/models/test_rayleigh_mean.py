"""Means of Rayleigh quotients over samples."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import to_floats, to_rationals
from psitheory.errors import ArgumentError
from psitheory.models.functions.rayleigh_mean import RayleighMean

from .derivative_reference import check_derivatives

seeds = st.integers(0, 2**32 - 1)
ULP = np.finfo(float).eps


def instance(seed, samples=4, d=3, lead=()):
    rng = np.random.default_rng(seed)
    square = rng.normal(size=(samples, d, d))
    return RayleighMean(square + np.swapaxes(square, -1, -2)), rng.normal(size=(*lead, d)), rng.normal(size=(*lead, d))


@given(seeds)
def test_derivatives_are_those_of_the_loss(seed):
    check_derivatives(*instance(seed))


@given(seeds, st.integers(1, 4))
def test_a_mini_batch_is_the_mean_of_its_samples(seed, size):
    model, w, _ = instance(seed, lead=(5,))
    rng = np.random.default_rng(seed)
    batches = rng.permuted(np.broadcast_to(np.arange(4), (5, 4)), axis=1)[:, :size]
    found = model.evaluate(w, batches)
    for k, batch in enumerate(batches):
        quotient = w[k] @ model.matrices[batch].mean(axis=0) @ w[k] / (w[k] @ w[k])
        alone = model.evaluate(w[k], batch)
        size_of = np.abs(model.matrices).sum()
        assert abs(found.loss[k] - quotient) <= 16 * ULP * size_of
        assert found.loss[k] == pytest.approx(alone.loss, abs=16 * ULP * size_of)
        scale = 64 * ULP * size_of / np.linalg.norm(w[k])
        assert found.gradient[k] == pytest.approx(alone.gradient, abs=scale)
        assert abs(found.gradient[k] @ w[k]) <= 64 * ULP * size_of


@given(seeds)
def test_mini_batches_are_unbiased_and_their_variance_is_bounded(seed):
    model, w, _ = instance(seed)
    w = w / np.linalg.norm(w)
    whole = model.evaluate(w).gradient
    for size in (1, 2, 3, 4):
        gradients = np.array([model.evaluate(w, np.array(b)).gradient for b in combinations(range(4), size)])
        assert gradients.mean(axis=0) == pytest.approx(whole, abs=1e-12)
        assert ((gradients - whole) ** 2).sum(axis=1).mean() <= model.variance(size) + 1e-12


def test_the_bound_is_attained_by_a_rotation_free_pair():
    model = RayleighMean(np.stack([np.diag([0.0, 1.0]) + s * np.array([[0, 1], [1, 0]]) for s in (-1, 1)]))
    w = np.array([1.0, 0.0])
    deviation = model.evaluate(w, np.array([0])).gradient - model.evaluate(w).gradient
    assert 2 * (deviation @ deviation) == model.variance(1) == 8  # the trace is twice the largest eigenvalue


def test_it_runs_on_rationals():
    model, w, _ = instance(0)
    exact = to_rationals(model).evaluate(to_rationals(w), np.array([1, 2]))
    assert to_floats(exact.loss[()]) == pytest.approx(model.evaluate(w, np.array([1, 2])).loss)


def test_errors_are_one_sentence():
    model, w, _ = instance(0)
    with pytest.raises(ArgumentError, match="size is 5; an integer from 1 to the 4 samples is needed"):
        model.variance(5)
    with pytest.raises(ArgumentError, match="batch is 0"):
        model.evaluate(w, 0)
    with pytest.raises(ArgumentError, match="symmetric"):
        RayleighMean(np.ones((2, 2, 2)) + np.eye(2)[::-1] * [[0], [1]])
