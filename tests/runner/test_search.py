"""The search over inputs: what time and errors may not spoil."""

from __future__ import annotations

import time

import pytest
from hypothesis import strategies as st

from psitheory.errors import ArgumentError, UnknownName
from psitheory.runner.domain import Domain, inputs
from psitheory.runner.judge import Outcome
from psitheory.runner.search import search


def test_one_case_is_tried_however_long_its_data_take_to_load():
    def slow(_: object) -> st.SearchStrategy[int]:
        time.sleep(0.05)
        return st.integers()

    found = search(
        inputs({"x": Domain(floats=slow)}, "floats"),
        lambda _: Outcome("passed"),
        sought="failed",
        cases=50,
        seconds=0.01,
        seed=0,
    )
    assert len(found.outcomes) == 1


def test_an_input_that_is_not_drawn_yet_is_named():
    domains = {"w": Domain(floats=lambda drawn: st.just(drawn["model"])), "model": 1}
    with pytest.raises(UnknownName, match="^a domain refers to the input 'model'; drawn before it were none"):
        search(inputs(domains, "floats"), lambda _: Outcome("passed"), sought="failed", cases=1, seconds=1, seed=0)


def test_a_domain_that_raises_is_named():
    domains = {"w": st.integers().map(lambda _: [][0])}
    with pytest.raises(ArgumentError, match="^the domain of 'w' raised IndexError: list index out of range"):
        search(inputs(domains, "floats"), lambda _: Outcome("passed"), sought="failed", cases=1, seconds=1, seed=0)
