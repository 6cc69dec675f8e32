"""A ball that straddles a boundary, fed to every function that branches: the hull or None, never one branch.

A ball that holds zero answers False both to x > 0 and to x <= 0, so an ordinary comparison decides wrongly
and rigorously.  Each test draws balls, some of which straddle, and a point inside each; what the function
makes of the ball must hold what exact arithmetic makes of the point.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import example, given
from hypothesis import strategies as st

from psitheory.arithmetic import BALLS, norm, rescaled, sinc
from psitheory.errors import ArgumentError, Undecided
from psitheory.geometry import PSIQuotient
from psitheory.geometry.sphere import log
from psitheory.layout import Layout
from psitheory.models.layers.activations import NAMES, activation

STRADDLING = arb(0, 1)
"""The ball [-1, 1]."""


class Enclosed:
    """A ball with integer end points over 8, and a rational point inside it."""

    def __init__(self, low: int, width: int, part: int) -> None:
        self.point = Fraction(low, 8) + Fraction(width * part, 64)
        middle, radius = Fraction(2 * low + width, 16), Fraction(width, 16)
        self.ball = arb(float(middle), float(radius))

    def __repr__(self) -> str:
        return f"{self.point} in {self.ball}"


enclosed = st.builds(Enclosed, st.integers(-24, 24), st.integers(0, 24), st.integers(0, 8))


def contains(ball: Any, point: Fraction) -> bool:
    return bool(BALLS.element(ball).contains(arb(fmpq(point.numerator, point.denominator))))


def column(*items: Any) -> Any:
    out = np.empty(len(items), dtype=object)
    out[:] = items
    return out


# -- comparisons --------------------------------------------------------------------------------


@given(enclosed, enclosed)
def test_a_comparison_agrees_with_every_point_or_is_none(x: Enclosed, y: Enclosed) -> None:
    greater, less = BALLS.greater(x.ball, y.ball), BALLS.less(x.ball, y.ball)
    assert greater in (None, x.point > y.point)
    assert less in (None, x.point < y.point)


def test_a_straddling_ball_is_neither_positive_nor_not() -> None:
    assert not STRADDLING > 0
    assert not STRADDLING <= 0  # this is the trap: both are False
    assert BALLS.greater(STRADDLING, 0) is None
    assert BALLS.less(STRADDLING, 0) is None
    assert BALLS.is_zero(STRADDLING) is None


def test_comparisons_that_all_points_agree_on_are_decided() -> None:
    assert BALLS.greater(arb(2, 1), arb(0)) is True
    assert BALLS.greater(arb(0), arb(2, 1)) is False
    assert BALLS.greater(arb(1), arb(1)) is False
    assert BALLS.is_zero(arb(0)) is True
    assert BALLS.is_zero(arb(2, 1)) is False


@pytest.mark.parametrize("bad", [arb("nan"), arb("0 +/- inf")])
def test_a_ball_that_knows_nothing_decides_nothing(bad: Any) -> None:
    assert BALLS.greater(bad, 0) is None
    assert BALLS.less(bad, 0) is None
    assert BALLS.is_zero(bad) is not True


# -- choices ------------------------------------------------------------------------------------

PAIRWISE: dict[str, tuple[Callable[..., Any], Callable[..., Fraction]]] = {
    "maximum": (BALLS.maximum, max),
    "minimum": (BALLS.minimum, min),
    "max": (lambda x, y: BALLS.max(column(x, y)), max),
    "min": (lambda x, y: BALLS.min(column(x, y)), min),
    "where": (
        lambda x, y: BALLS.where(BALLS.greater(x, y), x - y, 3 * y),
        lambda x, y: x - y if x > y else 3 * y,
    ),
    "where less": (lambda x, y: BALLS.where(BALLS.less(x, y), x, -y), lambda x, y: x if x < y else -y),
    "clip": (lambda x, y: BALLS.clip(x, arb(-1), y), lambda x, y: min(max(x, Fraction(-1)), y)),
    "clip below": (lambda x, y: BALLS.clip(x, lower=y), max),
    "clip above": (lambda x, y: BALLS.clip(x, upper=y), min),
    "abs": (lambda x, _: BALLS.abs(x), lambda x, _: abs(x)),
    "sign": (lambda x, _: BALLS.sign(x), lambda x, _: Fraction((x > 0) - (x < 0))),
}


@pytest.mark.parametrize("name", PAIRWISE)
@given(enclosed, enclosed)
@example(Enclosed(-8, 16, 1), Enclosed(0, 0, 0))
@example(Enclosed(-8, 16, 7), Enclosed(0, 0, 0))
def test_a_choice_holds_what_each_point_would_choose(name: str, x: Enclosed, y: Enclosed) -> None:
    in_balls, in_points = PAIRWISE[name]
    assert contains(in_balls(x.ball, y.ball), in_points(x.point, y.point))


def test_where_returns_the_hull_of_both_branches() -> None:
    hull = BALLS.where(column(None, True, False), column(1, 1, 1), column(arb(5), arb(5), arb(5)))
    assert hull[0].contains(1)
    assert hull[0].contains(5)
    assert (hull[1], hull[2]) == (1, 5)


@pytest.mark.parametrize("name", NAMES)
@given(enclosed)
@example(Enclosed(-8, 16, 0))
@example(Enclosed(-8, 16, 8))
def test_an_activation_of_a_ball_holds_that_of_each_point(name: str, x: Enclosed) -> None:
    function = activation(name)
    point = column(arb(fmpq(x.point.numerator, x.point.denominator)))
    for of in (function.value, function.slope, function.curvature):
        at_point, at_ball = of(point)[0], of(column(x.ball))[0]
        assert BALLS.element(at_ball).overlaps(BALLS.element(at_point))


def test_relu_of_a_straddling_ball_keeps_both_branches() -> None:
    value, slope = (f(column(STRADDLING))[0] for f in (activation("relu").value, activation("relu").slope))
    assert all(value.contains(x) for x in (0, 1))
    assert all(slope.contains(x) for x in (0, 1))


# -- removable singularities and roots ------------------------------------------------------------


@given(enclosed)
@example(Enclosed(-8, 16, 4))
def test_sinc_of_a_ball_holds_that_of_each_point(x: Enclosed) -> None:
    exact = arb(1) if x.point == 0 else arb(fmpq(x.point.numerator, x.point.denominator)).sinc()
    assert sinc(column(x.ball))[0].overlaps(exact)
    assert sinc(column(x.ball))[0].is_finite()


@given(st.lists(enclosed, min_size=1, max_size=3))
@example([Enclosed(-8, 16, 4)])
@example([Enclosed(-8, 16, 4), Enclosed(-1, 2, 4)])
def test_a_norm_of_balls_is_finite_and_holds_that_of_each_point(rows: list[Enclosed]) -> None:
    of_balls = norm(column(*(x.ball for x in rows)))
    square = sum(x.point * x.point for x in rows)
    assert of_balls.is_finite()
    assert of_balls.overlaps(arb(fmpq(square.numerator, square.denominator)).sqrt())


def test_balls_are_never_rescaled_by_a_guess_at_their_size() -> None:
    x = column(arb(0, 1e-200), arb("1e400"))
    y, s = rescaled(x)
    assert s == 1
    assert y is x


def test_the_logarithm_at_a_ball_around_its_own_point_is_undecided_or_holds_zero() -> None:
    u = column(arb(1), arb(0, 1e-9))
    found = log(u, column(arb(1), arb(0)))
    assert all(not x.is_finite() or x.contains(0) for x in found)


# -- decisions of larger functions ----------------------------------------------------------------


def test_one_class_or_two_is_undecided_while_enclosures_overlap() -> None:
    psi = PSIQuotient(Layout.of([2]))
    w = column(arb(1), arb(0, 1e-9))
    with pytest.raises(Undecided, match="overlap"):
        psi.same_class(w, column(arb(2), arb(0)))
    assert psi.same_class(w, column(arb(0), arb(1))) is False
    exact = column(arb(1), arb(3))
    assert psi.same_class(exact, 2 * exact) is True


def test_a_block_that_may_be_zero_is_not_called_zero() -> None:
    layout = Layout.of([2])
    straddling = column(STRADDLING, arb(0))
    assert layout.check(straddling) is straddling
    with pytest.raises(ArgumentError, match="w is zero in w1"):
        layout.check(column(arb(0), arb(0)))


def test_a_scale_that_may_be_positive_passes_and_one_that_cannot_does_not() -> None:
    layout = Layout.of([2])
    assert layout.check_scales(column(STRADDLING))[0] is STRADDLING
    with pytest.raises(ArgumentError, match="a holds a scale that is not positive"):
        layout.check_scales(column(arb(-2, 1)))
