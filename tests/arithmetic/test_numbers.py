"""What the arithmetics share: namespace, dot, norm, rescaled, sinc."""

from __future__ import annotations

import sys
from fractions import Fraction
from typing import Any

import array_api_strict
import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import example, given
from hypothesis import strategies as st

from psitheory.arithmetic import (
    BALLS,
    RATIONALS,
    SYMBOLS,
    SymbolTable,
    dot,
    namespace,
    norm,
    ordinary_range,
    ordinary_squares,
    precision,
    rescaled,
    sinc,
    squared_norm,
    to_balls,
    to_floats,
    to_rationals,
)

EPS = np.finfo(float).eps
rows = st.lists(st.floats(-4, 4), min_size=1, max_size=6).map(np.array)
exponents = st.integers(-1000, 1000)


def symbols(*names: str) -> list[Any]:
    table = SymbolTable()
    for name in names:
        table.real(name)
    table.close()
    return [table.real(name) for name in names]


# -- namespace ------------------------------------------------------------------------------------


def test_each_arithmetic_has_its_namespace() -> None:
    (s,) = symbols("s")
    assert namespace(np.ones(2)) is np
    assert namespace(np.ones(2), 3, 0.5, np.float64(2)) is np
    assert namespace(to_balls(np.ones(2))) is BALLS
    assert namespace(to_rationals(np.ones(2))) is RATIONALS
    assert namespace(np.array([1, s], dtype=object)) is SYMBOLS
    assert namespace(arb(1)) is BALLS
    assert namespace(fmpq(1)) is RATIONALS
    assert namespace(np.ones(2), to_balls(np.ones(2))) is BALLS
    assert namespace(np.array([1, 2, arb(1)], dtype=object)) is BALLS
    assert namespace(array_api_strict.ones(2)) is array_api_strict


def test_numpy_arrays_never_reach_array_api_compat(monkeypatch: pytest.MonkeyPatch) -> None:
    # It takes 5 µs to tell what a NumPy array is; a step on a small model is not much longer.
    monkeypatch.setitem(sys.modules, "array_api_compat", None)  # importing it now fails
    assert namespace(np.ones(2), np.float32(1), 2) is np
    assert namespace(to_balls(np.ones(2))) is BALLS
    with pytest.raises(ImportError):
        namespace(array_api_strict.ones(2))


# -- dot ------------------------------------------------------------------------------------------


@given(rows)
def test_dot_is_the_sum_of_products(x: Any) -> None:
    exact = sum(Fraction(a) * Fraction(b) for a, b in zip(x, x[::-1], strict=True))
    size = float(np.abs(x * x[::-1]).sum())
    assert abs(float(dot(x, x[::-1])) - float(exact)) <= (len(x) + 1) * EPS * size + sys.float_info.min


@pytest.mark.parametrize("axis", [-3, -2, -1, 0, 1, 2])
@pytest.mark.parametrize("keepdims", [False, True])
def test_dot_sums_over_the_axis_that_is_named(axis: int, keepdims: bool) -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 2, 3, 4))
    expected = np.sum(x * y, axis=axis, keepdims=keepdims)
    for convert in (np.asarray, to_balls):
        found = dot(convert(x), convert(y), axis=axis, keepdims=keepdims)
        np.testing.assert_allclose(to_floats(found), expected, rtol=16 * EPS)


def test_dot_does_not_conjugate_complex_numbers_as_vecdot_does() -> None:
    x, y = np.array([1 + 2j, 3j]), np.array([2 - 1j, 1 + 1j])
    assert dot(x, y) == (1 + 2j) * (2 - 1j) + 3j * (1 + 1j)
    assert np.vecdot(x, y) != dot(x, y)


def test_dot_carries_a_complex_step_through() -> None:
    x, h = np.array([1.0, 2.0, -3.0]), 1e-200
    for k in range(3):
        step = x.astype(complex)
        step[k] += 1j * h
        assert squared_norm(step).imag / h == 2 * x[k]  # vecdot gives an imaginary part of 0
        assert np.vecdot(step, step).imag == 0


def test_dot_works_on_balls_where_vecdot_fails() -> None:
    x = to_balls(np.array([1.0, 2.0]))
    assert dot(x, x) == 5
    with pytest.raises((TypeError, AttributeError)):
        np.vecdot(x, x)


def test_dot_adds_no_conjugates_to_symbols() -> None:
    s, t = symbols("s", "t")
    x = np.array([s, t], dtype=object)
    assert dot(x, x) == s * s + t * t


@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize("keepdims", [False, True])
def test_dot_takes_an_axis_and_keeps_dimensions(axis: int, keepdims: bool) -> None:
    x, y = np.arange(6.0).reshape(2, 3), np.arange(6.0)[::-1].reshape(2, 3)
    expected = (x * y).astype(int).sum(axis=axis, keepdims=keepdims)
    for convert in (np.asarray, to_rationals, to_balls, array_api_strict.asarray):
        found = dot(convert(x), convert(y), axis=axis, keepdims=keepdims)
        assert found.shape == expected.shape
        assert bool(np.all(np.asarray(found) == expected))


# -- rescaled and norm ------------------------------------------------------------------------------


def exact_norm(x: Any) -> Any:
    """Return an enclosure of the norm at 300 bits."""
    with precision(300):
        return sum((arb(float(a)) ** 2 for a in x), arb(0)).sqrt()


@given(rows, exponents)
@example(np.array([1.0]), 1023)
@example(np.array([1.75, 0.0]), 1023)
@example(np.array([0.6, 0.8]), 1023)
@example(np.array([1.0]), -1074)
@example(np.array([3.0, 4.0]), -1074)
@example(np.array([0.0, 0.0]), 0)
def test_a_norm_is_right_to_rounding_from_the_least_float_to_the_greatest(x: Any, k: int) -> None:
    with np.errstate(over="ignore", under="ignore"):
        x = np.ldexp(x, k)
    if not np.all(np.isfinite(x)):
        return
    with np.errstate(over="ignore"):
        found = float(norm(x))
    exact = exact_norm(x)
    if exact > sys.float_info.max:
        assert found >= sys.float_info.max * (1 - 8 * EPS)
        return
    allowed = (len(x) / 2 + 2) * EPS * float(exact) + float(np.spacing(0.0))  # a sum of n squares, a root, a product
    assert abs(found - float(exact)) <= allowed


@given(st.lists(st.floats(-4, 4, width=32), min_size=1, max_size=6), st.integers(-140, 120))
def test_a_norm_in_float32_is_right_to_rounding_and_stays_float32(x: list[float], k: int) -> None:
    row = np.ldexp(np.array(x, np.float32), k)
    found = norm(row)
    exact = float(exact_norm(row))
    assert found.dtype == np.float32
    assert abs(float(found) - exact) <= (len(x) / 2 + 2) * 2.0**-23 * exact + 2.0**-149


@given(rows, st.integers(-600, 600), st.integers(-300, 300))
def test_a_norm_commutes_with_powers_of_two_bit_for_bit(x: Any, k: int, j: int) -> None:
    x = np.ldexp(x, k)
    x[np.abs(x) < 2.0**-500] = 0  # shifting what becomes subnormal is not exact
    assert norm(np.ldexp(x, j)) == np.ldexp(norm(x), j)


@given(st.lists(st.tuples(st.floats(-4, 4), exponents), min_size=1, max_size=5), st.integers(1, 3))
def test_rescaling_is_exact_and_its_factor_a_power_of_two(items: list[tuple[float, int]], d: int) -> None:
    with np.errstate(under="ignore"):
        x = np.array([[np.ldexp(a, k)] * d for a, k in items])
    y, s = rescaled(x)
    s = np.broadcast_to(s, x.shape[:1])
    assert np.all(np.frexp(s)[0] == 0.5)
    assert np.all(s > 0)
    for row, unit, factor in zip(x, y, s, strict=True):
        assert [Fraction(a) for a in row] == [Fraction(b) * Fraction(float(factor)) for b in unit]
        square = squared_norm(unit)
        assert np.all(unit == 0) or 2.0**-500 <= square <= 2.0**500


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_squares_are_ordinary_between_two_bounds_about_one(dtype: Any) -> None:
    low, high = ordinary_range(np.dtype(dtype))
    assert low * high == 1
    assert low < 1 < high
    for square, ordinary in ((low, False), (4 * low, True), (high / 4, True), (high, False)):
        x = np.array([[np.sqrt(square), 0]], dtype)  # bounds are even powers of two
        for rows in (x, np.concatenate([x, np.ones_like(x)])):
            assert (ordinary_squares(rows) is not None) == ordinary


@given(rows, st.integers(-1000, 900))
def test_complex_steps_are_scaled_as_their_real_parts_are(x: Any, k: int) -> None:
    x = np.ldexp(x, k)
    y, s = rescaled(x)
    z, t = rescaled(x + 1j)
    assert t == s
    assert np.array_equal(z.real, y)


def test_what_needs_no_scaling_is_not_copied() -> None:
    x = np.array([[3.0, 4.0], [1e100, 1e-100]])[:1]
    y, s = rescaled(x)
    assert y is x
    assert s == 1


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_shows_in_the_norm(bad: float) -> None:
    with np.errstate(invalid="ignore"):
        assert not np.isfinite(norm(np.array([1.0, bad])))
        found = norm(np.array([[1.0, bad], [3.0, 4.0], [3e300, 4e300]]))
    assert not np.isfinite(found[0])
    np.testing.assert_allclose(found[1:], [5, 5e300], rtol=4 * EPS)


@pytest.mark.parametrize("size", [1.0, 1e-300, 1e300, 5e-324, 1.5e308])
def test_norms_of_array_api_arrays(size: float) -> None:
    x = array_api_strict.asarray([[3.0, 4.0], [size, 0.0], [0.0, 0.0]])
    np.testing.assert_allclose(np.asarray(norm(x)), [5, size, 0], rtol=4 * EPS)


def test_norms_in_exact_arithmetics() -> None:
    s, t = symbols("s", "t")
    assert norm(to_rationals(np.array([3.0, -4.0]))) == 5
    assert norm(np.array([2 * s / (1 + s * s), (1 - s * s) / (1 + s * s)], dtype=object)) == 1
    assert dot(np.array([s, t], dtype=object), np.array([t, s], dtype=object)) == 2 * s * t


# -- sinc -----------------------------------------------------------------------------------------


@given(st.floats(-50, 50))
@example(0.0)
@example(1e-300)
@example(1e-9)
def test_sinc_is_right_to_rounding(x: float) -> None:
    with precision(300):
        exact = float(arb(x).sinc())
    assert abs(float(sinc(np.array([x]))[0]) - exact) <= 3 * EPS * max(abs(exact), 1 / max(abs(x), 1))


def test_sinc_at_zero_is_one_without_a_warning() -> None:
    for convert in (np.asarray, array_api_strict.asarray, to_balls):
        assert np.asarray(sinc(convert(np.array([0.0, 1.0]))))[0] == 1


@given(st.integers(0, 2**32 - 1), st.sampled_from([-3, -2, -1, 0, 1, 2]), st.booleans())
def test_an_inner_product_along_an_axis_is_that_of_what_lies_along_it(seed: int, axis: int, keepdims: bool) -> None:
    x, y = np.random.default_rng(seed).integers(-9, 10, (2, 2, 3, 4)).astype(float)  # sums of integers are exact
    np.testing.assert_array_equal(dot(x, y, axis=axis, keepdims=keepdims), (x * y).sum(axis, keepdims=keepdims))


def test_a_symbol_is_no_word() -> None:
    (x,) = symbols("x")
    assert x.__eq__("x") is False
