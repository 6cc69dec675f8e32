"""Muon's polar factor: orthogonal, by another library, where singular directions vanish, and on parts that are none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import polar

from psitheory.arithmetic import to_rationals
from psitheory.errors import ArgumentError, NotInArithmetic
from psitheory.layout import Layout, blocks, free
from psitheory.models.interface import Evaluation
from psitheory.optimizers import Muon
from psitheory.optimizers.muon import matrix_sign, normalised_rows

EPS = np.finfo(float).eps


@given(st.integers(0, 2**16))
def test_the_polar_factor_is_scipys(seed: int) -> None:
    matrix = np.random.default_rng(seed).normal(size=(5, 3))
    condition = np.linalg.cond(matrix)
    np.testing.assert_allclose(matrix_sign(matrix), polar(matrix)[0], atol=100 * EPS * condition)


def test_singular_directions_of_zero_go_to_zero() -> None:
    np.testing.assert_array_equal(matrix_sign(np.diag([2.0, 0.0])), np.diag([1.0, 0.0]))
    np.testing.assert_array_equal(matrix_sign(np.zeros((2, 3))), np.zeros((2, 3)))
    np.testing.assert_array_equal(normalised_rows(np.array([[3.0, 4.0], [0, 0]])), [[0.6, 0.8], [0, 0]])


def test_only_matrices_are_orthogonalised_and_nothing_given_is_changed() -> None:
    layout = Layout(blocks("W", 2, 2), free("v", 2))
    w, g = np.arange(6.0), np.array([2.0, 0, 0, 3, 1, -1])
    method = Muon(0.5)
    moved, state = method.step(layout, w, Evaluation(np.zeros(()), g), method.init(layout, w))
    np.testing.assert_array_equal(moved, w - 0.5 * np.array([1, 0, 0, 1, 1, -1]))
    np.testing.assert_array_equal(state.momentum, g)
    np.testing.assert_array_equal(g, [2.0, 0, 0, 3, 1, -1])


def test_a_single_block_is_one_row() -> None:
    layout = Layout(blocks("u", 2), free("V", 1, 2))
    w, g = np.zeros(4), np.array([3.0, 4.0, 0.6, 0.8])
    method = Muon(1.0, normalise=True)
    moved, _ = method.step(layout, w, Evaluation(np.zeros(()), g), method.init(layout, w))
    np.testing.assert_allclose(moved, [-0.6, -0.8, -0.6, -0.8], rtol=4 * EPS)


def test_bad_input_is_named() -> None:
    with pytest.raises(ArgumentError, match="momentum is"):
        Muon(0.1, momentum=1.0)
    with pytest.raises(NotInArithmetic, match="floats only"):
        matrix_sign(to_rationals(np.eye(2)))
