"""Counterfeits that the runner makes: 0.99 of the bound, to the digit and in every arithmetic; how cases are shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import strategies as st

from psitheory.checking import POWERS_OF_TWO, RATIONALS, Interval, Law, Observation, at_most, equal, law, vacuous
from psitheory.errors import ArgumentError
from psitheory.runner import made_counterfeits
from psitheory.runner.judging.judge import judge


def seen_by_the_counterfeit(observation: Observation) -> Any:
    def bounded(x: Any) -> Any:
        """Something."""
        return observation

    made: Law = law(tight=True, x=st.integers())(bounded)
    (counterfeit,) = made_counterfeits(made)
    assert counterfeit.name == "bounded_with_99_percent_of_the_bound"
    return counterfeit.function(x=0)


@pytest.mark.parametrize(
    ("bound", "less"),
    [
        (np.array([100.0, -100.0, 0.0]), [99.0, -101.0, 0.0]),
        (200.0, 198.0),
        (fmpq(1, 3), fmpq(33, 100)),
        (arb(100), arb(99)),
    ],
    ids=str,
)
def test_a_tight_bound_is_lessened_by_a_hundredth_of_its_size(bound: Any, less: Any) -> None:
    seen = seen_by_the_counterfeit(at_most(bound * 0, bound))
    assert np.all(seen.right == np.asarray(less))
    assert np.all(seen.left == bound * 0)
    assert seen.relation == "at most"


def test_both_ends_of_an_interval_are_lessened() -> None:
    seen = seen_by_the_counterfeit(at_most(0.0, Interval(100.0, 200.0)))
    assert (seen.right.lower, seen.right.upper) == (99.0, 198.0)


def test_what_is_vacuous_stays_and_an_equality_is_not_tight() -> None:
    nothing = vacuous("nothing moved")
    assert seen_by_the_counterfeit(nothing) is nothing
    with pytest.raises(ArgumentError, match="^law bounded is said to be tight, but claims an equality; only a bound"):
        seen_by_the_counterfeit(equal(1.0, 1.0))


def test_a_law_that_is_not_tight_has_none() -> None:
    def bounded(x: Any) -> Any:
        """Something."""
        return at_most(x, x)

    assert made_counterfeits(law(x=st.integers())(bounded)) == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (fmpq(1, 3), "1/3"),
        (fmpq(10**40 + 1, 3 * 10**40), "0.333333333333 (a ratio of 83 digits)"),
        (fmpq(10**39), "1" + "0" * 39),
        (fmpq(-1, 4), "-1/4"),
    ],
    ids=["short", "long", "forty digits", "negative"],
)
def test_ratios_are_shown_whole_while_they_are_short(value: Any, text: str) -> None:
    outcome = judge(RATIONALS, lambda x: equal(x, x), {"x": np.array([value], dtype=object)})
    assert (outcome.status, outcome.left, outcome.right) == ("passed", text, text)


@pytest.mark.parametrize("k", [10, 13, 15])
def test_sides_that_differ_late_are_shown_with_enough_digits(k: int) -> None:
    inputs = {"x": np.array([1.0]), "y": np.array([1.0 + 10.0**-k])}
    outcome = judge(POWERS_OF_TWO, lambda x, y: equal(x, y), inputs)
    assert outcome.status == "failed"
    assert outcome.left == "1"
    assert float(outcome.right) == pytest.approx(1 + 10.0**-k, abs=0, rel=2.0**-52)
    assert outcome.left != outcome.right
