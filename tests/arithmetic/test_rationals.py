"""Rationals: exact, and what is not rational is refused."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import RATIONALS, norm, to_rationals
from psitheory.errors import NotInArithmetic

ratios = st.fractions(max_denominator=10**6)


def exactly(x: Any) -> Fraction:
    return Fraction(int(x.p), int(x.q))


@given(ratios, ratios)
def test_elements_are_the_field_of_fractions(x: Fraction, y: Fraction) -> None:
    a, b = RATIONALS.element(x), RATIONALS.element(y)
    assert exactly(a + b) == x + y
    assert exactly(a - b) == x - y
    assert exactly(a * b) == x * y
    assert (a == b) == (x == y)
    if y:
        assert exactly(a / b) == x / y


@given(ratios, ratios)
def test_choices_are_exact(x: Fraction, y: Fraction) -> None:
    a, b = RATIONALS.asarray([x]), RATIONALS.asarray([y])
    assert exactly(RATIONALS.maximum(a, b)[0]) == max(x, y)
    assert exactly(RATIONALS.minimum(a, b)[0]) == min(x, y)
    assert exactly(RATIONALS.abs(a)[0]) == abs(x)
    assert exactly(RATIONALS.sign(a)[0]) == (x > 0) - (x < 0)
    assert bool(RATIONALS.greater(a, b)[0]) is (x > y)
    assert bool(RATIONALS.less(a, b)[0]) is (x < y)
    assert bool(RATIONALS.is_zero(a - b)[0]) is (x == y)
    assert exactly(RATIONALS.where(RATIONALS.greater(a, b), a, b)[0]) == max(x, y)


@given(ratios)
def test_the_root_of_a_square_is_its_positive_root(x: Fraction) -> None:
    assert exactly(RATIONALS.sqrt(RATIONALS.asarray([x * x]))[0]) == abs(x)


@pytest.mark.parametrize("value", [2, Fraction(1, 3), -1])
def test_what_is_no_square_has_no_root(value: Any) -> None:
    with pytest.raises(NotInArithmetic, match=f"the square root of {value} is not rational"):
        RATIONALS.sqrt(RATIONALS.asarray([value]))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_the_dyadic_rational_that_it_is(x: float) -> None:
    assert exactly(RATIONALS.element(x)) == Fraction(x)


@pytest.mark.parametrize("value", [math.nan, math.inf, "one", None, 1j])
def test_what_is_no_rational_is_refused(value: Any) -> None:
    with pytest.raises(NotInArithmetic, match="is not a rational number"):
        RATIONALS.element(value)


@pytest.mark.parametrize("name", ["exp", "log", "sin", "cos", "tanh", "atan2", "sinh"])
def test_transcendental_functions_are_refused(name: str) -> None:
    with pytest.raises(NotInArithmetic, match=f"there is no '{name}' in the arithmetic of rationals"):
        getattr(RATIONALS, name)(fmpq(1))


def test_a_norm_is_exact_or_refused() -> None:
    assert norm(to_rationals(np.array([3.0, 4.0]))) == 5
    with pytest.raises(NotInArithmetic):
        norm(to_rationals(np.array([1.0, 1.0])))


# -- shapes: an object namespace against NumPy on integers ------------------------------------------

SHAPED = np.arange(-6, 18).reshape(2, 3, 4)


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("name", ["sum", "max", "min", "mean"])
def test_reductions_have_numpys_shapes_and_values(name: str, keepdims: bool, axis: int | None) -> None:
    found = getattr(RATIONALS, name)(RATIONALS.asarray(SHAPED), axis=axis, keepdims=keepdims)
    expected = getattr(np, name)(SHAPED, axis=axis, keepdims=keepdims)
    assert np.shape(found) == np.shape(expected)
    assert [float(exactly(x)) for x in np.ravel(found)] == list(np.ravel(expected))


def test_an_empty_sum_is_an_exact_zero() -> None:
    assert RATIONALS.sum(RATIONALS.zeros((0,))) == 0
    assert type(RATIONALS.sum(RATIONALS.zeros((0,)))) is fmpq
    assert RATIONALS.sum(RATIONALS.zeros((2, 0)), axis=-1).shape == (2,)


def test_clip_takes_one_limit_or_two() -> None:
    x = RATIONALS.asarray([-3, 0, 3])
    assert list(RATIONALS.clip(x, -1, 1)) == [-1, 0, 1]
    assert list(RATIONALS.clip(x, lower=-1)) == [-1, 0, 3]
    assert list(RATIONALS.clip(x, upper=1)) == [-3, 0, 1]


def test_constructors_make_elements() -> None:
    like = RATIONALS.asarray(SHAPED)
    for made in (RATIONALS.zeros((2,)), RATIONALS.ones((2,)), RATIONALS.eye(2), RATIONALS.ones_like(like)):
        assert all(type(x) is fmpq for x in made.flat)
    assert RATIONALS.zeros_like(like).shape == like.shape
    assert RATIONALS.isfinite(like).all()
