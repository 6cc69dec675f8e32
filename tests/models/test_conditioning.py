"""Condition numbers against NumPy's, and the quotient's against hand-made Hessians."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.errors import ArgumentError
from psitheory.models import Rayleigh
from psitheory.models.conditioning import (
    effective_condition,
    effective_spectrum,
    hessian_matrix,
    squared_condition,
    with_ones,
)
from psitheory.optimizers.bnp import RunningStatistics, Statistics, batch_statistics, layer_scale, precondition


@given(st.integers(0, 2**16))
def test_the_squared_condition_is_numpys(seed: int) -> None:
    columns = with_ones(np.random.default_rng(seed).normal(size=(6, 3)))
    np.testing.assert_allclose(squared_condition(columns), np.linalg.cond(columns) ** 2, rtol=1e-6)


def test_the_quotient_of_a_rayleigh_quotient_leaves_out_the_radius() -> None:
    w = np.array([2.0, 0, 0])
    hessian = hessian_matrix(Rayleigh(np.diag([0.0, 1.0, 5.0])), w)
    np.testing.assert_allclose(effective_spectrum(hessian, w[None]), [0.5, 2.5])
    assert effective_condition(hessian, w[None]) == pytest.approx(5)


def test_a_tangent_that_is_given_twice_counts_once() -> None:
    hessian, w = np.diag([0.0, 2.0, 8.0]), np.eye(3)[:1]
    assert effective_condition(hessian, np.concatenate([w, 3 * w])) == pytest.approx(4)


def test_tangents_of_another_size_are_refused() -> None:
    with pytest.raises(ArgumentError, match="tangents is"):
        effective_spectrum(np.eye(3), np.ones((1, 2)))


@given(st.integers(0, 2**16), st.integers(1, 3))
def test_the_two_published_lines_are_the_matrix_product(seed: int, neurons: int) -> None:
    rng = np.random.default_rng(seed)
    mean, deviation, bias, weights = rng.normal(size=3), rng.uniform(1, 2, 3), rng.normal(size=neurons), None
    weights = rng.normal(size=(neurons, 3))
    p = np.eye(4)
    p[0, 1:], p[1:, 1:] = -mean / deviation, np.diag(1 / deviation)
    expected = np.c_[bias, weights] @ (p @ p.T) / 3
    found = precondition(bias, weights, Statistics(mean, deviation**2), 3)
    np.testing.assert_allclose(np.c_[found[0], found[1]], expected, atol=1e-12)


def test_statistics_run_as_published() -> None:
    rule, inputs = RunningStatistics(), np.array([[1.0, 3.0], [3.0, 3.0]])
    running = rule.update(rule.init(inputs), inputs)
    np.testing.assert_allclose(running.mean, [0.02, 0.03])
    np.testing.assert_allclose(running.variance, [1.0, 0.99])
    np.testing.assert_allclose(rule.divisor(running).variance, [1.0101, 1.0001])
    np.testing.assert_array_equal(batch_statistics(inputs).variance, [1, 0])


def test_the_scale_of_a_layer_is_its_width_over_the_batch_or_one() -> None:
    assert layer_scale(np.ones((2, 6))) == 3
    assert layer_scale(np.ones((6, 2))) == 1
