"""Balls: their precision is restored, they stay in the process, and they enclose."""

from __future__ import annotations

import copy
import math
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import BALLS, precision, to_balls, to_floats, widened
from psitheory.errors import NotInArithmetic

floats = st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=True)


class _Stop(Exception):
    pass


# -- precision ----------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [_Stop, KeyboardInterrupt, GeneratorExit])
def test_precision_is_restored_after_an_exception(error: type[BaseException]) -> None:
    before = ctx.prec
    with pytest.raises(error), precision(777):
        raise error
    assert ctx.prec == before


def test_precisions_nest() -> None:
    before = ctx.prec
    with precision(100):
        with precision(200):
            assert ctx.prec == 200
        assert ctx.prec == 100
    assert ctx.prec == before


def test_a_higher_precision_gives_narrower_balls() -> None:
    radii = []
    for bits in (64, 128, 256):
        with precision(bits):
            radii.append(float(BALLS.sqrt(arb(2)).rad()))
    assert radii[0] > 2.0**40 * radii[1] > 2.0**100 * radii[2] > 0


# -- balls stay here ------------------------------------------------------------------------------


def test_balls_neither_pickle_nor_deep_copy() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(arb(1))
    with pytest.raises(TypeError):
        copy.deepcopy(arb(1))


# -- elements and conversions ---------------------------------------------------------------------


@given(floats)
def test_a_float_becomes_an_exact_ball_and_comes_back(x: float) -> None:
    ball = to_balls(x)
    assert ball.is_exact()
    assert to_floats(ball) == x


@given(st.fractions())
def test_a_ratio_is_enclosed(x: Fraction) -> None:
    assert to_balls(x).contains(arb(fmpq(x.numerator, x.denominator)))


@given(st.floats(-1e307, 1e307), st.integers(1, 64))
def test_a_widened_float_reaches_as_far_as_its_ulps(x: float, ulps: int) -> None:
    with precision(128):
        ball = widened(x, ulps)
        assert ball.contains(arb(x))
        if x == 0:
            assert ball.is_exact()
        else:
            reach = arb(ulps) * arb(math.ulp(x))
            assert ball.contains(arb(x) + reach * arb(fmpq(999, 1000)))
            assert not ball.contains(arb(x) + reach * arb(fmpq(1001, 1000)))


def test_a_widened_float32_reaches_as_far_as_ulps_of_float32() -> None:
    ball = widened(np.ones(1, np.float32), 16)[0]
    assert float(ball.rad()) == pytest.approx(16 * 2.0**-23, rel=1e-6)


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int64])
def test_numpy_scalars_are_elements(kind: Any) -> None:
    assert BALLS.element(kind(3)) == 3


# -- functions against the same at twice the precision ----------------------------------------------


@pytest.mark.parametrize("name", ["sqrt", "exp", "log", "log1p", "expm1", "sin", "cos", "tan", "atan", "tanh"])
@given(st.floats(0.01, 20), st.integers(0, 60))
def test_a_function_of_a_ball_holds_its_values(name: str, x: float, k: int) -> None:
    with precision(128):
        sharp = getattr(BALLS, name)(arb(x))
    assert getattr(BALLS, name)(arb(x, 2.0**-k * x / 2)).overlaps(sharp)


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_atan2_takes_the_ordinate_first(y: float, x: float) -> None:
    expected = np.arctan2(y or 0.0, x or 0.0)  # balls have one zero only
    assert to_floats(BALLS.atan2(arb(y), arb(x))) == pytest.approx(expected, abs=1e-15)


def test_a_function_that_does_not_exist_is_refused() -> None:
    with pytest.raises(NotInArithmetic, match="there is no 'floor' in the arithmetic of balls"):
        BALLS.floor(arb(1))
