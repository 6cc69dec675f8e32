"""Equalities on balls: what is not refuted is confined, relative to the size of the sides."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import precision
from psitheory.checking import BALLS, FLOATS, at_most, equal
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.runner.judging.guard import guarded
from psitheory.runner.judging.in_balls import AS_WIDE, INFINITE, INFINITE_SIDE, _decide_balls, enclosed


@given(size=st.integers(-200, 200), bits=st.integers(2, 120).filter(lambda k: abs(k - 64) > 2))
def test_a_difference_is_confined_relative_to_the_size_of_the_sides(size: int, bits: int) -> None:
    exact = arb(2) ** size
    ball = exact + exact * arb(0, 2.0**-bits)
    for seen, sides in ((equal(exact, ball), (exact, ball)), (at_most(ball, exact), (ball, exact))):
        left, right = ([side] for side in sides)
        outcome = _decide_balls(seen, left, right, exact.upper)
        assert outcome.status == ("passed" if bits > 64 else "undecided")
        assert bits > 64 or outcome.note in [f"the sides overlap, confined to 2^-{k} only" for k in (bits - 1, bits)]


def test_sides_that_are_apart_are_told_apart_at_any_precision() -> None:
    def status(seen: Any, left: list[Any], right: list[Any]) -> str:
        return _decide_balls(seen, np.array(left), np.array(right), lambda: 1.0).status

    with precision(512):
        one, more = arb(1), arb(1) + arb(2) ** -300
        assert status(equal(one, more), [one, one], [one, more]) == "failed"
        assert status(at_most(more, one), [one, more], [one, one]) == "failed"
        assert status(at_most(one, more), [one, one], [one, more]) == "passed"
        assert status(equal(one, one), [one], [one]) == "passed"


@pytest.mark.parametrize("seen", [equal(1, 1), at_most(1, 1)])
@pytest.mark.parametrize("wide", [arb(1, math.inf), arb("nan"), arb(10**40).exp()])
def test_what_has_grown_without_bound_decides_nothing(seen: Any, wide: arb) -> None:
    outcome = _decide_balls(seen, [wide], [arb(1)], lambda: 1.0)
    assert (outcome.status, outcome.note) == ("undecided", INFINITE)


INFINITY = arb("inf")


@pytest.mark.parametrize(
    ("left", "right", "is_equal", "is_at_most"),
    [
        (INFINITY, arb(1), "failed", "failed"),
        (arb(1), INFINITY, "failed", "vacuous"),
        (-INFINITY, arb(1), "failed", "vacuous"),
        (INFINITY, INFINITY, "vacuous", "vacuous"),
        (INFINITY, -INFINITY, "failed", "failed"),
        (INFINITY + arb(1, 0.5), arb(1), "failed", "failed"),
    ],
)
def test_infinity_is_larger_than_all_numbers_and_no_bound(
    left: arb, right: arb, is_equal: str, is_at_most: str
) -> None:
    for seen, status in ((equal(1, 1), is_equal), (at_most(1, 1), is_at_most)):
        beside = np.array([arb(1), left]), np.array([arb(1), right])
        assert _decide_balls(seen, *beside, lambda: 1.0).status == status


@pytest.mark.parametrize("kind", [BALLS, FLOATS])
def test_blocks_of_one_entry_are_infinitely_far_apart_if_their_signs_differ(kind: str) -> None:
    psi = PSIQuotient(Layout.of([1, 2]))
    inputs = {"w": np.array([1.0, 0.5, 0.25]), "z": np.array([-2.0, 1.0, 3.0])}

    def judged(law: Any) -> Any:
        return guarded(kind, law)(inputs)

    assert judged(lambda w, z: equal(psi.dist(w, z), psi.dist(z, w))).note == INFINITE_SIDE
    far = judged(lambda w, z: at_most(psi.dist(w, z), 10))
    assert (far.status, far.left) == ("failed", "inf")


def rests_on_thirty_digits(bound: float) -> Any:
    """Claim of a number that is zero, and known to 1e-30 in balls, that it is no larger than a bound."""
    return lambda x: at_most(x - x + (arb(0, 1e-30) if isinstance(x, arb) else 0.0), bound)


def test_what_no_precision_narrows_is_left_to_floats() -> None:
    outcome = enclosed(rests_on_thirty_digits(1e-31), {"x": 1.0})
    assert outcome.status == "undecided"
    assert outcome.note.startswith(AS_WIDE)
    assert guarded(BALLS, rests_on_thirty_digits(1e-31))({"x": 1.0}).status == "vacuous"  # as floats find it true
    assert guarded(BALLS, rests_on_thirty_digits(1e-29))({"x": 1.0}).status == "passed"
    assert guarded(BALLS, rests_on_thirty_digits(-1e-29))({"x": 1.0}).status == "failed"
