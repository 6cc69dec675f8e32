"""Steps until the gradient is small."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.errors import ArgumentError
from psitheory.experiments import descend
from psitheory.experiments.arrival import steps_to_reach
from psitheory.models import Rayleigh
from psitheory.optimizers import GradientDescent, PSIGradientDescent

PLANE = Rayleigh(np.diag([0.0, 1.0, 2.5]))


@given(st.integers(0, 2**16), st.floats(1e-6, 1.0))
def test_the_first_time_is_that_of_the_run(seed, threshold):
    starts = np.random.default_rng(seed).normal(size=(4, 3))
    method = PSIGradientDescent(0.2)
    found = steps_to_reach(PLANE, method, starts, threshold, most_steps=60)
    squares = descend(PLANE, method, starts, 60, record=range(61)).squared_gradient
    for k in range(4):
        below = np.flatnonzero(squares[:, k] <= threshold)
        assert found[k] == (below[0] if len(below) else -1)


def test_each_run_may_have_its_own_threshold():
    starts = np.array([[1.0, 1.0, 1.0]] * 3)
    found = steps_to_reach(PLANE, PSIGradientDescent(0.2), starts, np.array([10.0, 1e-2, 1e-4]))
    assert found[0] == 0 < found[1] < found[2]


def test_a_broken_run_does_not_arrive():
    starts = np.array([[1.0, 1.0, 1.0], [1e-150, 1e-150, 1e-150]])
    found = steps_to_reach(PLANE, GradientDescent(1e200), starts, 1e-3, most_steps=20)
    assert (found == -1).all()


def test_one_start_gives_one_number():
    assert steps_to_reach(PLANE, PSIGradientDescent(0.2), np.array([1.0, 0.0, 0.0]), 1e-3) == 0


@pytest.mark.parametrize(
    ("threshold", "most", "sentence"), [(0.0, 5, "threshold is 0.0"), (1.0, -1, "most_steps is -1")]
)
def test_errors_are_one_sentence(threshold, most, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        steps_to_reach(PLANE, PSIGradientDescent(0.2), np.ones(3), threshold, most_steps=most)
