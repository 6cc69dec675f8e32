"""Confidence intervals of means of bounded values."""

import numpy as np
import pytest

from psitheory.errors import ArgumentError
from psitheory.rates.confidence import mean_intervals


def test_skewed_means_are_covered_where_students_interval_misses_them():
    rng, hits, student = np.random.default_rng(0), 0, 0
    for _ in range(300):
        values = (rng.random((200, 1)) < 0.005).astype(float)  # most samples of 200 hold no more than two ones
        lower, upper = mean_intervals(values, 1.0, error=0.1)
        hits += lower[0] <= 0.005 <= upper[0]
        student += abs(values.mean() - 0.005) <= 1.65 * values.std(ddof=1) / np.sqrt(200)
    assert hits >= 270
    assert student < 240


def test_all_means_are_covered_at_once():
    rng, hits = np.random.default_rng(1), 0
    means = rng.uniform(0, 2, 50)
    for _ in range(200):
        lower, upper = mean_intervals(rng.uniform(0, 2 * means, (100, 50)), 4.0, error=0.1)
        hits += bool(np.all((lower <= means) & (means <= upper)))
    assert hits >= 180


def test_the_interval_shrinks_like_the_deviation():
    rng = np.random.default_rng(2)
    values = rng.uniform(0.4, 0.6, (100_000, 1))
    lower, upper = mean_intervals(values, 1.0, error=1e-6)
    assert upper - lower < 0.004  # twice √(2V·15/R) + 7·15/(3R), with V = 0.04/12


@pytest.mark.parametrize(
    ("values", "error", "sentence"),
    [
        (np.zeros((1, 3)), 0.1, r"values has the shape \(1, 3\)"),
        (np.full((2, 3), 2.0), 0.1, "values holds numbers outside"),
        (np.zeros((2, 3)), 0.0, "error is 0.0"),
    ],
)
def test_errors_are_one_sentence(values, error, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        mean_intervals(values, 1.0, error=error)
