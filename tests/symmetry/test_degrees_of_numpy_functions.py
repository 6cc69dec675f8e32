"""The degree of every NumPy function that types know: over that power of the length it is invariant, over no other."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.symmetry.function import as_loss_function

W = np.random.default_rng(0).normal(size=(3, 4)) + 0.1
X = np.random.default_rng(1).normal(size=(4, 5))
FIXED = np.array([[1, 0, 2, 1], [0, 3, 1, 1], [2, 2, 1, 0]])

DEGREES = {
    "sum": (lambda w: np.sum(w), 1),
    "sum along an axis": (lambda w: np.sum(w, axis=1), 1),
    "sum that keeps its axis": (lambda w: np.sum(w, axis=0, keepdims=True), 1),
    "mean": (lambda w: np.mean(w, axis=0), 1),
    "max": (lambda w: np.max(w, axis=1), 1),
    "min": (lambda w: np.min(w, axis=1), 1),
    "std": (lambda w: np.std(w, axis=0), 1),
    "std of a sample": (lambda w: np.std(w, axis=0, ddof=1), 1),
    "var": (lambda w: np.var(w, axis=0), 2),
    "median": (lambda w: np.median(w, axis=0), 1),
    "prod": (lambda w: np.prod(w, axis=0), 3),
    "prod of all": (lambda w: np.prod(w[:2, :2]), 4),
    "norm": (lambda w: np.linalg.norm(w), 1),
    "norm of rows": (lambda w: np.linalg.norm(w, axis=1), 1),
    "norm by sums": (lambda w: np.linalg.norm(w, 1, axis=1), 1),
    "norm by squares": (lambda w: np.linalg.norm(w, 2, axis=1), 1),
    "largest entry": (lambda w: np.linalg.norm(w, np.inf, axis=1), 1),
    "Frobenius norm": (lambda w: np.linalg.norm(w, "fro"), 1),
    "square": (lambda w: np.square(w), 2),
    "power": (lambda w: w**3, 3),
    "half power": (lambda w: np.abs(w) ** 0.5, 0.5),
    "root": (lambda w: np.sqrt(np.abs(w)), 0.5),
    "reciprocal": (lambda w: np.reciprocal(w), -1),
    "product": (lambda w: w * w[::-1], 2),
    "quotient": (lambda w: w / (1 + 0 * FIXED), 1),
    "negative": (lambda w: -w, 1),
    "sign": (lambda w: np.sign(w), 0),
    "with weights": (lambda w: w @ X, 1),
    "with itself": (lambda w: w @ w.T, 2),
    "dot": (lambda w: np.dot(w[0], w[1]), 2),
    "dot with a number": (lambda w: np.dot(w, 3.0), 1),
    "inner": (lambda w: np.inner(w, w), 2),
    "outer": (lambda w: np.outer(w[0], w[1]), 2),
    "tensordot": (lambda w: np.tensordot(w, X, 1), 1),
    "tensordot of axes": (lambda w: np.tensordot(w, w, ([0], [0])), 2),
    "einsum": (lambda w: np.einsum("ij,jk->ik", w, X), 1),
    "einsum with kept axes": (lambda w: np.einsum("ij,ij->i", w, w), 2),
    "einsum that turns": (lambda w: np.einsum("ij,kj->ki", w, w), 2),
    "larger": (lambda w: np.maximum(w, 0), 1),
    "smaller of two": (lambda w: np.minimum(w, 2 * w[::-1]), 1),
    "clip": (lambda w: np.clip(w, 0, None), 1),
    "chosen": (lambda w: np.where(w > 0, w, 2 * w), 1),
    "joined": (lambda w: np.concatenate([w, w * 2], axis=1), 1),
    "stacked": (lambda w: np.stack([w, w + w]), 1),
    "in columns": (lambda w: np.column_stack([w[:, 0], w[:, 1]]), 1),
    "transposed": (lambda w: np.transpose(w), 1),
    "reshaped": (lambda w: np.reshape(w, (4, 3)), 1),
    "repeated": (lambda w: np.repeat(w, 2, axis=0), 1),
    "diagonal": (lambda w: np.diagonal(w), 1),
    "rolled": (lambda w: np.roll(w, 1, axis=0), 1),
    "taken": (lambda w: np.take(w, [0, 2], axis=1), 1),
    "differences": (lambda w: w - w.mean(axis=1, keepdims=True), 1),
}


def dimension(function, degree):
    f = as_loss_function(lambda w: np.sum(np.cos(function(w) * np.linalg.norm(w) ** -degree)), W)
    assert f.types is not None, f.notes
    return f.types({}).exact.dimension


@pytest.mark.parametrize("name", DEGREES)
def test_a_function_is_invariant_over_its_power_of_the_length_and_over_no_other(name):
    function, degree = DEGREES[name]
    for c in (2.0, 0.25):  # that the table is right
        np.testing.assert_allclose(function(c * W), c**degree * function(W), rtol=1e-12)
    assert dimension(function, degree) == 1
    assert dimension(function, degree + 1) == 0
    assert dimension(function, degree - 0.5) == 0
