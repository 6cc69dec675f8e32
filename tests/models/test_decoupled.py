"""Least squares behind batch norm: derivatives by complex steps, minima by linear algebra, samples by averages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.models.functions.decoupled import Direction, NormalisedLeastSquares

EPS = np.finfo(float).eps


def problem(seed: int, d: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(d, d)) + 3 * np.eye(d)
    return root @ root.T, rng.normal(size=d), rng.normal(size=d)


@given(st.integers(0, 2**16))
def test_derivatives_of_the_direction_are_those_of_a_complex_step(seed: int) -> None:
    matrix, vector, w = problem(seed)
    model, x = Direction(matrix, vector), np.random.default_rng(seed + 1).normal(size=4)
    value = model.evaluate(w + 1e-30j * x)
    size = np.linalg.norm(model.evaluate(w).gradient) * np.linalg.norm(x) + 1e-3
    assert abs(value.loss.imag / 1e-30 - model.evaluate(w).gradient @ x) <= 1e4 * EPS * size
    moved = model.hessian_vector(w, x)
    np.testing.assert_allclose(value.gradient.imag / 1e-30, moved, atol=1e5 * EPS * (1 + np.abs(moved).max()))


@given(st.integers(0, 2**16))
def test_the_minimum_of_the_direction_is_that_of_linear_algebra(seed: int) -> None:
    matrix, vector, _ = problem(seed)
    best = np.linalg.solve(matrix, vector)
    np.testing.assert_allclose(Direction(matrix, vector).evaluate(best).loss, -vector @ best, rtol=1e-9)


def test_normalised_least_squares_is_the_mean_over_samples_behind_batch_norm() -> None:
    rng = np.random.default_rng(0)
    inputs, targets, w, a = rng.normal(size=(20, 3)), rng.normal(size=20), rng.normal(size=3), 0.75
    inputs -= inputs.mean(axis=0)
    outputs = inputs @ w
    expected = np.mean((targets - a * outputs / outputs.std()) ** 2) / 2
    matrix, vector = inputs.T @ inputs / 20, inputs.T @ targets / 20
    model = NormalisedLeastSquares(matrix, vector, float(np.mean(targets**2)))
    point = np.array([*w, a])
    assert model.evaluate(point).loss == pytest.approx(expected, rel=1e-13)
    for k in range(4):
        moved = model.evaluate(point + 1e-30j * np.eye(4)[k]).loss.imag / 1e-30
        assert model.evaluate(point).gradient[k] == pytest.approx(moved, rel=1e-11)
