"""Real data by name."""

import numpy as np
import pytest

from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName
from psitheory.models.datasets import NAMES, dataset


def test_digits_lie_between_zero_and_one():
    inputs, labels = dataset("digits")
    assert inputs.shape == (1797, 64)
    assert inputs.min() == 0
    assert inputs.max() == 1
    assert set(labels) == set(range(10))


def test_wine_is_standardised():
    inputs, labels = dataset("wine")
    assert inputs.shape == (178, 13)
    np.testing.assert_allclose(inputs.mean(0), 0, atol=178 * np.finfo(float).eps)
    np.testing.assert_allclose(inputs.std(0), 1, rtol=178 * np.finfo(float).eps)
    assert set(labels) == {0, 1, 2}


@pytest.mark.parametrize("name", NAMES)
def test_a_seeded_subset_is_the_same_every_time_and_repeats_no_row(name):
    inputs, labels = dataset(name, rows=50, rng=np.random.default_rng(3))
    again, labels_again = dataset(name, rows=50, rng=np.random.default_rng(3))
    other, _ = dataset(name, rows=50, rng=np.random.default_rng(4))
    np.testing.assert_array_equal(inputs, again)
    np.testing.assert_array_equal(labels, labels_again)
    assert not np.array_equal(inputs, other)
    everything, all_labels = dataset(name)
    pairs = {(*row, label) for row, label in zip(everything, all_labels, strict=True)}
    drawn = {(*row, label) for row, label in zip(inputs, labels, strict=True)}
    assert len(drawn) == 50
    assert drawn <= pairs


def test_bad_input_is_named():
    with pytest.raises(UnknownName, match="data set is 'iris'; one of digits, wine"):
        dataset("iris")
    with pytest.raises(ArgumentError, match="rows is 179; an integer from 1 to the 178 of wine"):
        dataset("wine", rows=179, rng=np.random.default_rng(0))
    with pytest.raises(ArgumentTypeError, match="rng is None"):
        dataset("wine", rows=10)
