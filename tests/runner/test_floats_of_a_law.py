"""Floats that a law makes or names by itself: they pass for exact nowhere, and what they blur refutes nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import nullcontext, suppress
from decimal import Decimal
from fractions import Fraction
from math import exp
from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import BALLS as OF_BALLS
from psitheory.arithmetic import blurred_inputs, to_floats, to_rationals
from psitheory.arithmetic.ball import Ball, BlurredBall
from psitheory.arithmetic.rounded import blurred, is_rounded
from psitheory.checking import BALLS, CONTROLS, FLOATS, RATIONALS, SYMBOLS, at_most, equal
from psitheory.errors import ArgumentTypeError, MadeAFloat, Undefined, WrongClass
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.runner.judging.branches import names_floats
from psitheory.runner.judging.guard import CannotRun, guarded
from psitheory.runner.judging.judge import judge
from psitheory.runner.judging.math_of_balls import _OF_BALLS, FloatOrBall, functions_take_balls

PLANE = PSIQuotient(Layout.of([2]))

ONE = ("sqrt", "exp", "expm1", "log1p", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh")
ONE += ("atanh", "gamma", "lgamma", "erf", "erfc", "log", "log2", "log10", "fabs")


@pytest.mark.parametrize("name", ONE)
@given(x=st.floats(0.01, 0.99))
def test_functions_of_math_enclose_what_they_give_for_floats(name: str, x: float) -> None:
    expected = getattr(math, name)(x)
    with functions_take_balls(()):
        found = getattr(math, name)(Ball(x))
        assert getattr(math, name)(x) == expected
    assert type(found) is Ball
    assert to_floats(found) == pytest.approx(expected, rel=1e-12)


@given(x=st.floats(0.1, 9), y=st.floats(0.1, 9))
def test_functions_of_two_numbers_take_a_ball_among_them(x: float, y: float) -> None:
    for name in ("atan2", "pow", "hypot"):
        with functions_take_balls(()):
            both = getattr(math, name)(Ball(x), y), getattr(math, name)(x, Ball(y))
        assert [to_floats(z) for z in both] == pytest.approx([getattr(math, name)(x, y)] * 2, rel=1e-12)
    with functions_take_balls(()):
        assert to_floats(math.log(Ball(x), 3)) == pytest.approx(math.log(x) / math.log(3), rel=1e-9, abs=1e-12)
        assert to_floats(math.fsum([Ball(x), y])) == pytest.approx(x + y)
        assert to_floats(math.acosh(Ball(1 + x))) == pytest.approx(math.acosh(1 + x), rel=1e-9)


def test_math_is_as_it_was_after_whatever_happens_inside() -> None:
    def imported(x: Any) -> Any:
        return exp(x)

    before = {name: getattr(math, name) for name in _OF_BALLS}
    with suppress(ZeroDivisionError), functions_take_balls((imported,)):
        assert type(imported(Ball(1))) is Ball
        raise ZeroDivisionError
    assert {name: getattr(math, name) for name in _OF_BALLS} == before
    with pytest.raises(MadeAFloat):
        imported(Ball(1))


def test_inside_a_law_a_ball_is_its_own_float_and_floats_stay_what_they_are() -> None:
    def law(x: Any) -> Any:
        return float(x), isinstance(x, float), isinstance(1.5, float), np.array([1, x], dtype=float)[1], float("1.5")

    x = Ball(1) / 3
    with functions_take_balls((law,)):
        assert law(x) == (x, False, True, x, 1.5)
        assert issubclass(np.float64, FloatOrBall)
        with pytest.raises(MadeAFloat):
            FloatOrBall(repr(x))
    with pytest.raises(MadeAFloat):
        law(x)
    assert "float" not in globals()


def by_math(x: Any) -> Any:
    return equal(math.sqrt(x * x), x * (1 + 0 * x))


def by_float(x: Any) -> Any:
    return equal(float(x) * 3 / 3, x)


def by_numpy(x: Any) -> Any:
    return equal(np.float64(x) * 3 / 3, x)


@pytest.mark.parametrize(("function", "balls"), [(by_math, True), (by_float, True), (by_numpy, False)])
def test_a_float_that_is_made_of_an_input_is_no_exact_number(function: Callable[..., Any], balls: bool) -> None:
    with pytest.raises(CannotRun, match="a float was made"):
        guarded(RATIONALS, function)({"x": to_rationals(Fraction(1, 3))})
    if balls:
        assert guarded(BALLS, function)({"x": 0.7}).status == "passed"
    else:
        with pytest.raises(CannotRun, match="a float was made"):
            guarded(BALLS, function)({"x": 0.7})
    assert guarded(FLOATS, function)({"x": 0.7}).status == "passed"


@pytest.mark.parametrize("kind", [RATIONALS, BALLS])
@pytest.mark.parametrize(
    "law", [lambda n: equal(n / 10 + n / 5, 3 * n / 10), lambda n: at_most(n / 10 + n / 5, 3 * n / 10)]
)
def test_what_fails_by_the_rounding_of_whole_numbers_cannot_run_where_numbers_are_exact(kind: str, law: Any) -> None:
    with pytest.raises(CannotRun, match="to its last place only"):
        guarded(kind, law)({"n": 1})
    assert guarded(FLOATS, law)({"n": 1}).status == "passed"


@pytest.mark.parametrize("kind", [RATIONALS, BALLS, FLOATS])
@pytest.mark.parametrize(
    "law", [lambda n: equal(n / 10 + n / 5, 3.0001 * n / 10), lambda n: at_most(n / 10 + n / 5, 2.9999 * n / 10)]
)
def test_what_fails_by_more_is_refuted_everywhere(kind: str, law: Any) -> None:
    assert guarded(kind, law)({"n": 1}).status == "failed"


def test_a_ratio_that_is_equal_to_a_float_refutes_nothing_by_being_of_another_kind() -> None:
    half = {"x": to_rationals(Fraction(1, 2))}
    with pytest.raises(CannotRun, match="compared with a ratio"):
        guarded(RATIONALS, lambda x: equal(x if x == 0.5 else 0, x))(half)
    assert guarded(RATIONALS, lambda x: equal(x if x == 0.5 else 0, 3 * x))(half).status == "failed"
    assert guarded(RATIONALS, lambda x: equal(2 * x if x == 0.25 else x, x))(half).status == "passed"


def test_a_short_float_is_meant_as_it_stands() -> None:
    assert not any(map(is_rounded, (0.0, 0.5, -0.75, 3.0, 1e300 * 0, 2.0**-900, math.inf, math.nan, 7, "x")))
    assert all(map(is_rounded, (0.1, 1 / 3, -math.pi, math.sqrt(2), np.float64(0.3))))
    assert blurred(0.1).contains(Ball(1) / 10)
    assert blurred(0.5) == 0.5
    assert guarded(BALLS, lambda x: equal(0.5 * x + 0.5 * x, x + x / 2**60))({"x": 1.0}).status == "failed"


def test_a_blurred_ball_takes_floats_for_what_they_were_rounded_from() -> None:
    x = blurred_inputs(2.0)
    for found in (x + 0.1, 0.1 + x, x - 0.1, x * 0.1, x / 0.1, x**0.1, -x, BlurredBall.atan2(x, x)):
        assert type(found) is BlurredBall
    assert (x * 0.1).overlaps(arb(1) / 5)
    assert not Ball.__mul__(x, 3).overlaps(arb(7))


# -- rounding that controls do not see ----------------------------------------------------------------


def test_controls_see_what_cancels_and_what_does_not() -> None:
    def shifted(x: Any, by: Any) -> Any:
        return equal(np.var(x + 1000), np.var(x) * (1 + by))

    x = np.random.default_rng(0).normal(size=4)
    assert judge(CONTROLS, shifted, {"x": x, "by": 0}).status == "passed"
    assert judge(CONTROLS, shifted, {"x": x, "by": 1e-6}).status == "failed"


def test_sides_that_a_few_ulps_change_decide_nothing() -> None:
    far = {"x": 75073.0}
    law = lambda x: equal(float(np.sqrt(x * x + 1)) - x, 1 / (np.sqrt(x * x + 1) + x))  # noqa: E731
    assert judge(CONTROLS, law, far).status == "vacuous"
    assert judge(CONTROLS, lambda x: equal(np.cos(x), np.sin(x)), {"x": 1.0}).status == "failed"


# -- numbers of Python --------------------------------------------------------------------------------


def test_fractions_and_long_integers_are_compared_as_they_are() -> None:
    third = Fraction(1, 3)
    assert guarded(FLOATS, lambda x: equal(x + x + x, 1))({"x": third}).status == "passed"
    assert guarded(FLOATS, lambda x: at_most(x * x, x / 4))({"x": third}).status == "failed"
    assert guarded(FLOATS, lambda x: equal(x, 1 / 3))({"x": third}).status == "passed"
    assert guarded(FLOATS, lambda n: equal(2**n, 2**n + 1))({"n": 200}).status == "failed"
    assert OF_BALLS.element(Decimal("0.1")).overlaps(arb(1) / 10)
    assert to_floats(Decimal("0.1")) == 0.1


def test_complex_sides_are_equal_in_both_parts_and_have_no_order() -> None:
    assert guarded(FLOATS, lambda z: equal(z * z, z * z))({"z": 1 + 2j}).status == "passed"
    assert guarded(FLOATS, lambda z: equal(z.conjugate(), z))({"z": 1 + 2j}).status == "failed"
    assert "what is at most something is real" in guarded(FLOATS, lambda z: at_most(z, z))({"z": 1j}).note
    assert guarded(BALLS, lambda z: equal(z * z, z * z))({"z": 1 + 2j}).status == "passed"
    with pytest.raises(CannotRun):
        guarded(BALLS, lambda z: equal(z, z))({"z": np.array([1j])})


@pytest.mark.parametrize("side", ["a", None, {"a": 1}, b"a", np.array(["a"]), [1, None], {1}])
@pytest.mark.parametrize("kind", [RATIONALS, FLOATS, BALLS])
def test_a_side_that_is_no_number_gets_a_sentence(side: Any, kind: str) -> None:
    note = guarded(kind, lambda x: equal(side, side))({"x": 1}).note
    assert note.startswith(f"raised {ArgumentTypeError.__name__}: the left side is ")
    assert "a number or an array of numbers is needed" in note


# -- where nothing is claimed -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [RATIONALS, FLOATS, BALLS])
def test_where_something_has_no_value_nothing_is_claimed(kind: str) -> None:
    def undefined(x: Any) -> Any:
        raise Undefined("no logarithm between antipodal points")

    outcome = guarded(kind, undefined)({"x": 1})
    assert outcome.status == "vacuous"
    assert outcome.note.startswith("no logarithm between antipodal points (")


def test_a_jet_away_from_its_class_says_nothing_where_functions_are_drawn() -> None:
    def away(x: Any) -> Any:
        raise WrongClass("w is not in the class of this jet")

    assert guarded(RATIONALS, away)({"x": 1}).status == "vacuous"
    assert guarded(SYMBOLS, away)({"x": 1}).status == "undecided"  # a proof is of all that is generic


def test_infinite_enclosures_are_set_aside_where_floats_have_no_trouble() -> None:
    def quotient(x: Any, y: Any) -> Any:
        return equal(x / y, x / y)

    def length(w: Any, z: Any) -> Any:
        return equal(PLANE.norm(w, PLANE.log(w, z)), PLANE.dist(w, z))

    assert guarded(BALLS, quotient)({"x": 0.0, "y": 0.0}).status == "undecided"  # floats are no numbers there
    antipodal = {"w": np.array([1.3, 0.0]), "z": np.array([-0.7, 0.0])}
    assert [guarded(kind, length)(antipodal).status for kind in (BALLS, FLOATS)] == ["vacuous"] * 2


def test_the_library_may_round_what_it_knows_to_round() -> None:
    from psitheory.models import Circle, Fourier

    def curvature(cosines: Any) -> Any:
        return equal(Circle(Fourier(cosines, cosines)).smoothness.value, 2 * cosines[1] / 2 * 0 + float(1))

    def bounded(cosines: Any) -> Any:
        return at_most(0, Circle(Fourier(cosines, 0 * cosines)).smoothness.value if cosines[1] > 0 else 0)

    assert guarded(BALLS, bounded)({"cosines": np.array([0.0, 1.0, 0.5])}).status == "passed"
    assert guarded(BALLS, curvature)({"cosines": np.array([0.0, 1.0, 0.5])}).status in ("failed", "undecided")


def test_names_may_be_of_anything() -> None:
    assert not names_floats(lambda: OF_BALLS, {})  # which has no dtype, and says so
    assert names_floats(lambda: HALVES, {})


HALVES = np.array([0.5])


@pytest.mark.parametrize("text", [repr, str, lambda x: f"{x}"])
def test_text_that_no_float_reads_is_left_to_floats(text: Callable[[Any], str]) -> None:
    def law_of_text(x: Any) -> Any:
        return equal(float(text(x)), x)

    assert guarded(FLOATS, law_of_text)({"x": 1 / 3}).status == "passed"
    for kind in (RATIONALS, BALLS):
        with pytest.raises(CannotRun, match="could not convert string to float"):
            guarded(kind, law_of_text)({"x": to_rationals(Fraction(1, 3)) if kind == RATIONALS else 1 / 3})


@pytest.mark.parametrize(("x", "reads"), [(3.0, True), (2.0**27 + 1, False), (1 / 3, False)])
def test_text_of_a_ball_is_read_only_where_it_is_a_float(x: float, *, reads: bool) -> None:
    """The square of the second has 55 bits, that of the third 106."""

    def law_of_text(x: Any) -> Any:
        return equal(float(str(x * x)) + x, x * x + x)

    assert guarded(FLOATS, law_of_text)({"x": x}).status == "passed"
    with nullcontext() if reads else pytest.raises(CannotRun, match="could not convert string to float"):
        assert guarded(BALLS, law_of_text)({"x": x}).status == "passed"
