"""Balls that watch: powers about zero."""

from __future__ import annotations

from fractions import Fraction

from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic.ball import Ball

CENTRES = st.just(0.0) | st.floats(-4, 4)
RADII = st.just(0.0) | st.floats(1e-30, 4)


@given(CENTRES, RADII, st.integers(1, 9), st.fractions(-1, 1))
def test_whole_powers_are_finite_and_enclose_those_of_each_point(
    centre: float, radius: float, n: int, place: Fraction
) -> None:
    power = Ball(centre, radius) ** n
    point = (Fraction(centre) + place * Fraction(radius)) ** n
    assert type(power) is Ball
    assert power.is_finite()
    assert power.overlaps(arb(fmpq(point.numerator, point.denominator)))


@given(st.floats(1e-30, 4), st.integers(1, 9))
def test_powers_about_zero_are_no_wider_than_they_must_be(radius: float, n: int) -> None:
    power = Ball(0, radius) ** n
    assert power.abs_upper() <= arb(radius) ** n * (1 + arb(2) ** -20)
    if n % 2 == 0:
        assert power.lower() >= -power.abs_upper() * arb(2) ** -20
