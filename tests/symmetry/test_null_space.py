"""Null spaces and their sparse bases of integers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.symmetry.null_space import null_space, sparse_basis

seeds = st.integers(0, 2**32 - 1)


def trades(rng, neurons, width):
    """Return the generators of ReLU neurons: in-weights and bias of each up, its out-weight down."""
    size = neurons * (width + 2)
    out = np.zeros((neurons, size))
    for i in range(neurons):
        out[i, i * width : (i + 1) * width] = 1
        out[i, neurons * width + i] = 1
        out[i, neurons * (width + 1) + i] = -1
    return out


def rows_that_annihilate(generators, rng, count):
    q, _ = np.linalg.qr(generators.T)
    rows = rng.normal(size=(count, generators.shape[1]))
    rows -= rows @ q @ q.T
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@given(seeds, st.integers(1, 5), st.integers(1, 4))
def test_planted_generators_come_back_as_they_were(seed, neurons, width):
    rng = np.random.default_rng(seed)
    planted = trades(rng, neurons, width)
    n = planted.shape[1]
    space = null_space(rows_that_annihilate(planted, rng, n + 5), 1e-15)
    assert space.rank == n - neurons
    assert space.gap > 1e6 or space.rank == 0
    np.testing.assert_array_equal(sparse_basis(space.basis, 1e-13), planted)


@given(seeds, st.integers(1, 10), st.integers(1, 10))
def test_few_rows_leave_what_they_do_not_see(seed, count, n):
    rows = np.random.default_rng(seed).normal(size=(count, n))
    assert len(null_space(rows, 1e-15).basis) == max(n - count, 0)


def test_no_rows_annihilate_everything():
    space = null_space(np.zeros((0, 3)), 0.0)
    np.testing.assert_array_equal(sparse_basis(space.basis, 0.0), np.eye(3))
    assert space.gap == float("inf")


@given(seeds)
@settings(max_examples=25)
def test_a_weak_row_counts_and_noise_does_not(seed):
    rng = np.random.default_rng(seed)
    rows = rows_that_annihilate(np.array([[1.0, -1, 0, 0, 0]]), rng, 12)
    noise = 1e-9
    assert len(null_space(rows + noise * rng.normal(size=rows.shape) / np.sqrt(5), noise).basis) == 1
    weak = np.concatenate([rows, 1e-4 * np.ones((1, 5)) * [1, 0, 0, 0, 0]])
    assert len(null_space(weak, noise).basis) == 0


@pytest.mark.parametrize(
    ("generators", "why"),
    [
        ([[2, -1, 0, 0], [0, 0, 1, 3]], "exponents other than one"),
        ([[1, 1, -1, 0, 0, 0], [0, 0, 1, 1, -1, 0]], "an entry that two generators share"),
        ([[1, -2, 0], [0, 0, 1]], "an entry without effect"),
    ],
)
def test_integers_are_found(generators, why):
    planted = np.array(generators, dtype=float)
    q, _ = np.linalg.qr(planted.T)
    found = sparse_basis(q.T, 1e-14)
    assert np.array_equal(found, np.round(found)), why
    assert np.linalg.matrix_rank(np.concatenate([found, planted])) == len(planted)
    assert np.count_nonzero(found) <= np.count_nonzero(planted)
