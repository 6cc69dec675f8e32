"""What nodes are called: by a law's variables, and by the functions of the library that they were computed in."""

import sys

import numpy as np
import pytest

from psitheory.arithmetic import dot
from psitheory.arithmetic.formal import Sort, Space
from psitheory.layout import Layout
from psitheory.runner.code.called import called


@pytest.fixture
def space():
    return Space(whole=True)


@pytest.fixture
def w(space):
    return np.array([space.vector(f"w_{i}", Sort(f"[{i}]", i, 1)) for i in (1, 2)], dtype=object)


def law(w):
    halves = w / 2
    return Layout.of([1, 1]).dots(halves, halves)


def names_of(space, function, *args):
    with called(space) as names:
        out = function(*args)
    return [list(names.get(x.node, ())) for x in np.ravel(out)]


def test_a_number_is_called_as_the_function_that_computed_it_and_as_the_law_that_returns_it(space, w):
    assert names_of(space, law, w) == [["dots_1", "law_1"], ["dots_2", "law_2"]]


def test_a_variable_of_a_law_comes_after_the_function_that_computed_it(space, w):
    def longer(w):
        longer_lengths = Layout.of([1, 1]).dots(w, w)
        return longer_lengths + 1 - 1, longer_lengths

    assert names_of(space, lambda: longer(w)[1])[0][-1] == "longer_lengths_1"


def test_what_was_there_before_a_call_does_not_take_its_name(space, w):
    def again(x):
        return x

    before = dot(w[:1], w[:1])
    assert names_of(space, again, before) == [["x"]]


def test_a_profile_that_ran_before_runs_after(space, w):
    seen = []

    def profile(frame, event, argument):
        seen.append(event)

    sys.setprofile(profile)
    try:
        with pytest.raises(ZeroDivisionError), called(space):
            law(w / 0)
        assert sys.getprofile() is profile
    finally:
        sys.setprofile(None)
