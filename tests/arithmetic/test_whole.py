"""What a watched ball is taken for is what all of its points are, or it is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic.ball import Ball
from psitheory.errors import BranchUndecided

TAKEN: list[Callable[[Any], Any]] = [math.floor, math.ceil, math.trunc, round, lambda x: np.round(np.array([x]))[0]]
QUARTERS = st.integers(-(2**20), 2**20).map(lambda k: k / 4)


@pytest.mark.parametrize("taken", TAKEN)
@given(x=QUARTERS, eighths=st.integers(0, 5))
def test_whole_parts_are_those_of_all_points(taken: Callable[[Any], Any], x: float, eighths: int) -> None:
    radius = eighths / 8 and eighths / 8 - 1 / 16  # no end lies where they jump
    ball, low, high = Ball(x, radius), taken(x - radius), taken(x + radius)
    if low == high:
        assert taken(ball) == low
    else:
        with pytest.raises(BranchUndecided, match="^the whole part of .* is not decided"):
            taken(ball)


@given(x=QUARTERS, y=QUARTERS.filter(bool))
def test_exact_balls_divide_with_a_rest_as_fractions_do(x: float, y: float) -> None:
    times, left = divmod(Fraction(x), Fraction(y))
    for one, other in ((Ball(x), Ball(y)), (Ball(x), y), (x, Ball(y))):
        assert [*divmod(one, other)] == [one // other, one % other] == [times, float(left)]
    assert (np.array([Ball(x)]) % Ball(y))[0] == (Ball(x) % np.array([y]))[0] == float(left)


@given(k=st.integers(-100, 100), y=QUARTERS.filter(bool))
def test_about_a_whole_multiple_no_rest_is_decided(k: int, y: float) -> None:
    for divide in (lambda x, y: x // y, lambda x, y: x % y, divmod):
        with pytest.raises(BranchUndecided):
            divide(Ball(k * y, 2.0**-40), y)


@given(x=QUARTERS, digits=st.integers(-3, 4))
def test_numbers_are_rounded_to_digits(x: float, digits: int) -> None:
    found = round(Ball(x), digits)
    assert float(arb(found).mid()) == pytest.approx(float(round(Fraction(x), digits)))
    assert found.rad() < 2.0**-30
