"""What the namespaces of objects compute is what NumPy computes, on numbers that floats hold exactly."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq

from psitheory.arithmetic import BALLS, RATIONALS, namespace, to_balls, to_floats, to_rationals, widened
from psitheory.arithmetic.ball import Ball
from psitheory.arithmetic.convert import convert, watched
from psitheory.arithmetic.hyperbolic import artanh, artanhc, cosh, log_cosh, sinhc
from psitheory.arithmetic.linear import solve
from psitheory.arithmetic.symbols import EXPRESSIONS
from psitheory.errors import ArgumentTypeError, BranchUndecided, NotInArithmetic, Undecided

X = np.array([[1.0, -2.0, 0.0], [0.25, 3.0, -0.5]])
Y = np.array([[2.0, -2.0, 1.0], [-1.0, 0.5, -0.5]])
ORDERED = [BALLS, RATIONALS, EXPRESSIONS]
EXACT = [BALLS, RATIONALS]


def lifted(xp: Any, x: Any) -> Any:
    return xp.asarray(np.vectorize(Fraction, otypes=[object])(x))


def floats(x: Any) -> Any:
    return np.array([float(v.mid()) if isinstance(v, arb) else float(Fraction(str(v))) for v in np.ravel(x)]).reshape(
        np.shape(x)
    )


@pytest.mark.parametrize("xp", ORDERED, ids=lambda xp: xp.name)
def test_what_is_not_there_is_told_and_python_is_answered(xp: Any) -> None:
    with pytest.raises(NotInArithmetic, match=r"^there is no 'no_such_function' in the arithmetic of "):
        _ = xp.no_such_function
    assert not hasattr(xp, "__array_interface__")


@pytest.mark.parametrize("xp", ORDERED, ids=lambda xp: xp.name)
def test_comparisons_are_numpys(xp: Any) -> None:
    x, y = lifted(xp, X), lifted(xp, Y)
    for name in ("greater", "less"):
        found, expected = getattr(xp, name)(x, y), getattr(np, name)(X, Y)
        assert [value is True for value in found.flat] == list(expected.flat), name
        assert [value is False for value in found.flat] == list((~expected).flat), name
    assert list(xp.is_zero(x).flat) == [value == 0 for value in X.flat]
    assert xp.isfinite(x).shape == X.shape
    assert np.all(xp.isfinite(x))


@pytest.mark.parametrize("xp", EXACT, ids=lambda xp: xp.name)
def test_pairs_and_signs_are_numpys(xp: Any) -> None:
    x, y = lifted(xp, X), lifted(xp, Y)
    for name in ("maximum", "minimum"):
        np.testing.assert_array_equal(floats(getattr(xp, name)(x, y)), getattr(np, name)(X, Y))
    for name in ("abs", "sign"):
        np.testing.assert_array_equal(floats(getattr(xp, name)(x)), getattr(np, name)(X))
    np.testing.assert_array_equal(floats(xp.where(X > 0, x, y)), np.where(X > 0, X, Y))
    one, two = xp.element(-1), xp.element(Fraction(1, 2))
    np.testing.assert_array_equal(floats(xp.clip(x, one, two)), np.clip(X, -1, 0.5))
    np.testing.assert_array_equal(floats(xp.clip(x, one)), np.clip(X, -1, None))
    np.testing.assert_array_equal(floats(xp.clip(x, None, two)), np.clip(X, None, 0.5))


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("xp", EXACT, ids=lambda xp: xp.name)
def test_reductions_are_numpys(xp: Any, axis: int | None, keepdims: bool) -> None:
    x, y = lifted(xp, X), lifted(xp, Y)
    for name in ("sum", "max", "min"):
        found = getattr(xp, name)(x, axis=axis, keepdims=keepdims)
        expected = getattr(np, name)(X, axis=axis, keepdims=keepdims)
        np.testing.assert_array_equal(floats(found), expected)
        assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(
        floats(xp.mean(4 * x, axis=axis, keepdims=keepdims) * 3), 12 * X.mean(axis=axis, keepdims=keepdims), rtol=1e-15
    )
    if axis is not None:
        found = xp.dot(x, y, axis=axis, keepdims=keepdims)
        np.testing.assert_array_equal(floats(found), np.sum(X * Y, axis=axis, keepdims=keepdims))


def test_the_last_axis_is_the_one_of_a_dot_by_default() -> None:
    found = RATIONALS.dot(lifted(RATIONALS, X), lifted(RATIONALS, Y))
    np.testing.assert_array_equal(floats(found), np.vecdot(X, Y))


@pytest.mark.parametrize("xp", ORDERED, ids=lambda xp: xp.name)
def test_constants_are_elements(xp: Any) -> None:
    x = lifted(xp, X)
    for found, expected in (
        (xp.zeros((2, 3)), np.zeros((2, 3))),
        (xp.ones(2), np.ones(2)),
        (xp.zeros_like(x), np.zeros_like(X)),
        (xp.ones_like(x), np.ones_like(X)),
        (xp.eye(3), np.eye(3)),
    ):
        np.testing.assert_array_equal(floats(found), expected)
        assert all(namespace(value) is xp for value in found.flat)
    assert xp.sum(xp.zeros(0)) == 0
    assert namespace(xp.sum(xp.zeros(0))) is xp


@pytest.mark.parametrize("xp", EXACT, ids=lambda xp: xp.name)
def test_rows_of_zeros_and_of_one_entry_are_known(xp: Any) -> None:
    rows = lifted(xp, np.array([[0.0, 0.0], [0.0, 2.0**-300], [1.0, 0.0]]))
    assert list(xp.zero_rows(rows)) == [True, False, False]
    assert xp.has_one_entry(rows[:, :1]) is True
    assert xp.has_one_entry(rows) is False


@pytest.mark.parametrize("name", ["sqrt", "exp", "log", "sin", "cos", "tan", "atan", "tanh", "abs", "sign"])
def test_elementary_functions_of_expressions_and_balls_are_those_of_floats(name: str) -> None:
    expected = getattr(np, {"atan": "arctan"}.get(name, name))(0.75)
    assert float(getattr(EXPRESSIONS, name)(EXPRESSIONS.element(Fraction(3, 4)))) == pytest.approx(expected, rel=1e-14)
    assert to_floats(getattr(BALLS, name)(arb(0.75))) == pytest.approx(expected, rel=1e-14)


def test_the_angle_of_expressions_takes_the_ordinate_first() -> None:
    assert float(EXPRESSIONS.atan2(EXPRESSIONS.element(1), EXPRESSIONS.element(-2))) == math.atan2(1, -2)


def test_an_order_of_expressions_that_nothing_decides_is_refused() -> None:
    import sympy

    x = sympy.Symbol("x", real=True)
    assert EXPRESSIONS.greater(x * x + 1, sympy.Integer(0)) is True
    for ask in (EXPRESSIONS.greater, EXPRESSIONS.less):
        with pytest.raises(Undecided, match="the sign of .* is not decided by the assumptions"):
            ask(x, sympy.Integer(0))


# -- balls that overlap ----------------------------------------------------------------------------------


def test_an_order_of_balls_that_overlap_is_none() -> None:
    wide = arb(1, 0.5)
    assert BALLS.greater(wide, arb(1)) is None
    assert BALLS.less(wide, arb(1)) is None
    assert BALLS.greater(wide, arb(0)) is True
    assert BALLS.less(wide, arb(2)) is True
    assert BALLS.greater(arb(1), arb(1)) is False
    assert BALLS.less(arb(1), arb(1)) is False
    assert [BALLS.scalar_is_zero(x) for x in (arb(0), arb(0, 1), arb(2, 1))] == [True, None, False]
    assert list(BALLS.zero_rows(np.array([[arb(0, 1)], [arb(0)]]))) == [False, True]
    assert list(BALLS.isfinite(np.array([arb("nan"), arb("inf"), wide]))) == [False, False, True]


def test_where_nothing_is_decided_both_branches_are_enclosed() -> None:
    both = BALLS.where(np.array([None, True, False], dtype=object), arb(1), arb(3))
    assert both[0].contains(arb(1))
    assert both[0].contains(arb(3))
    assert not both[0].contains(arb(4))
    assert (both[1], both[2]) == (arb(1), arb(3))
    with pytest.raises(NotInArithmetic, match="rationals cannot enclose two branches at once"):
        RATIONALS.where(None, fmpq(1), fmpq(2))


def test_a_root_of_a_square_is_none_of_what_lies_below_zero() -> None:
    root = BALLS.sqrt_of_square(arb(0, 4))
    assert root.contains(arb(0))
    assert root.contains(arb(2))
    assert not root.contains(arb(3))
    assert BALLS.sqrt_of_square(arb(4)) == 2


ORDERS: list[tuple[str, Callable[[Any, Any], Any]]] = [
    ("<", lambda x, y: x < y),
    ("<=", lambda x, y: x <= y),
    (">", lambda x, y: x > y),
    (">=", lambda x, y: x >= y),
    ("==", lambda x, y: x == y),
    ("!=", lambda x, y: x != y),
]


@pytest.mark.parametrize(("sign", "order"), ORDERS, ids=[sign for sign, _ in ORDERS])
def test_a_watched_ball_takes_the_branch_of_all_its_points_or_none(sign: str, order: Callable[[Any, Any], Any]) -> None:
    for x, y in ((1, 2), (2, 1), (1, 1), (0, -1)):
        assert order(Ball(x), Ball(y)) is order(x, y)
        assert order(Ball(x), y) is order(x, y)
    with pytest.raises(
        BranchUndecided, match=f"^whether .* {sign.replace('!', '=')} .* is not decided for all points of the balls$"
    ):
        order(Ball(1, 0.5), 1)
    assert order(Ball(1, 0.25), 2) is order(1, 2)
    touching = Ball(1.5, 0.5)  # reaches 2, to rounding: only what holds a little beyond is known
    assert order(touching, 3) is order(1, 3)
    with pytest.raises(BranchUndecided):
        order(touching, 1.75)


def test_a_watched_ball_is_not_ordered_with_what_is_no_number() -> None:
    assert (Ball(1) == "x") is False
    assert (Ball(1) != "x") is True
    for _, order in ORDERS[:4]:
        with pytest.raises(TypeError):
            order(Ball(1), "x")


def test_a_watched_ball_is_true_or_whole_only_if_all_its_points_are() -> None:
    assert bool(Ball(2)) is True
    assert bool(Ball(0)) is False
    with pytest.raises(BranchUndecided):
        bool(Ball(0, 1))
    same = Ball(1, 0.5)
    assert (same == same) is True
    with pytest.raises(TypeError):
        hash(same)


def test_the_whole_part_of_a_watched_ball_is_that_of_all_its_points_or_none() -> None:
    for x, radius, whole in ((3, 0, 3), (-3, 0, -3), (1.5, 0.25, 1), (-1.5, 0.25, -1), (0, 0.75, 0), (0.5, 0, 0)):
        assert int(Ball(x, radius)) == whole
    for x, radius in ((1, 0.25), (-1, 0.25), (0, 1.5), (3, 2.0**-40), (0, math.inf)):
        with pytest.raises(BranchUndecided, match="^the whole part of .* is not decided"):
            int(Ball(x, radius))


@pytest.mark.parametrize("x", [0.0, 0.125, -0.125, 0.5, -0.5])
@pytest.mark.parametrize("k", range(1, 7))
def test_a_whole_power_about_zero_is_the_range_of_the_power(x: float, k: int) -> None:
    found, slack = Ball(x, 0.5) ** k, 2.0**-20
    ends = sorted([(x - 0.5) ** k, (x + 0.5) ** k])
    low, high = (ends[0] if k % 2 else 0.0), ends[1]
    assert found.contains(arb(low + slack / 2))
    assert found.contains(arb(high - slack / 2)) or high == 0
    assert not found.contains(arb(low - slack))
    assert not found.contains(arb(high + slack))


@pytest.mark.parametrize("k", range(1, 7))
def test_whole_powers_of_a_watched_ball_enclose_and_go_on_watching(k: int) -> None:
    about_zero = Ball(0, 0.5) ** k
    assert type(about_zero) is Ball
    assert type(Ball(3, 0.5) ** k) is Ball
    assert to_floats(Ball(-3) ** k) == (-3) ** k
    assert type(Ball(2) ** arb(0.5)) is Ball
    assert to_floats(Ball(2) ** 0) == 1
    assert to_floats(Ball(2) ** -1) == 0.5


def test_what_is_computed_with_watched_balls_goes_on_watching() -> None:
    x = Ball(2)
    for found in (x + 1, 1 + x, x - 1, 1 - x, 2 * x, x * 2, x / 2, 2 / x, -x, abs(x), x.sqrt(), Ball.atan2(x, x)):
        assert type(found) is Ball
    assert type(watched(0.5)) is Ball
    assert to_floats(Ball.atan2(Ball(1), Ball(-2))) == pytest.approx(math.atan2(1, -2))


# -- what holds numbers ----------------------------------------------------------------------------------


def test_numbers_are_carried_and_labels_stay() -> None:
    value = {"x": 0.5, "n": 3, "flag": True, "word": "0.5", "list": [0.25, 1], "pair": (np.float32(0.5), None)}
    found = convert(value, lambda x: ("carried", float(x)))
    assert found == {
        "x": ("carried", 0.5), "n": 3, "flag": True, "word": "0.5",
        "list": [("carried", 0.25), 1], "pair": (("carried", 0.5), None),
    }  # fmt: skip
    assert convert(np.array([1, 2]), lambda x: "never").dtype.kind == "i"


def test_floats_nearest_to_numbers_come_back() -> None:
    assert to_floats(to_rationals(0.1)) == 0.1
    assert to_floats(RATIONALS.element(Fraction(1, 3))) == 1 / 3
    assert to_floats(RATIONALS.element(10**400)) == math.inf
    assert to_floats(RATIONALS.element(-(10**400))) == -math.inf
    np.testing.assert_array_equal(to_floats(to_balls(X)), X)
    assert to_floats(to_balls(X)).dtype == float
    assert to_floats(X) is X


@pytest.mark.parametrize(("x", "ulps"), [(1.0, 16), (-1.0, 16), (2.0**-300, 3), (3.0, 1)])
def test_a_widened_float_is_a_ball_about_it(x: float, ulps: int) -> None:
    ball = widened(x, ulps)
    assert float(ball.mid()) == x
    assert float(ball.rad()) == pytest.approx(ulps * abs(np.spacing(x)), rel=1e-6)
    assert float(widened(1.0).rad()) == pytest.approx(16 * 2.0**-52, rel=1e-6)
    assert widened(0.0).is_exact()


def test_arrays_of_two_libraries_are_refused_and_plain_numbers_fit_any() -> None:
    torch = pytest.importorskip("torch")
    with pytest.raises(ArgumentTypeError, match="a NumPy array and a PyTorch tensor came together"):
        namespace(np.ones(2), torch.ones(2))
    assert namespace(np.ones(()), torch.ones(2)) is namespace(torch.ones(2))


# -- equations, and functions that keep their digits ------------------------------------------------------

MATRIX, VECTOR = np.array([[2.0, 1.0], [0.5, 4.0]]), np.array([4.0, 8.0])


def test_equations_are_solved_alike_in_every_arithmetic() -> None:
    expected = np.linalg.solve(MATRIX, VECTOR)
    np.testing.assert_allclose(solve(MATRIX, VECTOR), expected, rtol=1e-15)
    np.testing.assert_allclose(to_floats(solve(to_rationals(MATRIX), to_rationals(VECTOR))), expected, rtol=1e-15)
    np.testing.assert_allclose(to_floats(solve(to_balls(MATRIX), to_balls(VECTOR))), expected, rtol=1e-15)


def test_a_singular_matrix_is_told_in_the_manner_of_its_arithmetic() -> None:
    flat = np.array([[1.0, 2.0], [2.0, 4.0]])
    assert np.isnan(solve(flat, VECTOR)).all()
    found = solve(np.stack([flat, MATRIX]), np.stack([VECTOR, VECTOR]))
    assert np.isnan(found[0]).all()
    np.testing.assert_allclose(found[1], np.linalg.solve(MATRIX, VECTOR), rtol=1e-15)
    with pytest.raises(NotInArithmetic, match="the matrix is singular"):
        solve(to_rationals(flat), to_rationals(VECTOR))
    with pytest.raises(Undecided, match="may be singular at this precision"):
        solve(to_balls(flat), to_balls(VECTOR))
    with pytest.raises(NotInArithmetic, match="solved on floats, rationals and balls only"):
        solve(lifted(EXPRESSIONS, MATRIX), lifted(EXPRESSIONS, VECTOR))


@pytest.mark.parametrize(
    ("function", "reference"),
    [
        (cosh, math.cosh),
        (artanh, math.atanh),
        (log_cosh, lambda x: math.log(math.cosh(x))),
        (sinhc, lambda x: math.sinh(x) / x),
        (artanhc, lambda x: math.atanh(x) / x),
    ],
    ids=lambda f: getattr(f, "__name__", ""),
)
@pytest.mark.parametrize("x", [0.5, -0.75, 2.0**-3])
def test_hyperbolic_functions_are_those_of_the_standard_library(function: Any, reference: Any, x: float) -> None:
    assert float(function(np.array(x))) == pytest.approx(reference(x), rel=1e-13)
    assert to_floats(function(to_balls(x))) == pytest.approx(reference(x), rel=1e-13)


def test_quotients_by_a_ball_about_zero_reach_from_one_to_the_largest() -> None:
    for function, largest in ((sinhc, lambda x: math.cosh(x)), (artanhc, lambda x: 1 / (1 - x * x))):
        assert function(np.array([0.0]))[0] == 1
        found = function(np.array([arb(0, 2.0**-6)]))[0]
        assert found.contains(arb(1))
        assert found.contains(arb(largest(2.0**-6)))
        assert not found.contains(arb(1 + 2.0**-5))
        assert not found.contains(arb(1 - 2.0**-5))
