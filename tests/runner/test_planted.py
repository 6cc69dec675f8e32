"""Planted errors: what sees a relative error of 2^-20, what is too blind for it, and where none can be planted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.arithmetic import to_rationals
from psitheory.checking import BALLS, CONTROLS, FLOATS, POWERS_OF_TWO, RATIONALS, Interval, Verdict, at_most, equal, law
from psitheory.runner import check_law
from psitheory.runner.counterfeits.planted import BITS, Kept, smallest_seen, with_error
from psitheory.runner.judging.outcome import Outcome

NUMBERS = st.integers(-1000, 1000).map(lambda k: k / 8)
ARITHMETICS = (RATIONALS, POWERS_OF_TWO, BALLS, FLOATS, CONTROLS)


def twice(x: Any) -> Any:
    return equal(2 * x, x + x)


def cases(kind: str, x: Any) -> list[dict[str, Any]]:
    return [{"x": to_rationals(x) if kind == RATIONALS else x}]


@pytest.mark.parametrize("kind", ARITHMETICS)
@settings(max_examples=15)
@given(x=st.lists(NUMBERS, min_size=1, max_size=4).map(np.array), seed=st.integers(0, 9))
def test_an_identity_sees_the_planted_error_in_every_arithmetic(kind: str, x: Any, seed: int) -> None:
    assert smallest_seen(kind, twice, cases(kind, x), seed) == 20
    finest = smallest_seen(kind, twice, cases(kind, x), seed, finer=True)
    assert finest is not None
    assert finest >= 36  # floats are judged to 16 ulp, 2^-48


@given(x=st.lists(NUMBERS, min_size=1, max_size=5).map(np.array), seed=st.integers(0, 99), bits=st.sampled_from(BITS))
def test_one_entry_of_the_right_side_is_wrong_by_that_share_of_the_mean_size(x: Any, seed: int, bits: int) -> None:
    seen = with_error(lambda x: equal(x, x), bits, seed)(x=to_rationals(x))
    if not seen.moved:
        return
    apart = [abs(a - b) for a, b in zip(seen.left, seen.right, strict=True)]
    share = sum(map(abs, to_rationals(x)), start=fmpq(0)) / len(x) or fmpq(1)
    assert sorted(apart)[:-1] == [0] * (len(x) - 1)
    assert apart[seed % len(x)] == share / 2**bits


def test_what_should_vanish_is_planted_an_error_of_its_own() -> None:
    assert smallest_seen(RATIONALS, lambda x: equal(x - x, 0), cases(RATIONALS, np.ones(2)), 0) == 20
    assert smallest_seen(FLOATS, lambda x: equal(x - x, 0), cases(FLOATS, np.ones(2)), 0) == 20


def unstable(x: Any, steps: int) -> Any:
    """Return where x is after some steps that double it modulo 1: an error doubles with it."""
    for _ in range(steps):
        x = 2 * x - np.floor(2 * x)
    return x


def test_a_check_that_allows_much_is_blind() -> None:
    @law(x=st.sampled_from([np.array([1 / 3]), np.array([3 / 7, 2 / 7])]), on=(CONTROLS,))
    def a_run_is_itself(x: Any) -> Any:
        """A run whose rounding errors grow to 2^-22, ten times which are allowed."""
        return equal(1 + unstable(x, 32), 1 + unstable(x, 32))

    @a_run_is_itself.counterfeit
    def a_run_is_its_double(x: Any) -> Any:
        """It is twice as much."""
        return equal(1 + unstable(x, 32), 2 + 2 * unstable(x, 32))

    report = check_law(a_run_is_itself)
    assert [(e.verdict, e.sees) for e in report.evidence] == [(Verdict.HOLDS, 0)]
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.note.startswith("the check is blind")


def test_one_arithmetic_that_sees_is_enough() -> None:
    @law(x=st.floats(0.5, 1), on=(CONTROLS, FLOATS))
    def a_sum_is_a_sum(x: Any) -> Any:
        """The order of summands does not matter."""
        return equal(x + 1, 1 + x)

    @a_sum_is_a_sum.counterfeit
    def a_sum_is_a_product(x: Any) -> Any:
        """Sums are products."""
        return equal(x + 1, 1 * x)

    report = check_law(a_sum_is_a_sum, effort="standard")
    assert report.verdict is Verdict.HOLDS
    assert {e.kind: e.sees for e in report.evidence} == {CONTROLS: 44, FLOATS: 44}


def test_nothing_is_planted_in_inequalities_and_between_intervals() -> None:
    for claimed in (lambda x: at_most(x, x), lambda x: equal(Interval(x, x), Interval(x, x))):
        assert smallest_seen(FLOATS, claimed, [{"x": 1.0}], 0) is None
    assert smallest_seen(FLOATS, twice, [], 0) is None


def test_an_error_that_the_floats_cannot_carry_is_not_planted() -> None:
    assert smallest_seen(FLOATS, twice, [{"x": np.float16([1, 2])}], 0) is None


def test_inputs_of_passing_equalities_are_kept_ever_more_rarely() -> None:
    kept = Kept(lambda x: Outcome("vacuous" if x["k"] % 2 else "passed"))
    for k in range(40):
        kept({"k": k})
    assert [case["k"] for case in kept.inputs] == [0, 2, 6, 14, 30]  # the 1st, 2nd, 4th, 8th and 16th that passed
    inequality = Kept(lambda _: Outcome("passed", relation="at most"))
    inequality({})
    assert inequality.inputs == []
